// Small clusters that the fuzzer once found answered otherwise than by crm_simulate 2.1.5, one for each cause: found/*.xml,
// and beside each what it shows, which events go with it and what crm_simulate answered. `REWRITE=1` asks the installed
// crm_simulate again.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Answer } from './answer.ts'
import { linesOf } from './compare.ts'
import { engine } from './engine.ts'
import { strict } from './fuzz.ts'
import { oracle } from './oracle.ts'
import { parse } from './tree.ts'

const folder = join(import.meta.dirname, 'found')
const told = (answer: Answer): string =>
  strict
    .map(
      group =>
        `${group}\n${linesOf(answer, group)
          .map(line => `  ${line}\n`)
          .join('')}`,
    )
    .join('')

async function reference(file: string, text: string, events: readonly string[]): Promise<string> {
  const cib = parse(text)
  assert.ok(cib)
  const answered = await oracle(file, cib, { events })
  assert.ok(answered.kind === 'answer', `${file}: crm_simulate refuses it`)
  return told(answered.answer)
}

for (const name of readdirSync(folder).filter(file => file.endsWith('.xml'))) {
  const file = join(folder, name)
  const text = readFileSync(file, 'utf8')
  const golden = file.replace(/xml$/, 'txt')
  const [what = name, events = '', ...expected] = readFileSync(golden, 'utf8').split('\n')
  const given = events.split(' ').slice(1)
  test(what, async () => {
    const answered = process.env['REWRITE'] ? await reference(file, text, given) : expected.join('\n')
    if (process.env['REWRITE']) writeFileSync(golden, `${what}\n${events}\n${answered}`)
    const ours = engine(text, given)
    assert.ok(ours.kind === 'answer', ours.kind)
    assert.equal(told(ours.answer), answered)
  })
}
