// docs/simulator.md says what the oracles check, and draws the state tables: both are generated from the code.
// REWRITE=1 writes them anew.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { connectionTable, diagram, diskTable, replicationTable } from '../../src/core/drbd/states.ts'
import { oracles } from '../../src/core/sim/oracles/all.ts'

const file = new URL('../../docs/simulator.md', import.meta.url)

const oracleTable = (): string =>
  [
    '| oracle | invariant | checks | does not check |',
    '|---|---|---|---|',
    ...oracles.map(o => `| ${o.name} | ${o.invariant} | ${o.checks} | ${o.doesNotCheck} |`),
  ].join('\n')

const stateTables = (): string =>
  [
    ['Connection', connectionTable],
    ['Disk', diskTable],
    ['Replication', replicationTable],
  ]
    .map(([name, table]) => `### ${name}\n\n${typeof table === 'string' ? '' : diagram(table ?? [])}`)
    .join('\n\n')

function between(text: string, mark: string, content: string): string {
  const begin = text.indexOf('\n', text.indexOf(`<!-- generated${mark}:`)) + 1
  const end = text.indexOf(`<!-- /generated${mark} -->`)
  assert.ok(begin > 0 && end >= begin, `the marks of "generated${mark}" are there`)
  return `${text.slice(0, begin)}\n${content}\n\n${text.slice(end)}`
}

test('docs/simulator.md carries the oracles and the state tables as they are', () => {
  const before = readFileSync(file, 'utf8')
  const after = between(between(before, '', oracleTable()), ' states', stateTables())
  if (process.env['REWRITE'] === '1') writeFileSync(file, after)
  else assert.equal(before, after)
})

test('every invariant that a running cluster can break has an oracle', () => {
  const watched = new Set(oracles.map(o => o.invariant))
  assert.deepEqual([...watched].sort(), [1, 2, 3, 4, 5, 6, 7, 8, 9])
  for (const o of oracles) assert.ok(o.checks.length > 20 && o.doesNotCheck.length > 10, o.name)
})
