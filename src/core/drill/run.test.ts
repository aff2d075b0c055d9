// The runner against a scripted world: a list of instants with the state from then on, and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok } from '../base/result.ts'
import { after, type Instant, instant, milliseconds, nodeName, seconds } from '../base/units.ts'
import type { Snapshot } from '../live/snapshot.ts'
import { parseScenario } from './parse.ts'
import { runScenario } from './run.ts'
import type { Vocabulary } from './types.ts'
import type { Ledger, World, WorldEvent } from './world.ts'

const [alpha, beta] = [nodeName('alpha'), nodeName('beta')]
const vocabulary: Vocabulary = {
  nodes: [alpha, beta],
  volumes: ['pgdata'],
  services: [{ name: 'db', resources: ['db-postgresql'], volumes: ['pgdata'] }],
  links: 2,
  witness: false,
}

interface Scene {
  readonly active?: 'alpha' | 'beta'
  readonly primaries?: readonly ('alpha' | 'beta')[]
  readonly fenced?: boolean
}

function snapshot(at: Instant, scene: Scene): Snapshot {
  const primaries = scene.primaries ?? (scene.active ? [scene.active] : [])
  return {
    at,
    cluster: 'test',
    nodes: [],
    quorum: [],
    links: [],
    resources: [
      {
        id: 'db-postgresql',
        within: ['db'],
        agent: 'ocf:heartbeat:pgsql',
        role: scene.active ? 'Started' : 'Stopped',
        nodes: scene.active ? [nodeName(scene.active)] : [],
        failed: false,
        managed: true,
        blocked: false,
      },
    ],
    replicas: [alpha, beta].map(node => ({
      node,
      resource: 'pgdata',
      volume: 0,
      role: primaries.some(name => name === node) ? 'Primary' : 'Secondary',
      disk: 'UpToDate',
      quorum: true,
      suspended: false,
      peers: [],
    })),
    fencing: {
      enabled: true,
      devices: [],
      history: scene.fenced ? [{ target: alpha, action: 'off', state: 'success', at }] : [],
    },
    failures: [],
    leftovers: [],
    unseen: [],
  }
}

function scripted(scenes: readonly (Scene & { readonly atSecond: number })[], ledger: Partial<Ledger> = {}): World {
  const start = instant(1_000_000)
  let now = start
  const injected: WorldEvent[] = []
  const current = (): Scene => scenes.findLast(scene => after(start, seconds(scene.atSecond)) <= now) ?? {}
  const look = async (): Promise<Snapshot> => snapshot(now, current())
  return {
    kind: 'sim',
    now: () => now,
    inject: async fault => {
      injected.push({ at: now, source: 'fault', text: fault.kind })
      return ok(undefined)
    },
    look,
    next: deadline => {
      const coming = scenes.map(scene => after(start, seconds(scene.atSecond))).find(at => at > now)
      now = coming !== undefined && coming < deadline ? coming : deadline
      return look()
    },
    events: () => injected,
    ledgers: async () => [{ service: 'db', acknowledged: [], failed: [], ...ledger }],
  }
}

async function run(text: string, world: World) {
  const { value, problems } = parseScenario(text, 'x', vocabulary, {})
  assert.deepEqual(problems, [])
  assert.ok(value)
  const report = await runScenario(value, world, vocabulary, 'test', { step: () => undefined })
  return { report, verdicts: report.steps.map(step => step.verdict), whys: report.steps.map(step => step.why) }
}

const failover = [
  { atSecond: 0, active: 'alpha' },
  { atSecond: 3 },
  { atSecond: 8, fenced: true },
  { atSecond: 12, active: 'beta', fenced: true },
] as const

test('expectations are met at the moment they come true', async () => {
  const { report } = await run(
    'power off alpha\nexpect within 60s alpha fenced; db running on beta',
    scripted(failover),
  )
  assert.equal(report.verdict, 'passed')
  assert.equal(report.steps[1]?.to, 1_000_000 + 12_000)
})

test('an expectation that does not come true in time fails with what was there instead', async () => {
  const { report, whys } = await run('power off alpha\nexpect within 10s db running on beta', scripted(failover))
  assert.equal(report.verdict, 'failed')
  assert.equal(whys[1], 'after 10 s: db does not run')
})

test('"for" watches the whole span, "never" the whole run, wherever the line stands', async () => {
  const steady = await run('expect for 2s db running on alpha', scripted(failover))
  assert.deepEqual(steady.verdicts, ['met'])
  const broken = await run('expect for 5s db running on alpha', scripted(failover))
  assert.deepEqual(broken.whys, ['after 3 s: db does not run'])
  const scenes = [
    { atSecond: 0, active: 'alpha' },
    { atSecond: 2, active: 'alpha', primaries: ['alpha', 'beta'] },
    { atSecond: 4, active: 'alpha' },
  ] as const
  const both = await run('wait 10s\nexpect never pgdata Primary on alpha, beta', scripted(scenes))
  assert.deepEqual(both.whys, [undefined, 'seen: pgdata Primary on alpha, beta'])
})

test('what was never judged fails: no client, no reading back, a fault that the world refuses', async () => {
  assert.deepEqual((await run('expect lost 0 of db', scripted(failover))).verdicts, ['failed'])
  const unread = scripted(failover, { acknowledged: [{ row: 1, at: instant(1_000_100) }] })
  assert.match((await run('wait 1s\nexpect lost 0 of db', unread)).whys[1] ?? '', /could not be read back/)
  const refusing: World = {
    ...scripted(failover),
    inject: async () => ({ ok: false, failure: { kind: 'unsupported', what: 'clock', why: 'this world has none' } }),
  }
  const { verdicts, whys } = await run('clock alpha +1h\nexpect within 1s db running', refusing)
  assert.deepEqual(verdicts, ['failed', 'failed'])
  assert.deepEqual(whys, ['clock: this world has none', 'not reached: line 1 could not be done'])
})

test('lost rows and outages are judged from the ledger', async () => {
  const at = (ms: number) => instant(1_000_000 + ms)
  const rows = [
    ...Array.from({ length: 30 }, (_, i) => at(i * 100)),
    ...Array.from({ length: 36 }, (_, i) => at(12_500 + i * 100)),
  ]
  const ledger = { acknowledged: rows.map((time, row) => ({ row, at: time })), lost: [] }
  const text = 'wait 16s\nexpect outage of db below 9s\nexpect outage of db below 10s\nexpect lost 0 of db'
  const { report, verdicts, whys } = await run(text, scripted(failover, ledger))
  assert.deepEqual(verdicts, ['done', 'failed', 'met', 'met'])
  assert.equal(whys[1], 'db was gone for 9.6 s')
  assert.deepEqual(
    report.services[0]?.outages.map(o => o.to - o.from),
    [9_600],
  )
  const lossy = await run('wait 16s\nexpect lost 0 of db', scripted(failover, { ...ledger, lost: [7] }))
  assert.equal(lossy.whys[1], '1 acknowledged rows are gone, first row 7')
})

test('an outage is split at the marks, in the order of the phases', async () => {
  const at = (ms: number) => instant(1_000_000 + ms)
  const mark = (ms: number, phase: 'detection' | 'fencing' | 'recovery', service?: string): WorldEvent => ({
    at: at(ms),
    source: 'pacemaker',
    text: phase,
    mark: { phase, ...(service ? { service } : {}) },
  })
  const world = scripted(failover, {
    acknowledged: [
      { row: 1, at: at(0) },
      { row: 2, at: at(100) },
      { row: 3, at: at(10_000) },
    ],
  })
  const marked: World = {
    ...world,
    events: () => [
      mark(2_000, 'detection'),
      mark(5_000, 'fencing'),
      mark(9_000, 'recovery', 'db'),
      mark(9_500, 'recovery', 'other'),
    ],
  }
  const { report } = await run('wait 12s', marked)
  const longest = report.services[0]?.outages[0]
  assert.deepEqual(longest?.split, [
    { phase: 'detection', took: milliseconds(1_900) },
    { phase: 'fencing', took: milliseconds(3_000) },
    { phase: 'recovery', took: milliseconds(4_000) },
    { phase: 'client', took: milliseconds(1_000) },
  ])
})
