// Every fault that the product promises to bear, and the scenario folders that tell it. docs/simulator.md carries the table;
// REWRITE=1 writes it anew. A folder that is not there, or tells of no such fault, fails.
// Not here: how well it is borne; that is each scenario's own business (scenarios.test.ts).
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

interface Row {
  readonly fault: string
  readonly expected: string
  readonly scenarios: readonly string[]
  /** Says in the scenario's text that the fault happens. */
  readonly mark: RegExp
  readonly elsewhere?: string
}

const rows: readonly Row[] = [
  {
    fault: 'crash, power loss, kernel panic, hard reset',
    expected: 'fail over after confirmed fencing',
    scenarios: ['power-loss-active', 'kernel-crash-active', 'hard-reset-active', 'witness-power-loss-active'],
    mark: /^(power (off|reset)|crash) /m,
  },
  {
    fault: 'kill -9 of the service, corosync, pacemakerd, a controller daemon',
    expected: 'restart in place, or fence',
    scenarios: ['kill-postgresql', 'kill-corosync-active', 'kill-pacemakerd', 'kill-controller-active', 'kill-fencer'],
    mark: /^kill /m,
  },
  {
    fault: 'SIGSTOP, a pause of the machine longer than the token',
    expected: 'fenced; the stale node never writes after it resumes',
    scenarios: ['pause-active', 'freeze-corosync-active', 'cloud-pause-of-eight-seconds', 'pause-shorter-than-token'],
    mark: /^(pause|freeze) /m,
  },
  {
    fault: 'symmetric partition',
    expected: 'exactly one winner',
    scenarios: ['partition', 'partition-stays', 'witness-partition', 'balancers-partition'],
    mark: /^cut link/m,
  },
  {
    fault: 'one-way and non-transitive partition',
    expected: 'one winner, no fencing loop',
    scenarios: ['one-way-cut-from-active', 'one-way-cut-to-active', 'three-not-transitive'],
    mark: /^cut link/m,
  },
  {
    fault: 'loss 1–30 %, latency, jitter',
    expected: 'no false failover inside the stated margin',
    scenarios: ['loss-20-percent', 'loss-30-percent-on-one-link', 'delay-50ms', 'jitter'],
    mark: /^(loss|delay) /m,
  },
  {
    fault: 'replication link down, cluster link up; and the reverse',
    expected: 'no two Primaries',
    scenarios: ['replication-link-cut', 'cluster-link-cut', 'replication-flaps', 'three-replication-cut'],
    mark: /^cut (replication|link)/m,
  },
  {
    fault: 'disk error (EIO)',
    expected: 'detach, go on diskless or move',
    scenarios: ['disk-error-active', 'disk-error-peer', 'disk-error-then-power-loss-of-the-other'],
    mark: /^disk \S+ on \S+ error/m,
  },
  {
    fault: 'disk hangs, disk full',
    expected: 'bounded recovery, clear alarm',
    scenarios: ['disk-hang-active', 'disk-hang-peer', 'disk-full-active'],
    mark: /^disk \S+ on \S+ (hang|full)/m,
  },
  {
    fault: 'fence device down, slow, or falsely reporting success',
    expected: 'block and alarm; the limit of the last one is documented',
    scenarios: ['fence-device-down-second-level', 'no-fence-device-answers', 'fence-device-slow', 'fence-device-lies'],
    mark: /^bmc /m,
  },
  {
    fault: 'both nodes power-cycled, the stale one boots first',
    expected: 'the stale one waits',
    scenarios: ['both-lose-power-stale-boots-first', 'boots-and-loses-its-peer-at-once'],
    mark: /^power off /m,
  },
  {
    fault: 'the coordinator (DC) lost in mid-transition',
    expected: 'converges',
    scenarios: ['source-lost-in-a-switchover', 'target-lost-in-a-switchover', 'kill-controller-active'],
    mark: /^(power off|crash|kill) /m,
  },
  {
    fault: 'agent hangs, monitor wrong, out of memory',
    expected: 'bounded',
    // The kernel's way out of a lack of memory is to kill the largest process.
    scenarios: ['agent-hangs', 'agent-lies', 'kill-postgresql-three-times'],
    mark: /^(agent|kill) /m,
  },
  { fault: 'clock jumps by an hour', expected: 'no effect', scenarios: ['clock-jumps'], mark: /^clock /m },
  {
    fault: 'the controller (holdfast itself) killed between any two steps',
    expected: 'resumes',
    scenarios: [],
    mark: /^/,
    elsewhere: 'tests of plan and apply: cut off after each step, observed and planned again',
  },
]

const table = (): string =>
  [
    '| fault | expected | told by |',
    '|---|---|---|',
    ...rows.map(r => `| ${r.fault} | ${r.expected} | ${r.elsewhere ?? r.scenarios.join(', ')} |`),
  ].join('\n')

for (const { fault, scenarios, mark, elsewhere } of rows)
  test(`fault: ${fault}`, () => {
    assert.ok(scenarios.length > 0 || elsewhere !== undefined)
    for (const name of scenarios) {
      const file = join(import.meta.dirname, name, 'scenario.txt')
      assert.ok(existsSync(file), `${name} is a scenario`)
      assert.match(readFileSync(file, 'utf8'), mark, name)
    }
  })

test('docs/simulator.md says which scenario tells which fault', () => {
  const file = new URL('../../docs/simulator.md', import.meta.url)
  const before = readFileSync(file, 'utf8')
  const begin = before.indexOf('\n', before.indexOf('<!-- generated faults:')) + 1
  const end = before.indexOf('<!-- /generated faults -->')
  assert.ok(begin > 0 && end >= begin, 'the marks are there')
  const after = `${before.slice(0, begin)}\n${table()}\n\n${before.slice(end)}`
  if (process.env['REWRITE'] === '1') writeFileSync(file, after)
  else assert.equal(before, after)
})
