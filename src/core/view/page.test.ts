// The page's memory: the picture stays when nobody can be asked, and says how old it is; speeds come from earlier looks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seconds } from '../base/units.ts'
import type { Snapshot } from '../live/snapshot.ts'
import { type PageMemory, pageState, remember } from './page.ts'
import { pair, pairWithoutFencing } from './testdata/clusters.ts'
import { situations, story } from './testdata/situations.ts'
import { ago, healthyPair, night, syncing } from './testdata/snapshots.ts'

const outOfReach = situations.find(s => s.name === 'nodes out of reach')?.snapshot ?? healthyPair

const after = (snapshots: readonly Snapshot[]): PageMemory | undefined =>
  snapshots.reduce<PageMemory | undefined>((memory, s) => remember(pair, memory, s), undefined)

test('out of reach: the answer is unknown, the picture is the last one seen, with its own time', () => {
  const memory = after([{ ...healthyPair, at: ago(seconds(90)) }, outOfReach])
  assert.ok(memory)
  const page = pageState(pair, memory)
  assert.equal(page.answer, 'unknown')
  assert.equal(page.seen, night - 90_000)
  assert.equal(page.looked, night)
  assert.equal(page.lastAnswer, 'Protected')
  assert.equal(page.picture.services[0]?.state.text, 'runs on alpha')
})

test('never seen: no last answer is made up', () => {
  const memory = after([outOfReach])
  assert.ok(memory)
  const page = pageState(pair, memory)
  assert.equal(page.answer, 'unknown')
  assert.equal(page.lastAnswer, undefined)
  assert.equal(page.picture.services[0]?.state.text, 'cannot be seen')
})

test('the time left of a resync comes from the looks of the last minute', () => {
  const memory = after([syncing(10, ago(seconds(300))), syncing(38, ago(seconds(10))), syncing(43, night)])
  assert.ok(memory)
  assert.match(pageState(pair, memory).reasons[0]?.text ?? '', /43 %, about 2 min left/)
})

test('events are newest first, and their number is bounded', () => {
  const once = after(story)
  assert.match(once?.events[0]?.text ?? '', /resync with beta is done/)
  const many = after(Array.from({ length: 40 }, () => story).flat())
  assert.equal(many?.events.length, 60)
})

test('without fencing the page says so, with the reason', () => {
  const memory = remember(pairWithoutFencing, undefined, healthyPair)
  assert.match(pageState(pairWithoutFencing, memory).withoutFencing ?? '', /class room/)
})
