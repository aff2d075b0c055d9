// The status screen of every situation, as golden text; the JSON schema's fields; the events between the steps of a
// pulled plug. Run with REWRITE=1 to write the texts anew, and commit only what you understand.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { changes } from './changes.ts'
import { statusScreen } from './screen.ts'
import { exitStatus, statusJson } from './status-json.ts'
import { plainText } from './styled.ts'
import { pair, pairWithoutFencing } from './testdata/clusters.ts'
import { situations, story } from './testdata/situations.ts'
import { healthyPair } from './testdata/snapshots.ts'

function golden(name: string, actual: string): void {
  const path = new URL(`testdata/${name}`, import.meta.url)
  if (process.env['REWRITE'] === '1') writeFileSync(path, actual)
  assert.equal(actual, readFileSync(path, 'utf8'))
}

const text = (lines: ReturnType<typeof statusScreen>): string => lines.map(l => `${plainText(l)}\n`).join('')

test('the screen of every situation', () => {
  const all = situations.map(({ name, cluster, snapshot, before }) => {
    const lines = statusScreen(cluster, snapshot, before ? { before } : {})
    return `== ${name}\n${text(lines)}`
  })
  golden('screens.txt', all.join('\n'))
})

test('drift stands on the screen: none, a few, and many', () => {
  const drift = (lines?: readonly string[]): string =>
    text(statusScreen(pair, healthyPair, lines ? { drift: lines } : {}))
  assert.doesNotMatch(drift(), /Drift/)
  assert.match(drift([]), /Drift {4}none/)
  assert.match(drift(['beta: /etc/corosync/corosync.conf differs']), /1 change pending.*\n +beta: \/etc\/corosync/)
  assert.match(drift(Array.from({ length: 9 }, (_, i) => `change ${i}`)), /change 4\n +and 4 more/)
})

test('a cluster without fencing says so on every screen, with its reason', () => {
  const reason = pairWithoutFencing.fencing.kind === 'none' ? pairWithoutFencing.fencing.reason : ''
  for (const s of situations.filter(s => s.cluster === pair)) {
    const screen = text(statusScreen(pairWithoutFencing, s.snapshot))
    assert.ok(screen.includes(`Fencing  none: ${reason}`), s.name)
  }
})

test('the JSON has exactly the documented fields', () => {
  const doc = readFileSync(new URL('../../../docs/status-json.md', import.meta.url), 'utf8')
  const documented = [...doc.matchAll(/^\| `([a-z]+)` \|/gm)].map(m => m[1])
  const json = statusJson(pair, healthyPair, { drift: [] })
  assert.deepEqual(Object.keys(json).toSorted(), documented.toSorted())
  assert.equal(json.schema, 1)
  golden('status.json', `${JSON.stringify(json, null, 2)}\n`)
})

test('each answer has its exit status', () => {
  assert.deepEqual(exitStatus, { protected: 0, unprotected: 1, down: 2, unknown: 3 })
})

test('the events of a pulled plug, in words', () => {
  const lines = story
    .slice(1)
    .flatMap((now, i) => changes(story[i] ?? now, now))
    .map(e => `${new Date(e.at).toISOString().slice(11, 23)} ${e.source.padEnd(9)} ${e.text}`)
  golden('events.txt', `${lines.join('\n')}\n`)
})

test('nothing happened between a snapshot and itself', () => {
  for (const s of situations) assert.deepEqual(changes(s.snapshot, s.snapshot), [], s.name)
})
