// The things that the phases work on: nodes, resources, actions and the relations between them. The phases fill them in
// from left to right; what a phase may read is said by the types in `phases.ts`.
// Source: "Pacemaker Explained" 2.1 for the meaning of each field.
import type { Score } from '../base/score.ts'
import type { Bundle, Clone, Group, Location, Operation, PairSet, Primitive, Rule } from '../cib/types.ts'

/** Ordered: a higher role includes the lower ones. */
export const Role = { unknown: 0, stopped: 1, started: 2, unpromoted: 3, promoted: 4 } as const
export type Role = (typeof Role)[keyof typeof Role]

export interface ClusterNode {
  index: number
  readonly name: string
  /** In small letters, as names are compared. */
  readonly lowerName: string
  readonly id: string
  kind: 'member' | 'remote' | 'ping'
  /** The connection resource of a remote or guest node. */
  remoteResource: Resource | undefined
  online: boolean
  unclean: boolean
  /** No state of it was ever seen. */
  unseen: boolean
  standby: boolean
  standbyOnFail: boolean
  pending: boolean
  shutdown: boolean
  expectedUp: boolean
  isDc: boolean
  maintenance: boolean
  discovery: boolean
  remoteRequiresReset: boolean
  remoteWasFenced: boolean
  remoteMaintenance: boolean
  historyRead: boolean
  readonly attributes: Map<string, string>
  readonly utilization: Map<string, number>
  /** Left of the utilization while resources are assigned. */
  free: Map<string, number>
  readonly running: Resource[]
  assignedCount: number
  priority: number
  /** Its score for everything, from the node entry. */
  baseScore: Score
  health: number
  /** For unfencing: digests of the fence devices at the last unfencing. */
}

/** discovery modes of a location constraint, by strength */
export const Discovery = { none: 0, always: 1, never: 2, exclusive: 3 } as const

export interface LocationRule {
  readonly id: string
  readonly role: Role
  readonly nodes: readonly ClusterNode[]
  readonly scores: readonly Score[]
  readonly discovery: number
  readonly origin: Location | undefined
}

export interface ColocationRule {
  readonly id: string
  readonly dependent: Resource
  readonly primary: Resource
  readonly dependentRole: Role
  readonly primaryRole: Role
  readonly score: Score
  readonly nodeAttribute: string
  readonly influence: boolean
}

export type Recovery = 'stop_start' | 'stop_only' | 'block' | 'stop_unexpected'
export type ResourceKind = 'primitive' | 'group' | 'clone' | 'bundle'

export interface Resource {
  readonly kind: ResourceKind
  readonly index: number
  id: string
  /** Without the instance number. */
  readonly baseId: string
  readonly instance: number | undefined
  /** The name under which a node's history knows this anonymous instance. */
  historyId: string | undefined
  readonly source: Primitive | Group | Clone | Bundle
  parent: Resource | undefined
  readonly children: Resource[]
  readonly meta: Map<string, string>

  readonly agentClass: string
  readonly provider: string | undefined
  readonly agentType: string
  readonly operations: readonly Operation[]
  readonly parameterSets: readonly PairSet[]
  readonly parameterCache: Map<ClusterNode | undefined, ReadonlyMap<string, string>>

  managed: boolean
  blocked: boolean
  maintenance: boolean
  orphan: boolean
  /** For an orphaned anonymous clone instance the history has entries more than one node may hold. */
  readonly unique: boolean
  readonly promotable: boolean
  notify: boolean
  readonly critical: boolean
  readonly fenceDevice: boolean
  allowMigrate: boolean
  readonly isRemoteConnection: boolean
  priority: number
  readonly stickiness: Score
  readonly migrationThreshold: number
  failureTimeout: number
  readonly recovery: Recovery
  readonly restartType: 'ignore' | 'restart'
  needsQuorum: boolean
  needsFencing: boolean
  needsUnfencing: boolean
  remoteReconnect: number
  readonly utilization: Map<string, number>
  /** The resource that contains this one (bundle container, guest's virtual machine). */
  container: Resource | undefined
  readonly fillers: Resource[]
  isInternal: boolean

  failed: boolean
  failureIgnored: boolean
  /** Must be stopped before anything else. */
  mustStop: boolean
  stopUnexpected: boolean
  startPending: boolean
  reloading: boolean
  restartRequired: boolean
  role: Role
  nextRole: Role
  nextRoleReason: string | undefined
  pendingTask: string | undefined
  pendingNode: ClusterNode | undefined
  runningOn: ClusterNode[]
  /** Per node: 1 where the node's history says something about it. */
  readonly known: Uint8Array
  partialMigrationSource: ClusterNode | undefined
  partialMigrationTarget: ClusterNode | undefined
  readonly dangling: ClusterNode[]
  lockNode: ClusterNode | undefined
  lockTime: number

  scores: Int32Array
  /** Per node: Discovery.none where the resource has nothing to do with the node. */
  discovery: Uint8Array
  exclusiveDiscovery: boolean
  assigned: ClusterNode | undefined
  /** The score of the assigned node when it was chosen. */
  assignedScore: number
  provisional: boolean
  allocating: boolean
  merging: boolean
  sortIndex: number

  readonly locations: LocationRule[]
  /** Colocations in which this resource is the dependent one. */
  readonly withThis: ColocationRule[]
  readonly thisWith: ColocationRule[]
  readonly tickets: TicketDependency[]
  readonly actions: Action[]

  clone: CloneData | undefined
  group: GroupData | undefined
  bundle: BundleData | undefined
  promotionScore: number
}

export interface GroupData {
  readonly colocated: boolean
  readonly ordered: boolean
}

export interface CloneData {
  readonly max: number
  readonly nodeMax: number
  readonly promotedMax: number
  readonly promotedNodeMax: number
  readonly ordered: boolean
  readonly interleave: boolean
  instances: number
  /** Per node, the number of instances assigned. */
  counts: Int32Array
  promotionSorted: boolean
  promotedCount: number
  notifications: Map<string, NotifyData>
}

export interface BundleReplica {
  readonly offset: number
  readonly container: Resource
  readonly ip: Resource | undefined
  readonly remote: Resource | undefined
  child: Resource | undefined
  node: ClusterNode | undefined
  ipAddress: string | undefined
}

export interface BundleData {
  readonly replicas: BundleReplica[]
  readonly replicasPerHost: number
  readonly replicaCount: number
  readonly promotedMax: number
  readonly inner: Resource | undefined
  counts: Int32Array
}

export interface NotifyData {
  readonly task: string
  readonly pre: Action | undefined
  readonly preDone: Action | undefined
  readonly post: Action | undefined
  readonly postDone: Action | undefined
}

export interface Ticket {
  readonly id: string
  granted: boolean
  standby: boolean
  lastGranted: string | undefined
}

export interface TicketDependency {
  readonly id: string
  readonly ticket: Ticket
  readonly rsc: Resource
  readonly role: Role
  readonly lossPolicy: 'stop' | 'demote' | 'fence' | 'freeze'
}

export type OnFail =
  | 'ignore'
  | 'demote'
  | 'recover'
  | 'reset-remote'
  | 'restart-container'
  | 'ban'
  | 'block'
  | 'stop'
  | 'standby'
  | 'fence'

export interface Relation {
  readonly action: Action
  type: number
  /** Whether an input was found to be in the graph. */
  inGraph: boolean
}

export interface Action {
  readonly id: number
  readonly rsc: Resource | undefined
  node: ClusterNode | undefined
  task: string
  readonly key: string
  interval: number
  optional: boolean
  runnable: boolean
  pseudo: boolean
  printAlways: boolean
  migrateRunnable: boolean
  requiresAny: boolean
  impliedByFencing: boolean
  onDc: boolean
  reschedule: boolean
  dangling: boolean
  dedupe: boolean
  needs: 'nothing' | 'quorum' | 'fencing'
  onFail: OnFail
  failRole: Role
  role: Role | undefined
  reason: string | undefined
  priority: number
  requiredRunnableBefore: number
  runnableBefore: number
  /** Most share those of their operation: `setMeta` in act/blank.ts adds to them. */
  meta: ReadonlyMap<string, string>
  config: Operation | undefined
  readonly before: Relation[]
  readonly after: Relation[]
  /** The kinds of relation with each action after, for actions with many. */
  afterTypes: Map<Action, number> | undefined
  queued: boolean
  dumped: boolean
  visited: number
  /** Where it ends a recurring operation: which one. */
  cancelTask: string | undefined
  cancelInterval: number
  /** For migration: the other node. */
  partner: ClusterNode | undefined
}

export interface NodeAttributeRule {
  readonly rule: Rule
}

/** An ordering, not yet between actions: either end names an action or a resource and a task. */
export interface OrderRule {
  readonly id: string
  readonly firstRsc: Resource | undefined
  /** Of `firstRsc`: which of its actions, where `firstAction` does not say it. */
  readonly firstTask: string
  readonly firstAction: Action | undefined
  readonly thenRsc: Resource | undefined
  readonly thenTask: string
  readonly thenAction: Action | undefined
  readonly type: number
}
