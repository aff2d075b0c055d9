// Rules broken on purpose: each must be noticed by an oracle within a stated number of random histories, in which the
// unbroken cluster has no violation. docs/planted-bugs.md is the table that this test prints; REWRITE=1 writes it anew.
// Not covered: rules behind which a second one holds the line, so that breaking one alone harms nothing.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { found } from '../../src/core/base/assert.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { platforms } from '../../src/core/compile/platforms.ts'
import { schedule } from '../../src/core/scheduler/schedule.ts'
import { type Bug, plantedBugs } from '../../src/core/sim/bugs.ts'
import { planFrom } from '../../src/core/sim/from-artifacts.ts'
import { history, prepare } from '../../src/core/sim/histories.ts'
import { remembering } from '../../src/core/sim/memo.ts'
import type { SimPlan } from '../../src/core/sim/plan.ts'
import { readCluster } from '../../src/core/spec/read.ts'

interface Planted {
  readonly rule: string
  readonly example: 'postgresql-pair' | 'three-nodes'
  /** Only incidents of these families; all, where none are named. */
  readonly families?: readonly string[]
  readonly within: number
}

const pair = (rule: string, within: number, families?: readonly string[]): Planted => ({
  rule,
  example: 'postgresql-pair',
  within,
  ...(families ? { families } : {}),
})

const planted: Readonly<Record<Bug, Planted>> = {
  'promote-outdated-data': pair('data that is known to be old is not promoted', 100, ['standby', 'power', 'cut']),
  'no-suspend-while-fencing': pair('I/O stands still until the peer’s fate is known', 120, [
    'partition',
    'one-way',
    'pause',
  ]),
  'acknowledge-before-the-peer-has-it': pair('protocol C waits for the peer’s disk', 80, [
    'one-way',
    'partition',
    'power',
  ]),
  'forget-the-bitmap': pair('blocks written without the peer are remembered', 10),
  'sync-from-the-older-generation': pair('the newer generation is the source of a resync', 10),
  'no-new-generation': pair('who goes on alone begins a generation', 10),
  'ignore-activity-log': pair('after a crash the activity log is resynchronised', 20, [
    'power',
    'crash',
    'pause',
    'reset',
  ]),
  'resync-ends-early': pair('a resync ends with the last block', 10),
  'wait-for-all-ignored': pair('two nodes have to meet before either acts', 20, ['power']),
  'quorum-counts-the-absent': pair('only members have votes', 20, ['power']),
  'resources-without-quorum': {
    rule: 'without quorum nothing runs',
    example: 'three-nodes',
    within: 80,
    families: ['partition', 'power'],
  },
  'fencing-believed-before-it-is-done': pair('a fencing counts when the device has confirmed it', 20),
  'fence-constraint-not-placed': pair('the fence-peer handler bans the outdated peer', 120, ['cut', 'power', 'crash']),
  'address-before-promotion': pair('an address starts after its service', 10),
  'monitor-never-runs': pair('monitors are repeated', 10, ['kill-service']),
  'old-configuration-wins': pair('of two configurations the newer one wins', 10),
  'lost-node-taken-for-stopped': pair('a lost node is unclean until it is fenced', 20),
  'fence-constraint-never-removed': pair('after the resync the ban is lifted', 10),
  'fences-the-wrong-node': pair('a device switches the node that it is told to', 30, [
    'partition',
    'pause',
    'kill-daemon',
  ]),
  'failed-disk-taken-for-good': pair('a disk with an I/O error is detached', 20, ['disk-error', 'power']),
  'switchover-leaves-its-constraint': pair('a switchover takes its constraint away', 10, ['switchover']),
  'writes-out-of-order': pair('writes to one block keep their order', 20),
  'address-stays-after-stop': pair('a stopped address is gone', 10, ['switchover', 'standby']),
}

function planOf(example: Planted['example']): SimPlan {
  const file = new URL(`../../examples/${example}.yaml`, import.meta.url)
  const cluster = found(readCluster(readFileSync(file, 'utf8'), example).value, example)
  const platform = example === 'three-nodes' ? platforms['debian13-drbd9'] : platforms.debian13
  return found(planFrom(compile(cluster, platform), {}).value, example)
}

const caughtBy = new Map<Bug, string>()

for (const bug of plantedBugs) {
  test(`planted: ${bug}`, () => {
    const { example, families, within } = planted[bug]
    const plan = planOf(example)
    const options = { seed: 1, schedule: remembering(schedule), ...(families ? { families } : {}) }
    const broken = { ...options, bugs: new Set([bug]) }
    const [withBug, without] = [prepare(plan, broken), prepare(plan, options)]
    for (let seed = 1; seed <= within; seed += 1) {
      const { violation } = history(withBug, seed, broken)
      if (!violation) continue
      const clean = history(without, seed, options).violation
      assert.equal(clean, undefined, `seed ${seed} is violated without the bug, too`)
      caughtBy.set(bug, violation.oracle)
      return
    }
    assert.fail(`not caught within ${within} seeds`)
  })
}

test('docs/planted-bugs.md is the table of rule, oracle and seeds', () => {
  const file = new URL('../../docs/planted-bugs.md', import.meta.url)
  const rows = plantedBugs.map(
    bug => `| ${planted[bug].rule} | ${bug} | ${caughtBy.get(bug) ?? 'not caught'} | ${planted[bug].within} |`,
  )
  const text = [
    '# Planted bugs',
    '',
    'Each rule is broken on purpose behind a test-only switch of the simulator, and an oracle notices it within the stated',
    'number of random histories. Generated: `REWRITE=1 node --test tests/scenarios/planted-bugs.test.ts`.',
    '',
    '| rule that is broken | switch | noticed by | within seeds |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
  console.log(rows.join('\n'))
  if (process.env['REWRITE'] === '1') writeFileSync(file, text)
  else assert.equal(readFileSync(file, 'utf8'), text)
})
