import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Combination, Row } from './states.ts'
import { connectionTable, diagram, diskTable, impossible, replicationTable, rowFor } from './states.ts'

const tables: readonly [string, readonly Row<string, string>[], string][] = [
  ['connection', connectionTable, 'StandAlone'],
  ['disk', diskTable, 'Diskless'],
  ['replication', replicationTable, 'Off'],
]

for (const [name, table, start] of tables) {
  test(`${name}: every row is found, no two rows answer the same question`, () => {
    const asked = new Set<string>()
    for (const row of table) {
      assert.equal(rowFor(table, row.from, row.on)?.to, row.to)
      assert.ok(!asked.has(`${row.from} ${row.on}`), `${row.from} ${row.on} twice`)
      asked.add(`${row.from} ${row.on}`)
      assert.ok(row.why.length > 5)
    }
  })

  test(`${name}: every state is reached from ${start}, and leads back to it`, () => {
    const reach = (from: string, step: (row: Row<string, string>) => readonly [string, string]): Set<string> => {
      const seen = new Set([from])
      for (let before = 0; before !== seen.size; ) {
        before = seen.size
        for (const row of table) {
          const [a, b] = step(row)
          if (seen.has(a)) seen.add(b)
        }
      }
      return seen
    }
    const all = new Set(table.flatMap(row => [row.from, row.to]))
    assert.deepEqual(
      reach(start, row => [row.from, row.to]),
      all,
    )
    assert.deepEqual(
      reach(start, row => [row.to, row.from]),
      all,
    )
  })

  test(`${name}: the diagram has a line for every row`, () => {
    assert.equal(
      diagram(table)
        .split('\n')
        .filter(line => line.includes('-->')).length,
      table.length,
    )
  })
}

test('each rule of impossible pairs rules something out, and allows a healthy pair', () => {
  const healthy: Combination = {
    role: 'Primary',
    disk: 'UpToDate',
    connection: 'Connected',
    replication: 'Established',
    peerRole: 'Secondary',
    peerDisk: 'UpToDate',
  }
  const lonely: Partial<Combination> = {
    connection: 'Connecting',
    replication: 'Off',
    peerRole: 'Unknown',
    peerDisk: 'DUnknown',
  }
  const bad: Readonly<Record<string, Partial<Combination>>> = {
    'replication-without-connection': { ...lonely, replication: 'Established' },
    'role-of-the-unseen': { ...lonely, peerRole: 'Primary' },
    'current-peer-unseen': { ...lonely, peerDisk: 'UpToDate' },
    'target-is-inconsistent': { role: 'Secondary', replication: 'SyncTarget' },
    'source-is-usable': { replication: 'SyncSource', disk: 'Outdated' },
    'unconnected-primary-has-data': { ...lonely, disk: 'Outdated' },
  }
  for (const rule of impossible) {
    assert.equal(rule.broken(healthy), false, rule.name)
    assert.equal(rule.broken({ ...healthy, ...lonely }), false, rule.name)
    assert.equal(rule.broken({ ...healthy, ...bad[rule.name] }), true, rule.name)
  }
})
