// Three drills as they come out of the runner: a pulled plug that was survived, a switchover, and one that failed.
import { after, type Instant, instant, milliseconds, seconds } from '../../base/units.ts'
import type { DrillReport, Lane, ServiceReport } from '../../drill/report.ts'
import { alpha, beta } from './clusters.ts'

const start: Instant = instant(1_795_316_400_000)
const at = (s: number): Instant => after(start, seconds(s))

const lane = (subject: Lane['subject'], ...states: readonly (readonly [from: number, state: string])[]): Lane => ({
  subject,
  spans: states.map(([from, state], i) => ({ from: at(from), to: at(states[i + 1]?.[0] ?? 60), state })),
})

const rate = (from: number, to: number): number[] =>
  Array.from({ length: 60 }, (_, s) => (s >= from && s < to ? 0 : 96 + ((s * 7) % 9)))

const db: ServiceReport = {
  service: 'db',
  acknowledged: 4_873,
  refused: 37,
  lost: 0,
  outages: [
    {
      from: at(10.1),
      to: at(21.84),
      split: [
        { phase: 'detection', took: milliseconds(4_310) },
        { phase: 'fencing', took: milliseconds(2_620) },
        { phase: 'promotion', took: milliseconds(430) },
        { phase: 'mount', took: milliseconds(380) },
        { phase: 'recovery', took: milliseconds(3_090) },
        { phase: 'address', took: milliseconds(210) },
        { phase: 'client', took: milliseconds(700) },
      ],
    },
  ],
  rate: rate(10, 22),
}

export const powerLoss: DrillReport = {
  schema: 1,
  cluster: 'shop',
  scenario: 'power-loss',
  text: 'wait 10 s\npower off alpha\nexpect within 60 s  alpha fenced; db running on beta\nexpect never  pgdata Primary on alpha, beta\npower on alpha\nexpect within 2 min  pgdata UpToDate on alpha, beta\n',
  world: 'lab',
  started: start,
  ended: at(60),
  verdict: 'passed',
  steps: [
    { line: 1, text: 'wait 10 s', verdict: 'done', from: start, to: at(10) },
    { line: 2, text: 'power off alpha', verdict: 'done', from: at(10), to: at(10) },
    { line: 3, text: 'expect within 60 s  alpha fenced; db running on beta', verdict: 'met', from: at(10), to: at(21.4) },
    { line: 4, text: 'expect never  pgdata Primary on alpha, beta', verdict: 'met', from: start, to: at(60) },
    { line: 5, text: 'power on alpha', verdict: 'done', from: at(26), to: at(26) },
    { line: 6, text: 'expect within 2 min  pgdata UpToDate on alpha, beta', verdict: 'met', from: at(26), to: at(52) },
  ],
  services: [db],
  lanes: [
    lane({ kind: 'node', node: alpha }, [0, 'online'], [14.4, 'unclean'], [17, 'offline'], [44, 'pending'], [47, 'online']),
    lane({ kind: 'node', node: beta }, [0, 'online']),
    lane(
      { kind: 'replica', node: alpha, resource: 'pgdata' },
      [0, 'Primary UpToDate'],
      [14.4, 'unknown'],
      [48, 'Secondary Inconsistent'],
      [52, 'Secondary UpToDate'],
    ),
    lane({ kind: 'replica', node: beta, resource: 'pgdata' }, [0, 'Secondary UpToDate'], [17.5, 'Primary UpToDate']),
    lane({ kind: 'service', service: 'db' }, [0, 'alpha'], [14.4, 'stopped'], [21.1, 'beta']),
  ],
  events: [
    { at: at(10), source: 'fault', text: 'power off alpha' },
    { at: at(14.4), node: beta, source: 'corosync', text: 'a node left the membership', mark: { phase: 'detection' } },
    { at: at(17.03), node: beta, source: 'fencing', text: 'alpha is fenced (reboot)', mark: { phase: 'fencing' } },
    { at: at(17.46), node: beta, source: 'pacemaker', text: 'pgdata-drbd promoted on beta' },
    { at: at(17.84), node: beta, source: 'pacemaker', text: 'pgdata-fs started on beta' },
    { at: at(20.93), node: beta, source: 'pacemaker', text: 'db-postgresql started on beta' },
    { at: at(21.14), node: beta, source: 'pacemaker', text: 'db-ip started on beta' },
    { at: at(26), source: 'fault', text: 'power on alpha' },
    { at: at(52), node: alpha, source: 'drbd', text: 'pgdata: resync with beta is done' },
  ],
}

export const switchover: DrillReport = {
  ...powerLoss,
  scenario: 'switchover',
  world: 'sim',
  ended: at(20),
  steps: powerLoss.steps.slice(0, 1),
  services: [{ service: 'db', acknowledged: 1_950, refused: 0, lost: 0, outages: [], rate: rate(0, 0).slice(0, 20) }],
  lanes: powerLoss.lanes.slice(1, 2),
  events: [],
}

/** Fencing did not work, so the service never came back, and nobody could read the rows. */
export const failed: DrillReport = {
  ...powerLoss,
  verdict: 'failed',
  steps: powerLoss.steps.slice(0, 4).map(s =>
    s.line === 3 ? { ...s, verdict: 'failed', to: at(60), why: 'after 50 s: alpha is not fenced; db is stopped' } : s,
  ),
  services: [
    {
      service: 'db',
      acknowledged: 962,
      refused: 480,
      outages: [{ from: at(10.1), to: at(60), split: [{ phase: 'detection', took: milliseconds(4_310) }] }],
      rate: rate(10, 60),
    },
  ],
  lanes: [
    lane({ kind: 'node', node: alpha }, [0, 'online'], [14.4, 'unclean']),
    lane({ kind: 'node', node: beta }, [0, 'online']),
    lane({ kind: 'service', service: 'db' }, [0, 'alpha'], [14.4, 'stopped']),
  ],
  events: [
    { at: at(5), source: 'fault', text: 'bmc alpha down' },
    { at: at(5.1), source: 'fault', text: 'cut link 1 alpha beta' },
    { at: at(10), source: 'fault', text: 'power off alpha' },
  ],
}
