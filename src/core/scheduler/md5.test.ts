import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { md5 } from './md5.ts'

test('md5 agrees with the platform for every length around the block borders', () => {
  for (let length = 0; length < 200; length += 1) {
    const text = 'aé€😀'.repeat(length).slice(0, length)
    assert.equal(md5(text), createHash('md5').update(text, 'utf8').digest('hex'))
  }
})
