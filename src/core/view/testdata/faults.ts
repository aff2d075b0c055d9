// What the machines tell when something has gone wrong: snapshots of the healthy pair with a fault in them.
import { after, bytes, kibibytes, seconds } from '../../base/units.ts'
import type { Snapshot } from '../../live/snapshot.ts'
import { alpha, beta, gamma } from './clusters.ts'
import {
  ago,
  alphaLost,
  dbOn,
  healthyBalancers,
  healthyPair,
  night,
  online,
  peer,
  replica,
  resource,
  syncing,
  takenOver,
  withNode,
  withResource,
} from './snapshots.ts'

export const disconnected = (mine: 'StandAlone' | 'Connecting', theirs: 'StandAlone' | 'Connecting'): Snapshot => ({
  ...healthyPair,
  replicas: [
    replica(alpha, 'Primary', 'UpToDate', [
      { ...peer(beta, 'Unknown', 'DUnknown'), connection: mine, replication: 'Off' },
    ]),
    replica(beta, 'Secondary', 'UpToDate', [
      { ...peer(alpha, 'Unknown', 'DUnknown'), connection: theirs, replication: 'Off' },
    ]),
  ],
})

export const devices: Snapshot['fencing']['devices'] = healthyPair.fencing.devices
export const withDevice = (id: string, change: Partial<(typeof devices)[number]>): Snapshot => ({
  ...healthyPair,
  fencing: { ...healthyPair.fencing, devices: devices.map(d => (d.id === id ? { ...d, ...change } : d)) },
})

export const outOfReach: Snapshot = {
  ...healthyPair,
  nodes: [alpha, beta].map(name => ({ ...online(name), reachable: false, membership: 'unknown' as const })),
  quorum: [],
  links: [],
  resources: [],
  replicas: [],
  fencing: { enabled: false, devices: [], history: [] },
  unseen: [
    { node: alpha, what: 'everything', why: 'ssh: no answer in 5 s' },
    { node: beta, what: 'everything', why: 'ssh: connection refused' },
  ],
}

export function pausedSync(): Snapshot {
  const s = syncing(43, night)
  return {
    ...s,
    replicas: s.replicas.map(r => ({
      ...r,
      peers: r.peers.map(p => ({ ...p, replication: r.node === alpha ? ('PausedSyncS' as const) : 'PausedSyncT' })),
    })),
  }
}

export function readsFromPeer(): Snapshot {
  const moving = { outOfSync: bytes(4096), donePercent: 99 }
  return {
    ...healthyPair,
    replicas: [
      replica(alpha, 'Primary', 'Inconsistent', [
        { ...peer(beta, 'Secondary', 'UpToDate'), ...moving, replication: 'SyncTarget' },
      ]),
      replica(beta, 'Secondary', 'UpToDate', [
        { ...peer(alpha, 'Primary', 'Inconsistent'), ...moving, replication: 'SyncSource' },
      ]),
    ],
  }
}

export function differing(): Snapshot {
  return {
    ...healthyPair,
    replicas: healthyPair.replicas.map(r => ({
      ...r,
      peers: r.peers.map(p => ({ ...p, outOfSync: kibibytes(12) })),
    })),
  }
}

export function fencingFailed(): Snapshot {
  return {
    ...alphaLost,
    at: after(night, seconds(70)),
    fencing: {
      ...alphaLost.fencing,
      devices: devices.map(d => ({ ...d, healthy: d.target !== alpha })),
      history: [{ target: alpha, action: 'reboot', state: 'failed', at: after(night, seconds(62)), by: beta }],
    },
  }
}

export function twoPrimaries(): Snapshot {
  const s = disconnected('StandAlone', 'StandAlone')
  return { ...s, replicas: s.replicas.map(r => ({ ...r, role: 'Primary' })) }
}

export function frozen(): Snapshot {
  const s = disconnected('Connecting', 'Connecting')
  return { ...s, replicas: s.replicas.map(r => ({ ...r, suspended: r.node === alpha })) }
}

export function stoppedDevice(): Snapshot {
  const { id, target, healthy, lastProven } = devices[0] ?? { id: '', target: alpha, healthy: false, lastProven: night }
  const stopped = { id, target, healthy, lastProven: lastProven ?? night }
  return { ...healthyPair, fencing: { ...healthyPair.fencing, devices: [stopped, ...devices.slice(1)] } }
}

export function serviceFailed(): Snapshot {
  const stopped = withResource(healthyPair, 'db-postgresql', { role: 'Stopped', nodes: [] })
  return {
    ...withResource(stopped, 'db-ip', { role: 'Stopped', nodes: [] }),
    failures: [
      {
        resource: 'db-postgresql',
        node: alpha,
        operation: 'start',
        reason: 'could not bind to port 5432',
        failCount: 1_000_000,
        at: ago(seconds(20)),
      },
    ],
  }
}

export function stoppedResources(s: Snapshot): Snapshot {
  return { ...s, resources: s.resources.map(r => ({ ...r, role: 'Stopped', nodes: [] })) }
}

/** Alpha alone, with nothing running. */
export function stoppedAlone(
  other: Pick<Snapshot['nodes'][number], 'membership'>,
  quorate: boolean,
  disk: 'UpToDate' | 'Outdated',
): Snapshot {
  return {
    ...stoppedResources(withNode(healthyPair, beta, other)),
    quorum: [{ node: alpha, quorate, votes: 1, expected: 2, members: [alpha], waitForAll: true }],
    links: [],
    replicas: [
      replica(alpha, 'Secondary', disk, [
        { ...peer(beta, 'Unknown', 'DUnknown'), connection: 'Connecting', replication: 'Off' },
      ]),
    ],
  }
}

export function allStandby(): Snapshot {
  const both = withNode(withNode(healthyPair, alpha, { standby: true }), beta, { standby: true })
  return { ...stoppedResources(both), replicas: [] }
}

export function standby(): Snapshot {
  return {
    ...withNode(healthyPair, beta, { standby: true }),
    resources: [
      ...dbOn(alpha, beta).filter(r => r.role !== 'Unpromoted'),
      resource('pgdata-drbd', 'ocf:linbit:drbd', 'Stopped', [], ['pgdata']),
    ],
    replicas: [
      replica(alpha, 'Primary', 'UpToDate', [
        { ...peer(beta, 'Unknown', 'Outdated'), connection: 'Connecting', replication: 'Off' },
      ]),
    ],
  }
}

export function failedOn(operation: string, failCount: number): Snapshot {
  return {
    ...healthyPair,
    failures: [{ resource: 'db-postgresql', node: beta, operation, reason: 'wrong data directory', failCount }],
  }
}

export function partition(): Snapshot {
  return {
    ...healthyPair,
    quorum: healthyPair.quorum.map(q => (q.node === beta ? { ...q, members: [beta] } : q)),
  }
}

export function noQuorum(): Snapshot {
  return {
    ...healthyPair,
    quorum: healthyPair.quorum.map(q => ({ ...q, quorate: false, votes: 1 })),
  }
}

export function threeMinusOne(): Snapshot {
  return {
    ...withNode(healthyBalancers, gamma, { membership: 'offline' }),
    resources: healthyBalancers.resources.filter(r => !r.nodes.includes(gamma)),
    quorum: healthyBalancers.quorum
      .slice(0, 2)
      .map(q => ({ ...q, votes: 2, members: [alpha, beta] })),
  }
}

/** The story of a pulled plug, step by step: lost, fenced and taken over, back and syncing, whole again. */
export function backAgain(s: Snapshot): Snapshot {
  return {
    ...s,
    nodes: [{ ...online(alpha), bootId: 'second-boot' }, online(beta, true)],
    fencing: { ...takenOver.fencing, devices },
  }
}
