import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeSort } from './merge-sort.ts'

test('sorts, and leaves equals in their order', () => {
  const items = ['b2', 'a1', 'b1', 'a2', 'c0', 'a0']
  const byLetter = (x: string, y: string): number => x.charCodeAt(0) - y.charCodeAt(0)
  assert.deepEqual(mergeSort(items, byLetter), ['a1', 'a2', 'a0', 'b2', 'b1', 'c0'])
})

test('a comparison that is not transitive gives what merging gives', () => {
  // 0 and 1 cannot be told apart, nor 1 and 2; but 2 comes before 0.
  const odd = (x: number, y: number): number => (Math.abs(x - y) < 2 ? 0 : y - x)
  assert.deepEqual(mergeSort([0, 1, 2], odd), [0, 1, 2])
  assert.deepEqual(mergeSort([1, 0, 2], odd), [1, 2, 0])
})
