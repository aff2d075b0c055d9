import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Side, Verdict } from './generations.ts'
import { compare, joinGenerations, newGeneration } from './generations.ts'
import type { Meta } from './types.ts'

const meta = (current: number): Meta => ({
  current,
  bitmap: new Map(),
  history: [],
  dirty: new Map(),
  full: new Set(),
  consistent: true,
  outdated: false,
  primary: false,
  leftBehind: new Set(),
  activity: new Set(),
})
const pair = (): [Side, Side] => [
  { node: 'alpha', meta: meta(1), crashedPrimary: false },
  { node: 'beta', meta: meta(1), crashedPrimary: false },
]
const told = (v: Verdict): string => (v.kind === 'sync' ? `${v.source}${v.full ? ' full' : ''}` : v.kind)

test('the same generation needs no resync', () => {
  const [a, b] = pair()
  assert.equal(told(compare(a, b)), 'equal')
})

test('who went on alone is the source, by its bitmap; seen from either side', () => {
  const [a, b] = pair()
  newGeneration(a.meta, 2, ['beta'])
  assert.equal(told(compare(a, b)), 'left')
  assert.equal(told(compare(b, a)), 'right')
})

test('several generations alone still need the bitmap only', () => {
  const [a, b] = pair()
  for (const generation of [2, 3, 4]) newGeneration(a.meta, generation, ['beta'])
  assert.equal(told(compare(a, b)), 'left')
})

test('both went on alone: split brain', () => {
  const [a, b] = pair()
  newGeneration(a.meta, 2, ['beta'])
  newGeneration(b.meta, 3, ['alpha'])
  assert.equal(told(compare(a, b)), 'split-brain')
})

test('after a resync both are equal, and a later split is told from the new generation', () => {
  const [a, b] = pair()
  newGeneration(a.meta, 2, ['beta'])
  joinGenerations(a, b)
  assert.equal(told(compare(a, b)), 'equal')
  newGeneration(b.meta, 3, ['alpha'])
  assert.equal(told(compare(a, b)), 'right')
})

test('a crashed Primary is the source for its activity log, unless the peer has gone on', () => {
  const [a, b] = pair()
  const crashed = { ...a, crashedPrimary: true }
  assert.equal(told(compare(crashed, b)), 'left')
  newGeneration(b.meta, 2, ['alpha'])
  assert.equal(told(compare(crashed, b)), 'right')
})

test('a generation left behind long ago means every block; none in common means unrelated', () => {
  const [a, b] = pair()
  newGeneration(a.meta, 2, ['gamma'])
  newGeneration(a.meta, 3, ['gamma'])
  assert.equal(told(compare(a, b)), 'left full')
  assert.equal(told(compare({ ...a, meta: meta(50) }, { ...b, meta: meta(60) })), 'unrelated')
  assert.equal(told(compare(a, { ...b, meta: meta(0) })), 'left full')
})
