import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { prng } from '../../core/base/prng.ts'
import { quoteCommand, quoteWord } from './quoting.ts'

const nasty = [
  '',
  '-n',
  "it's",
  '\\',
  "\\'",
  "'\\''",
  '$(id)',
  '`id`',
  '!!',
  '~',
  '*',
  'a\nb',
  '\n',
  '\t',
  '"',
  'é→𝛑',
  '#',
  '%',
  '{a,b}',
  '\r',
  '\x01',
  '\x7f',
  ' ',
]

const shells = ['/bin/sh', '/bin/bash', '/bin/zsh', '/usr/bin/fish'].filter(shell => existsSync(shell))

/** What the shell makes of the line, word for word. */
const readBack = (shell: string, line: string): string[] =>
  execFileSync(shell, ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)

for (const shell of shells) {
  test(`${shell} reads back every word as it was`, () => {
    const random = prng(20_251_122)
    const alphabet = [...nasty, ...'abc\'\\"$`!*?[](){}<>|&;=~#%^ \n\t'].map(String)
    const words = Array.from({ length: 3_000 }, () =>
      Array.from({ length: random.below(8) }, () => random.pick(alphabet)).join(''),
    )
    // `printf` of a word that begins with - is its argument, not an option: the format stands before it.
    for (let i = 0; i < words.length; i += 500) {
      const some = [...nasty, ...words.slice(i, i + 500)]
      assert.deepEqual(readBack(shell, quoteCommand(some)), some)
    }
  })
}

test('plain words stay readable', () => {
  assert.equal(quoteCommand(['crm_mon', '-1', 'db@alpha:/x.y']), 'crm_mon -1 db@alpha:/x.y')
})

test('a NUL is a defect, not a shorter word', () => {
  assert.throws(() => quoteWord('a\0b'), /NUL/)
})
