import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prng } from '../base/prng.ts'
import { emptyQueue, pop, push } from './kernel.ts'

test('events come by time, and at one instant in the order in which they were added', () => {
  const random = prng(7)
  for (let round = 0; round < 200; round += 1) {
    const queue = emptyQueue<number>()
    const added = Array.from({ length: random.below(60) }, (_, index) => ({ at: random.below(8), index }))
    for (const { at, index } of added) push(queue, at, undefined, index)
    const expected = [...added].sort((a, b) => a.at - b.at || a.index - b.index).map(item => item.index)
    const seen: number[] = []
    for (let item = pop(queue); item; item = pop(queue)) seen.push(item.event)
    assert.deepEqual(seen, expected)
  }
})

test('the clock moves with the events, and what is added meanwhile counts from there', () => {
  const queue = emptyQueue<string>()
  push(queue, 10, undefined, 'first')
  assert.equal(pop(queue)?.at, 10)
  push(queue, 5, undefined, 'second')
  assert.equal(pop(queue)?.at, 15)
  assert.equal(pop(queue), undefined)
})
