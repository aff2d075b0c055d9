// A cluster and a snapshot of it, laid side by side: where each service runs, what is known of each replica and who
// says so. Questions only; what the answers mean for safety is judged in protection.ts.
import { type Milliseconds, milliseconds, type NodeName } from '../base/units.ts'
import type {
  ConnectionState,
  DiskState,
  NodeState,
  PeerReplica,
  ReplicaState,
  ResourceState,
  Snapshot,
  Unseen,
} from '../live/snapshot.ts'
import type { Cluster, Service, Volume } from '../model/types.ts'
import { partsOf } from './parts.ts'

export interface Facts {
  readonly cluster: Cluster
  readonly snapshot: Snapshot
  /** An earlier snapshot, from which speeds are told. */
  readonly before?: Snapshot
}

export const factsOf = (cluster: Cluster, snapshot: Snapshot, before?: Snapshot): Facts =>
  before ? { cluster, snapshot, before } : { cluster, snapshot }

/** Can anybody at all tell us about this layer? */
export const isSeen = (f: Facts, what: Exclude<Unseen['what'], 'everything'>): boolean =>
  f.snapshot.nodes.some(n => n.reachable && !isUnseen(f, n.name, what))

const isUnseen = (f: Facts, node: NodeName, what: Unseen['what']): boolean =>
  f.snapshot.unseen.some(u => u.node === node && (u.what === 'everything' || u.what === what))

export const nodeState = (f: Facts, node: NodeName): NodeState | undefined =>
  f.snapshot.nodes.find(n => n.name === node)

export const isPresent = (f: Facts, node: NodeName): boolean => nodeState(f, node)?.membership === 'online'

export const volumesOf = (f: Facts, service: Service): readonly Volume[] =>
  f.cluster.volumes.filter(v => service.volumes.includes(v.name))

/** The service and everything that must run on the same node with it, directly or by way of another. */
export function companions(f: Facts, service: Service): readonly Service[] {
  const found = new Set<Service>([service])
  for (const member of found) {
    for (const other of f.cluster.services) {
      if (member.with.includes(other.name) || other.with.includes(member.name)) found.add(other)
    }
  }
  return [...found]
}

type ServiceState = 'running' | 'moving' | 'stopped' | 'unknown'

export interface ServiceFacts {
  readonly service: Service
  readonly state: ServiceState
  /** Where its single parts (file system, process, address) are active. */
  readonly on: readonly NodeName[]
  /** Parts of which one instance runs in the whole cluster. */
  readonly single: readonly ResourceState[]
  /** Parts with an instance on every node: DRBD, a cloned daemon. */
  readonly cloned: readonly ResourceState[]
}

const isMoving = (r: ResourceState): boolean =>
  r.role === 'Starting' ||
  r.role === 'Stopping' ||
  r.role === 'Promoting' ||
  r.role === 'Demoting' ||
  r.role === 'Migrating'

export const isActive = (r: ResourceState): boolean =>
  r.role === 'Started' || r.role === 'Promoted' || r.role === 'Unpromoted'

export function serviceFacts(f: Facts, service: Service): ServiceFacts {
  const parts = partsOf(f.cluster, service, f.snapshot)
  const single = f.snapshot.resources.filter(r => parts.single.includes(r.id))
  const cloned = f.snapshot.resources.filter(r => parts.cloned.includes(r.id))
  const bearing = single.length > 0 ? single : cloned
  const on = f.cluster.nodes
    .map(n => n.name)
    .filter(name => bearing.some(r => r.nodes.includes(name) && r.role !== 'Stopped'))
  return { service, on, single, cloned, state: stateOf(f, parts.single, bearing) }
}

function stateOf(f: Facts, expected: readonly string[], bearing: readonly ResourceState[]): ServiceState {
  if (!isSeen(f, 'pacemaker')) return 'unknown'
  if (bearing.some(isMoving)) return 'moving'
  const complete = expected.every(id => bearing.some(r => r.id === id))
  const active = bearing.length > 0 && complete && bearing.every(r => isActive(r) && r.nodes.length > 0)
  return active ? 'running' : 'stopped'
}

/** What is known of one node's copy of a part of a volume, from itself or else from a peer that is connected to it. */
export interface CopyFacts {
  readonly disk?: DiskState
  readonly role: ReplicaState['role']
  readonly suspended: boolean
  readonly quorum: boolean
  readonly seenBy?: NodeName
}

const replicasOf = (f: Facts, volume: Volume, part: number): readonly ReplicaState[] =>
  f.snapshot.replicas.filter(r => r.resource === volume.name && r.volume === part)

export function copyOf(f: Facts, volume: Volume, part: number, node: NodeName): CopyFacts {
  const all = replicasOf(f, volume, part)
  const own = all.find(r => r.node === node)
  if (own) return { disk: own.disk, role: own.role, suspended: own.suspended, quorum: own.quorum, seenBy: node }
  for (const other of all) {
    const told = other.peers.find(p => p.node === node && p.connection === 'Connected')
    if (told) return { disk: told.disk, role: told.role, suspended: false, quorum: true, seenBy: other.node }
  }
  return { role: 'Unknown', suspended: false, quorum: true }
}

/** One connection as each of its ends sees it; the end that cannot be seen is left out. */
export interface ConnectionView extends Omit<PeerReplica, 'node'> {
  readonly by: NodeName
  readonly to: NodeName
}

export function connectionViews(f: Facts, volume: Volume, part: number, a: NodeName, b: NodeName): ConnectionView[] {
  const seen = (by: NodeName, to: NodeName): ConnectionView[] =>
    replicasOf(f, volume, part)
      .filter(r => r.node === by)
      .flatMap(r => r.peers.filter(p => p.node === to).map(p => ({ ...p, by, to })))
  return [...seen(a, b), ...seen(b, a)]
}

/** The least connected of what the ends say. */
export function connectionState(views: readonly ConnectionView[]): ConnectionState | undefined {
  const standAlone = views.find(v => v.connection === 'StandAlone')
  return (standAlone ?? views.find(v => v.connection !== 'Connected') ?? views[0])?.connection
}

export const isSyncing = (v: ConnectionView): boolean =>
  /^(StartingSync|WFBitMap|WFSync|Sync|PausedSync)/.test(v.replication)
const isPaused = (v: ConnectionView): boolean => v.replication.startsWith('Paused')

export interface Progress {
  readonly percent?: number
  readonly left?: Milliseconds
  readonly paused: boolean
}

/** How far a resync is, and how long it still takes at the speed since the earlier snapshot. */
export function progressOf(f: Facts, volume: Volume, part: number, a: NodeName, b: NodeName): Progress | undefined {
  const views = connectionViews(f, volume, part, a, b)
  const view = views.find(v => isSyncing(v) && v.donePercent !== undefined) ?? views.find(isSyncing)
  if (!view) return undefined
  const left = timeLeft(f, volume, part, view)
  return {
    paused: views.some(isPaused),
    ...(view.donePercent === undefined ? {} : { percent: view.donePercent }),
    ...(left === undefined ? {} : { left }),
  }
}

function timeLeft(f: Facts, volume: Volume, part: number, now: ConnectionView): Milliseconds | undefined {
  if (!f.before) return undefined
  const earlier = connectionViews({ cluster: f.cluster, snapshot: f.before }, volume, part, now.by, now.to)
  const then = earlier.find(v => v.by === now.by && isSyncing(v))
  const span = f.snapshot.at - f.before.at
  const done = then ? then.outOfSync - now.outOfSync : 0
  return done > 0 && span > 0 ? milliseconds((now.outOfSync / done) * span) : undefined
}

/** "43 %, about 2 min left", "43 %, paused". */
export function showProgress(p: Progress): string {
  const percent = p.percent === undefined ? 'starting' : `${Math.floor(p.percent)} %`
  if (p.paused) return `${percent}, paused`
  return p.left === undefined ? percent : `${percent}, about ${roughly(p.left)} left`
}

function roughly(span: Milliseconds): string {
  if (span < 55_000) return `${Math.max(5, Math.ceil(span / 5_000) * 5)} s`
  if (span < 90 * 60_000) return `${Math.round(span / 60_000)} min`
  return `${Math.round(span / 3_600_000)} h`
}
