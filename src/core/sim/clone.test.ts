import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clone, frozen } from './clone.ts'

test('a copy is equal and shares nothing that can change', () => {
  const frozen = Object.freeze({ deep: [1, 2] })
  const original = { a: [1, { b: 2 }], m: new Map([['k', { v: 1 }]]), s: new Set([1]), frozen, none: undefined }
  const copy = clone(original)
  assert.deepEqual(copy, original)
  copy.m.set('k', { v: 9 })
  copy.s.add(2)
  copy.a.push(3)
  assert.deepEqual([original.m.get('k'), original.s.size, original.a.length], [{ v: 1 }, 1, 2])
  assert.equal(copy.frozen, frozen)
})

test('what is frozen, to the last leaf, is shared by its copies', () => {
  const original = { plan: frozen({ nodes: ['a'], links: new Map([['k', { v: [1] }]]) }), now: { at: 1 } }
  const copy = clone(original)
  assert.equal(copy.plan, original.plan)
  assert.notEqual(copy.now, original.now)
  assert.ok(Object.isFrozen(original.plan.links.get('k')?.v))
})
