// A healthy snapshot of each cluster of clusters.ts, and small changes to it, from which the situations are made.
import {
  after,
  bytes,
  type Instant,
  instant,
  mebibytes,
  minutes,
  type NodeName,
  seconds,
} from '../../base/units.ts'
import type {
  DiskState,
  NodeState,
  PeerReplica,
  ReplicaState,
  ResourceState,
  Role,
  Snapshot,
} from '../../live/snapshot.ts'
import type { Cluster } from '../../model/types.ts'
import { alpha, balancers, beta, pair } from './clusters.ts'

/** 2026-11-22T03:00:00Z: three in the morning. */
export const night: Instant = instant(1_795_316_400_000)
export const ago = (span: number): Instant => instant(night - span)

export const online = (name: NodeName, coordinator = false): NodeState => ({
  name,
  reachable: true,
  membership: 'online',
  standby: false,
  maintenance: false,
  coordinator,
  bootId: `boot-${name}`,
})

export const resource = (
  id: string,
  agent: string,
  role: Role,
  nodes: readonly NodeName[],
  within: readonly string[] = [],
): ResourceState => ({ id, agent, role, nodes, within, failed: false, managed: true, blocked: false })

export const peer = (node: NodeName, role: PeerReplica['role'], disk: DiskState): PeerReplica => ({
  node,
  connection: 'Connected',
  role,
  disk,
  replication: 'Established',
  outOfSync: bytes(0),
})

export const replica = (
  node: NodeName,
  role: ReplicaState['role'],
  disk: DiskState,
  peers: readonly PeerReplica[],
): ReplicaState => ({ node, resource: 'pgdata', volume: 0, role, disk, quorum: true, suspended: false, peers })

export const dbOn = (node: NodeName, other: NodeName): readonly ResourceState[] => [
  resource('pgdata-drbd', 'ocf:linbit:drbd', 'Promoted', [node], ['pgdata']),
  resource('pgdata-drbd', 'ocf:linbit:drbd', 'Unpromoted', [other], ['pgdata']),
  resource('pgdata-fs', 'ocf:heartbeat:Filesystem', 'Started', [node], ['db']),
  resource('db-postgresql', 'ocf:heartbeat:pgsql', 'Started', [node], ['db']),
  resource('db-ip', 'ocf:heartbeat:IPaddr2', 'Started', [node], ['db']),
  resource('fence-alpha', 'stonith:fence_redfish', 'Started', [beta]),
  resource('fence-beta', 'stonith:fence_redfish', 'Started', [alpha]),
]

/** Everything that all healthy clusters have, from the cluster file. */
function healthy(cluster: Cluster): Snapshot {
  const names = cluster.nodes.map(n => n.name)
  const others = (name: NodeName): NodeName[] => names.filter(n => n !== name)
  return {
    at: night,
    cluster: cluster.name,
    nodes: names.map((name, i) => online(name, i === 0)),
    quorum: names.map(node => ({
      node,
      quorate: true,
      votes: names.length,
      expected: names.length,
      members: names,
      waitForAll: names.length === 2,
    })),
    links: names.flatMap(from => others(from).flatMap(to => [0, 1].map(link => ({ from, to, link, up: true })))),
    resources: [],
    replicas: [],
    fencing: {
      enabled: true,
      devices: names.map(target => ({
        id: `fence-${target}`,
        target,
        runningOn: others(target)[0] ?? target,
        healthy: true,
        lastProven: ago(minutes(12)),
      })),
      history: [],
    },
    failures: [],
    leftovers: [],
    unseen: [],
  }
}

export const healthyPair: Snapshot = {
  ...healthy(pair),
  resources: dbOn(alpha, beta),
  replicas: [
    replica(alpha, 'Primary', 'UpToDate', [peer(beta, 'Secondary', 'UpToDate')]),
    replica(beta, 'Secondary', 'UpToDate', [peer(alpha, 'Primary', 'UpToDate')]),
  ],
}

const webOn = (alive: readonly NodeName[], first: NodeName, second: NodeName): readonly ResourceState[] => [
  ...alive.map(n => resource('web-haproxy', 'systemd:haproxy', 'Started', [n], ['web'])),
  resource('web-ip', 'ocf:heartbeat:IPaddr2', 'Started', [first]),
  resource('web-ip-2', 'ocf:heartbeat:IPaddr2', 'Started', [second]),
]

export const healthyBalancers: Snapshot = {
  ...healthy(balancers),
  resources: webOn(
    balancers.nodes.map(n => n.name),
    alpha,
    beta,
  ),
}

/** The pair in the middle of a resync, `percent` done; 4 GiB were out of sync at the start. */
export function syncing(percent: number, at: Instant, from: NodeName = alpha, to: NodeName = beta): Snapshot {
  const outOfSync = mebibytes((4096 * (100 - percent)) / 100)
  const moving = { outOfSync, donePercent: percent }
  return {
    ...healthyPair,
    at,
    resources: dbOn(from, to),
    replicas: [
      replica(from, 'Primary', 'UpToDate', [
        { ...peer(to, 'Secondary', 'Inconsistent'), ...moving, replication: 'SyncSource' },
      ]),
      replica(to, 'Secondary', 'Inconsistent', [
        { ...peer(from, 'Primary', 'UpToDate'), ...moving, replication: 'SyncTarget' },
      ]),
    ],
  }
}

export const withNode = (s: Snapshot, name: NodeName, change: Partial<NodeState>): Snapshot => ({
  ...s,
  nodes: s.nodes.map(n => (n.name === name ? { ...n, ...change } : n)),
})

export const withResource = (s: Snapshot, id: string, change: Partial<ResourceState>): Snapshot => ({
  ...s,
  resources: s.resources.map(r => (r.id === id ? { ...r, ...change } : r)),
})

/** Alpha had the service, lost power, and is seen by beta only. Not fenced yet. */
export const alphaLost: Snapshot = {
  ...healthyPair,
  at: after(night, seconds(2)),
  nodes: [{ ...online(alpha), reachable: false, membership: 'unclean' }, online(beta, true)],
  quorum: [{ node: beta, quorate: true, votes: 1, expected: 2, members: [beta], waitForAll: true }],
  links: [0, 1].map(link => ({ from: beta, to: alpha, link, up: false })),
  replicas: [
    replica(beta, 'Secondary', 'UpToDate', [
      { ...peer(alpha, 'Unknown', 'DUnknown'), connection: 'Connecting', replication: 'Off' },
    ]),
  ],
  fencing: {
    ...healthyPair.fencing,
    history: [{ target: alpha, action: 'reboot', state: 'pending', at: after(night, seconds(1)), by: beta }],
  },
  unseen: [{ node: alpha, what: 'everything', why: 'ssh: no answer in 5 s' }],
}

/** Then it was fenced, and beta took over. */
export const takenOver: Snapshot = {
  ...alphaLost,
  at: after(night, seconds(14)),
  nodes: [{ ...online(alpha), reachable: false, membership: 'offline' }, online(beta, true)],
  resources: [
    resource('pgdata-drbd', 'ocf:linbit:drbd', 'Promoted', [beta], ['pgdata']),
    resource('pgdata-drbd', 'ocf:linbit:drbd', 'Stopped', [], ['pgdata']),
    ...dbOn(beta, alpha).slice(2, 5),
    resource('fence-alpha', 'stonith:fence_redfish', 'Started', [beta]),
    resource('fence-beta', 'stonith:fence_redfish', 'Stopped', []),
  ],
  replicas: [
    replica(beta, 'Primary', 'UpToDate', [
      { ...peer(alpha, 'Unknown', 'Outdated'), connection: 'Connecting', replication: 'Off' },
    ]),
  ],
  fencing: {
    enabled: true,
    devices: [
      { id: 'fence-alpha', target: alpha, runningOn: beta, healthy: true, lastProven: after(night, seconds(5)) },
      { id: 'fence-beta', target: beta, healthy: true, lastProven: ago(minutes(12)) },
    ],
    history: [{ target: alpha, action: 'reboot', state: 'success', at: after(night, seconds(5)), by: beta }],
  },
}
