// Situations that a cluster can be in, each with the answer that it deserves and the words that must be said. The tests
// of the rules, the golden screens and the pictures in the browser all go through this one list.
import { after, minutes, seconds } from '../../base/units.ts'
import type { Snapshot } from '../../live/snapshot.ts'
import type { Cluster } from '../../model/types.ts'
import type { Answer } from '../protection.ts'
import { alpha, balancers, beta, pairWithoutFencing, pair } from './clusters.ts'
import { ago, alphaLost, dbOn, healthyBalancers, healthyPair, night, peer, replica, syncing, takenOver, withNode, withResource } from './snapshots.ts'

import { disconnected, devices, withDevice, outOfReach, pausedSync, readsFromPeer, differing, fencingFailed, twoPrimaries, frozen, stoppedDevice, serviceFailed, stoppedAlone, allStandby, standby, failedOn, partition, noQuorum, threeMinusOne, backAgain } from './faults.ts'

export interface Situation {
  readonly name: string
  readonly cluster: Cluster
  readonly snapshot: Snapshot
  readonly before?: Snapshot
  readonly answer: Answer
  /** Code and a part of the text of every reason, in order. */
  readonly reasons: readonly (readonly [code: string, text: string])[]
  /** Codes of the warnings, in order. */
  readonly warnings: readonly string[]
}

const on = (
  name: string,
  snapshot: Snapshot,
  answer: Answer,
  reasons: Situation['reasons'],
  warnings: Situation['warnings'] = [],
  cluster: Cluster = pair,
): Situation => ({ name, cluster, snapshot, answer, reasons, warnings })

export const situations: readonly Situation[] = [
  on('protected', healthyPair, 'protected', []),
  {
    ...on('syncing', syncing(43, night), 'unprotected', [
      ['target-replica', 'pgdata on beta is Inconsistent (resync 43 %, about 2 min left)'],
    ]),
    before: syncing(38, ago(seconds(10))),
  },
  on('sync paused', pausedSync(), 'unprotected', [['target-replica', 'Inconsistent (resync 43 %, paused)']]),
  on('primary reads from its peer', readsFromPeer(), 'unprotected', [
    ['own-data', 'pgdata on alpha is Inconsistent and reads from beta'],
  ]),
  on('verify found differences', differing(), 'unprotected', [
    ['target-replica', 'pgdata: 12 KiB differ between alpha and beta'],
  ]),
  on(
    'peer lost and being fenced',
    alphaLost,
    'down',
    [['node-lost', 'alpha, where it ran, is lost; the cluster waits until it is fenced']],
    ['node-waiting', 'unseen'],
  ),
  on(
    'peer fenced, taken over',
    takenOver,
    'unprotected',
    [['target-absent', 'alpha is offline']],
    ['unseen'],
  ),
  on('fencing failed', fencingFailed(), 'down', [['node-lost', 'its fencing failed']], ['node-waiting', 'unseen']),
  on('split brain', disconnected('StandAlone', 'StandAlone'), 'unprotected', [
    ['target-replica', 'pgdata: alpha is StandAlone, beta is StandAlone: they refuse each other'],
  ]),
  on('replication cut', disconnected('Connecting', 'Connecting'), 'unprotected', [
    ['target-replica', 'pgdata is not being replicated: alpha is Connecting, beta is Connecting'],
  ]),
  on('two primaries', twoPrimaries(), 'unprotected', [
    ['two-primaries', 'pgdata is Primary on alpha and beta at once'],
    ['target-replica', 'StandAlone'],
  ]),
  on('writes frozen', frozen(), 'down', [['frozen', 'writes to pgdata on alpha are frozen']]),
  on(
    'fence device silent',
    withDevice('fence-beta', { healthy: false }),
    'unprotected',
    [['fence-device', 'the fence device fence-beta of beta does not answer']],
  ),
  on(
    'fence device stopped',
    stoppedDevice(),
    'unprotected',
    [['fence-device', 'the fence device fence-alpha of alpha is stopped']],
  ),
  on(
    'fence device missing',
    { ...healthyPair, fencing: { ...healthyPair.fencing, devices: devices.slice(0, 1) } },
    'unprotected',
    [['fence-device', 'the fence device fence-beta of beta is not there']],
    ['fence-unproven'],
  ),
  on(
    'last fencing failed',
    {
      ...healthyPair,
      fencing: {
        ...healthyPair.fencing,
        history: [{ target: beta, action: 'reboot', state: 'failed', at: ago(minutes(2)), by: alpha }],
      },
    },
    'unprotected',
    [['fence-failed', 'the last fencing of beta failed']],
  ),
  on(
    'fencing never proven',
    {
      ...healthyPair,
      fencing: {
        ...healthyPair.fencing,
        devices: devices.map(({ id, target, healthy }) => ({ id, target, healthy, runningOn: alpha })),
      },
    },
    'protected',
    [],
    ['fence-unproven', 'fence-unproven'],
  ),
  on(
    'fencing switched off behind our back',
    { ...healthyPair, fencing: { ...healthyPair.fencing, enabled: false } },
    'unprotected',
    [['fencing-disabled', 'fencing is switched off in the running cluster']],
  ),
  on(
    'fencing none',
    { ...healthyPair, fencing: { enabled: false, devices: [], history: [] } },
    'unprotected',
    [['fencing-none', 'the cluster has no fencing (a class room, the data is thrown away every evening)']],
    [],
    pairWithoutFencing,
  ),
  on('service failed', serviceFailed(), 'down', [
    ['stopped', 'db-postgresql is stopped (start on alpha: could not bind to port 5432), and so is db-ip'],
  ], ['failure']),
  on(
    'alone after a power cut of both',
    stoppedAlone({ membership: 'offline' }, false, 'UpToDate'),
    'down',
    [
      ['no-quorum', 'alpha has no quorum (1 of 2 votes), and waits to see beta once: it may start nothing'],
      ['stopped', 'pgdata-fs is stopped, and so are db-postgresql, db-ip'],
    ],
    ['node-waiting'],
  ),
  on(
    'older copy alone',
    stoppedAlone({ membership: 'unclean' }, true, 'Outdated'),
    'down',
    [
      ['waits-for-fencing', 'beta is lost and not yet fenced: what it may still hold is started nowhere else'],
      ['no-copy', 'no UpToDate copy of pgdata is in reach (Outdated on alpha)'],
      ['stopped', 'pgdata-fs is stopped'],
    ],
    ['node-waiting'],
  ),
  on('everybody in standby', allStandby(), 'down', [
    ['no-home', 'no node may run it: alpha is in standby, beta is in standby'],
    ['stopped', 'pgdata-fs is stopped'],
  ], ['node-waiting', 'node-waiting']),
  on('service starting', withResource(healthyPair, 'db-postgresql', { role: 'Starting' }), 'down', [
    ['moving', 'db-postgresql is starting on alpha'],
  ]),
  on(
    'stopping after a failed monitor',
    {
      ...withResource(healthyPair, 'db-postgresql', { role: 'Stopping' }),
      failures: [
        {
          resource: 'pgdata-fs',
          node: alpha,
          operation: 'monitor every 20 s',
          reason: 'timed out',
          failCount: 1,
          at: ago(seconds(30)),
        },
      ],
    },
    'down',
    [['moving', 'db-postgresql is stopping on alpha: pgdata-fs failed on alpha (monitor every 20 s: timed out)']],
    ['failure'],
  ),
  on('failed monitor', withResource(healthyPair, 'db-ip', { failed: true }), 'down', [
    ['failed', 'db-ip has failed on alpha'],
  ]),
  on('active twice', withResource(healthyPair, 'db-ip', { nodes: [alpha, beta] }), 'down', [
    ['active-twice', 'db-ip is active on alpha and beta at once'],
    ['apart', 'its parts are on different nodes: alpha, beta'],
  ]),
  on('address elsewhere', withResource(healthyPair, 'db-ip', { nodes: [beta] }), 'down', [
    ['apart', 'its parts are on different nodes: alpha, beta'],
  ]),
  on('standby', standby(), 'unprotected', [
    ['target-standby', 'beta is in standby'],
    ['target-instance', 'pgdata-drbd does not run on beta'],
    ['target-replica', 'pgdata is not being replicated: alpha is Connecting'],
  ]),
  on('node maintenance', withNode(healthyPair, beta, { maintenance: true }), 'unprotected', [
    ['target-maintenance', 'beta is in maintenance: the cluster starts nothing there'],
  ], ['node-waiting']),
  on('joining', withNode(healthyPair, beta, { membership: 'pending' }), 'unprotected', [
    ['target-absent', 'beta is still joining the cluster'],
  ], ['node-waiting']),
  on('unmanaged', withResource(healthyPair, 'db-postgresql', { managed: false }), 'unprotected', [
    ['unmanaged', 'db-postgresql is unmanaged'],
  ]),
  on('blocked', withResource(healthyPair, 'db-postgresql', { blocked: true }), 'unprotected', [
    ['unmanaged', 'db-postgresql is blocked'],
  ]),
  on('ban left behind', { ...healthyPair, leftovers: ['cli-ban-db-on-beta'] }, 'unprotected', [
    ['target-banned', 'a ban set by hand (cli-ban-db-on-beta) keeps db off beta'],
  ], ['leftover']),
  on('preference left behind', { ...healthyPair, leftovers: ['cli-prefer-db'] }, 'protected', [], ['leftover']),
  on(
    'ban by the DRBD handler left behind',
    { ...healthyPair, leftovers: ['drbd-fence-by-handler-pgdata-pgdata'] },
    'unprotected',
    [['target-banned-by-drbd', 'pgdata may only be promoted where it was last written']],
  ),
  on('failed start on the other node', failedOn('start', 1_000_000), 'unprotected', [
    ['target-failed', 'db-postgresql failed on beta (start: wrong data directory)'],
  ], ['failure']),
  on('three failed monitors on the other node', failedOn('monitor 30 s', 3), 'unprotected', [
    ['target-failed', 'db-postgresql failed on beta (monitor 30 s: wrong data directory)'],
  ], ['failure']),
  on('a monitor failure on record', failedOn('monitor 30 s', 1), 'protected', [], ['failure']),
  on(
    'one link down',
    { ...healthyPair, links: healthyPair.links.map(l => ({ ...l, up: l.link !== 1 })) },
    'protected',
    [],
    ['link-down'],
  ),
  on(
    'one link deaf in one direction',
    { ...healthyPair, links: healthyPair.links.map(l => ({ ...l, up: l.link !== 1 || l.from !== alpha })) },
    'protected',
    [],
    ['link-down'],
  ),
  on('partition', partition(), 'unprotected', [
    ['partition', 'the nodes do not agree who is a member (alpha and beta / beta)'],
  ]),
  on('no quorum', noQuorum(), 'unprotected', [
    ['quorum-margin', 'beta has no quorum now (1 of 2 votes)'],
    ['quorum-margin', 'alpha has no quorum now (1 of 2 votes)'],
  ]),
  on('no coordinator', withNode(healthyPair, alpha, { coordinator: false }), 'unprotected', [
    ['no-coordinator', 'the cluster has no coordinator'],
  ]),
  on(
    'one node out of our reach',
    {
      ...withNode(healthyPair, beta, { reachable: false }),
      quorum: healthyPair.quorum.slice(0, 1),
      replicas: healthyPair.replicas.slice(0, 1),
      unseen: [{ node: beta, what: 'everything', why: 'ssh: no answer in 5 s' }],
    },
    'protected',
    [],
    ['unseen'],
  ),
  on(
    'DRBD unseen everywhere',
    {
      ...healthyPair,
      replicas: [],
      unseen: [alpha, beta].map(node => ({ node, what: 'drbd' as const, why: 'drbdsetup: command not found' })),
    },
    'unprotected',
    [
      ['target-replica', 'the replication of pgdata between alpha and beta cannot be seen'],
      ['own-data', 'the state of pgdata on alpha cannot be seen'],
    ],
    ['unseen', 'unseen'],
  ),
  on(
    'quorum unseen',
    {
      ...healthyPair,
      quorum: [],
      unseen: [alpha, beta].map(node => ({ node, what: 'corosync' as const, why: 'timed out' })),
    },
    'unprotected',
    [['quorum-margin', 'quorum cannot be seen']],
    ['unseen', 'unseen'],
  ),
  on(
    'nodes out of reach',
    outOfReach,
    'unknown',
    [
      ['unseen', 'alpha does not answer us (ssh: no answer in 5 s)'],
      ['unseen', 'beta does not answer us (ssh: connection refused)'],
    ],
  ),
  on('three nodes', healthyBalancers, 'protected', [], [], balancers),
  on(
    'three nodes, one gone',
    threeMinusOne(),
    'unprotected',
    [
      ['quorum-margin', 'without alpha the rest would have 1 of 3 votes and needs 2'],
      ['quorum-margin', 'without beta the rest would have 1 of 3 votes and needs 2'],
    ],
    ['node-waiting'],
    balancers,
  ),
  on(
    'address without its balancer',
    {
      ...healthyBalancers,
      resources: healthyBalancers.resources.map(r =>
        r.id === 'web-haproxy' && r.nodes.includes(beta) ? { ...r, role: 'Stopped', nodes: [] } : r,
      ),
    },
    'down',
    [['apart', 'web-ip-2 is on beta, where web-haproxy does not run']],
    [],
    balancers,
  ),
]

export const story: readonly Snapshot[] = [
  healthyPair,
  alphaLost,
  takenOver,
  backAgain(syncing(61, after(night, seconds(60)), beta, alpha)),
  backAgain({
    ...healthyPair,
    at: after(night, seconds(75)),
    resources: dbOn(beta, alpha),
    replicas: [
      replica(beta, 'Primary', 'UpToDate', [peer(alpha, 'Secondary', 'UpToDate')]),
      replica(alpha, 'Secondary', 'UpToDate', [peer(beta, 'Primary', 'UpToDate')]),
    ],
  }),
]
