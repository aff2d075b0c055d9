// The state of a cluster as seen at one instant, in the engines' own terms. The live machines, the lab and the simulator
// all answer with this type, so status, terminal, page and expectations are written once.
// What could not be seen is absent or listed in `unseen`; it is never guessed.
import type { Bytes, Instant, Milliseconds, NodeName } from '../base/units.ts'
import type { ConnectionState, DiskState, ReplicationState } from '../drbd/words.ts'

export interface Snapshot {
  readonly at: Instant
  readonly cluster: string
  readonly nodes: readonly NodeState[]
  readonly quorum: readonly QuorumView[]
  readonly links: readonly LinkState[]
  readonly resources: readonly ResourceState[]
  readonly replicas: readonly ReplicaState[]
  readonly fencing: FencingState
  readonly failures: readonly OperationFailure[]
  /** Location constraints that a move by hand has left behind (`cli-prefer-*`, `cli-ban-*`), and those of DRBD's own
   *  fence-peer handler (`drbd-fence-*`). */
  readonly leftovers: readonly string[]
  readonly unseen: readonly Unseen[]
}

export interface NodeState {
  readonly name: NodeName
  /** Did the machine answer us at all? The cluster may see it although we do not. */
  readonly reachable: boolean
  /** As Pacemaker says: `unclean` waits for fencing, `pending` joins. `unknown`: nobody could tell. */
  readonly membership: 'online' | 'offline' | 'unclean' | 'pending' | 'unknown'
  readonly standby: boolean
  readonly maintenance: boolean
  /** The designated coordinator. */
  readonly coordinator: boolean
  /** The machine's own boot id, to tell a reboot from a pause. */
  readonly bootId?: string
  /** Difference of its clock from ours. */
  readonly clockOffset?: Milliseconds
}

/** Quorum as one node sees it; in a partition the views differ. */
export interface QuorumView {
  readonly node: NodeName
  readonly quorate: boolean
  readonly votes: number
  readonly expected: number
  readonly members: readonly NodeName[]
  readonly waitForAll: boolean
  /** A witness's vote counts in. */
  readonly witness?: 'voting' | 'not-voting'
}

/** One direction of one cluster link, as `from` sees `to`. */
export interface LinkState {
  readonly from: NodeName
  readonly to: NodeName
  /** Corosync's link number, from 0. */
  readonly link: number
  readonly up: boolean
}

export type Role =
  | 'Stopped'
  | 'Starting'
  | 'Started'
  | 'Stopping'
  | 'Unpromoted'
  | 'Promoting'
  | 'Promoted'
  | 'Demoting'
  | 'Migrating'

/** One instance of a primitive. */
export interface ResourceState {
  /** Without the instance number. */
  readonly id: string
  /** Enclosing group, clone or bundle, outermost first. */
  readonly within: readonly string[]
  readonly agent: string
  readonly role: Role
  /** Where it is active; empty when stopped, more than one when active twice. */
  readonly nodes: readonly NodeName[]
  readonly failed: boolean
  readonly managed: boolean
  readonly blocked: boolean
}

export type { ConnectionState, DiskState, ReplicationState } from '../drbd/words.ts'

/** One node's replica of one DRBD volume, as that node sees itself and its peers. */
export interface ReplicaState {
  readonly node: NodeName
  readonly resource: string
  readonly volume: number
  readonly role: 'Primary' | 'Secondary' | 'Unknown'
  readonly disk: DiskState
  readonly quorum: boolean
  /** I/O is frozen: waiting for the fence-peer handler or for quorum. */
  readonly suspended: boolean
  readonly peers: readonly PeerReplica[]
}

export interface PeerReplica {
  readonly node: NodeName
  /** DRBD 8.4's `WFConnection` is told as `Connecting`. */
  readonly connection: ConnectionState
  readonly role: 'Primary' | 'Secondary' | 'Unknown'
  readonly disk: DiskState
  readonly replication: ReplicationState
  readonly outOfSync: Bytes
  /** 0 to 100 while syncing or verifying. */
  readonly donePercent?: number
}

export interface FencingState {
  readonly enabled: boolean
  readonly devices: readonly FenceDeviceState[]
  /** Newest first. */
  readonly history: readonly FencingAction[]
}

export interface FenceDeviceState {
  readonly id: string
  readonly target: NodeName
  /** Where its monitor runs; absent when it is stopped. */
  readonly runningOn?: NodeName
  readonly healthy: boolean
  /** The last time the device really answered or switched its target. */
  readonly lastProven?: Instant
}

export interface FencingAction {
  readonly target: NodeName
  readonly action: 'off' | 'reboot' | 'on'
  readonly state: 'pending' | 'success' | 'failed'
  readonly at: Instant
  readonly by?: NodeName
}

export interface OperationFailure {
  readonly resource: string
  readonly node: NodeName
  /** `monitor`, `start`, … with the interval where it recurs. */
  readonly operation: string
  readonly reason: string
  readonly failCount: number
  readonly at?: Instant
}

/** What we could not find out, and why. */
export interface Unseen {
  readonly node: NodeName
  readonly what: 'everything' | 'pacemaker' | 'corosync' | 'drbd'
  readonly why: string
}
