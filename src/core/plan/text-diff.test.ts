import assert from 'node:assert/strict'
import test from 'node:test'
import { prng } from '../base/prng.ts'
import { textDiff } from './text-diff.ts'

test('equal texts differ nowhere', () => {
  assert.deepEqual(textDiff('a\nb\n', 'a\nb\n'), [])
  assert.deepEqual(textDiff('', ''), [])
})

test('a changed line stands with three lines around it', () => {
  const lines = ['1', '2', '3', '4', '5', '6', '7', '8', '9']
  assert.deepEqual(textDiff(lines.join('\n'), lines.join('\n').replace('5', 'five')), [
    '@@ -2 +2 @@',
    ' 2',
    ' 3',
    ' 4',
    '-5',
    '+five',
    ' 6',
    ' 7',
    ' 8',
  ])
})

test('from nothing, and to nothing', () => {
  assert.deepEqual(textDiff('', 'a\n'), ['@@ -1 +1 @@', '+a'])
  assert.deepEqual(textDiff('a\n', ''), ['@@ -1 +1 @@', '-a'])
})

test('the marked lines turn the one text into the other, for random texts', () => {
  const random = prng(7)
  for (let round = 0; round < 300; round += 1) {
    const text = (): string[] => Array.from({ length: random.below(12) }, () => random.pick(['a', 'b', 'c', 'd']))
    const [before, after] = [text(), text()]
    const diff = textDiff(before.join('\n'), after.join('\n')).filter(line => !line.startsWith('@@'))
    const count = (mark: string): number => diff.filter(line => line.startsWith(mark)).length
    assert.equal(before.length - count('-') + count('+'), after.length)
    // With so few lines everything is context, so the diff holds both texts whole.
    if (before.length <= 4 && diff.length > 0)
      assert.deepEqual(
        diff.filter(line => !line.startsWith('+')).map(line => line.slice(1)),
        before,
      )
  }
})
