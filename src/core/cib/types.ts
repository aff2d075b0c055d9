// The CIB as data: what Pacemaker's configuration and status sections say, in order, with places where they were read
// from a file. Strings stay as written (scores, intervals, booleans): what they mean is decided where they are used.
// Source: "Pacemaker Explained" 2.1, all chapters.
import type { Span } from '../base/result.ts'
import type { Element } from '../xml/types.ts'

/** What every item of the CIB may carry; `at` is absent where the item was made rather than read. */
export interface Item {
  readonly id: string
  readonly at?: Span | undefined
}

export interface Pair {
  readonly id?: string | undefined
  readonly name: string
  readonly value?: string | undefined
  readonly at?: Span | undefined
}

/** instance_attributes, meta_attributes, utilization, cluster_property_set. */
export interface PairSet extends Item {
  readonly score?: string | undefined
  readonly rule?: Rule | undefined
  readonly pairs: readonly Pair[]
}

export interface Rule extends Item {
  readonly kind: 'rule'
  readonly score?: string | undefined
  readonly scoreAttribute?: string | undefined
  readonly role?: string | undefined
  readonly booleanOp?: string | undefined
  readonly expressions: readonly Expression[]
}

export interface AttributeExpression extends Item {
  readonly kind: 'expression'
  readonly attribute: string
  readonly operation: string
  readonly value?: string | undefined
  readonly type?: string | undefined
  readonly valueSource?: string | undefined
}

export interface DateExpression extends Item {
  readonly kind: 'date_expression'
  readonly operation: string
  readonly start?: string | undefined
  readonly end?: string | undefined
  /** date_spec: field → range, as "9-16". */
  readonly spec?: ReadonlyMap<string, string> | undefined
  /** duration: unit → count. */
  readonly duration?: ReadonlyMap<string, string> | undefined
}

export interface ResourceExpression extends Item {
  readonly kind: 'rsc_expression'
  readonly class?: string | undefined
  readonly provider?: string | undefined
  readonly type?: string | undefined
}

export interface OperationExpression extends Item {
  readonly kind: 'op_expression'
  readonly name: string
  readonly interval?: string | undefined
}

export type Expression = Rule | AttributeExpression | DateExpression | ResourceExpression | OperationExpression

export interface NodeEntry extends Item {
  readonly uname: string
  readonly type?: string | undefined
  readonly score?: string | undefined
  readonly attributes: readonly PairSet[]
  readonly utilization: readonly PairSet[]
}

export interface Operation extends Item {
  readonly name: string
  readonly interval?: string | undefined
  /** All other XML attributes: timeout, on-fail, role, enabled, start-delay, interval-origin … */
  readonly attributes: ReadonlyMap<string, string>
  readonly meta: readonly PairSet[]
  readonly parameters: readonly PairSet[]
}

interface ResourceItem extends Item {
  readonly description?: string | undefined
  readonly meta: readonly PairSet[]
  readonly parameters: readonly PairSet[]
}

export interface Primitive extends ResourceItem {
  readonly kind: 'primitive'
  /** Absent where a template says it. */
  readonly class?: string | undefined
  readonly provider?: string | undefined
  readonly type?: string | undefined
  readonly template?: string | undefined
  readonly operations: readonly Operation[]
  readonly utilization: readonly PairSet[]
}

export interface Group extends ResourceItem {
  readonly kind: 'group'
  readonly members: readonly Primitive[]
}

export interface Clone extends ResourceItem {
  readonly kind: 'clone'
  /** Written with the old tag <master>. */
  readonly master?: boolean | undefined
  readonly child: Primitive | Group
}

export interface Bundle extends ResourceItem {
  readonly kind: 'bundle'
  readonly container: 'docker' | 'podman' | 'rkt'
  /** image, replicas, replicas-per-host, promoted-max, masters, network, options, run-command. */
  readonly attributes: ReadonlyMap<string, string>
  readonly network?: {
    readonly attributes: ReadonlyMap<string, string>
    readonly ports: readonly ReadonlyMap<string, string>[]
  }
  readonly storage: readonly ReadonlyMap<string, string>[]
  readonly primitive?: Primitive | undefined
}

export interface Template extends Omit<Primitive, 'kind' | 'template'> {
  readonly kind: 'template'
}

export type Resource = Primitive | Group | Clone | Bundle

export interface ResourceSet extends Item {
  readonly members: readonly string[]
  readonly sequential?: string | undefined
  readonly requireAll?: string | undefined
  readonly role?: string | undefined
  readonly action?: string | undefined
  readonly ordering?: string | undefined
  readonly kind?: string | undefined
  readonly score?: string | undefined
}

export interface Location extends Item {
  readonly kind: 'location'
  readonly rsc?: string | undefined
  readonly rscPattern?: string | undefined
  readonly node?: string | undefined
  readonly score?: string | undefined
  readonly role?: string | undefined
  readonly resourceDiscovery?: string | undefined
  readonly rules: readonly Rule[]
  readonly sets: readonly ResourceSet[]
  readonly lifetime?: Rule | undefined
}

export interface Colocation extends Item {
  readonly kind: 'colocation'
  readonly rsc?: string | undefined
  readonly rscRole?: string | undefined
  readonly rscInstance?: string | undefined
  readonly withRsc?: string | undefined
  readonly withRole?: string | undefined
  readonly withInstance?: string | undefined
  readonly score?: string | undefined
  readonly nodeAttribute?: string | undefined
  readonly influence?: string | undefined
  readonly symmetrical?: string | undefined
  readonly sets: readonly ResourceSet[]
  readonly lifetime?: Rule | undefined
}

export interface Order extends Item {
  readonly kind: 'order'
  readonly firstRsc?: string | undefined
  readonly firstAction?: string | undefined
  readonly firstInstance?: string | undefined
  readonly thenRsc?: string | undefined
  readonly thenAction?: string | undefined
  readonly thenInstance?: string | undefined
  readonly orderKind?: string | undefined
  readonly score?: string | undefined
  readonly symmetrical?: string | undefined
  readonly requireAll?: string | undefined
  readonly sets: readonly ResourceSet[]
  readonly lifetime?: Rule | undefined
}

export interface TicketConstraint extends Item {
  readonly kind: 'ticket'
  readonly ticket: string
  readonly rsc?: string | undefined
  readonly rscRole?: string | undefined
  readonly lossPolicy?: string | undefined
  readonly sets: readonly ResourceSet[]
}

export type Constraint = Location | Colocation | Order | TicketConstraint

export interface FencingLevel extends Item {
  readonly index: string
  readonly devices: readonly string[]
  readonly target?: string | undefined
  readonly targetPattern?: string | undefined
  readonly targetAttribute?: string | undefined
  readonly targetValue?: string | undefined
}

export interface Tag extends Item {
  readonly members: readonly string[]
}

export interface Configuration {
  /** cluster_property_set, in the order of the file. */
  readonly options: readonly PairSet[]
  readonly nodes: readonly NodeEntry[]
  readonly resources: readonly Resource[]
  readonly templates: readonly Template[]
  readonly constraints: readonly Constraint[]
  readonly resourceDefaults: readonly PairSet[]
  readonly operationDefaults: readonly PairSet[]
  readonly fencingTopology: readonly FencingLevel[]
  readonly tags: readonly Tag[]
  /** acls, alerts and what else has no bearing on scheduling, to be printed again as it was. */
  readonly others: readonly Element[]
}

/** One lrm_rsc_op: the last result of an operation on a node. */
export interface HistoryEntry {
  readonly id: string
  readonly operation: string
  readonly operationKey?: string | undefined
  readonly callId?: string | undefined
  readonly rcCode?: string | undefined
  readonly opStatus?: string | undefined
  readonly interval?: string | undefined
  readonly transitionKey?: string | undefined
  readonly transitionMagic?: string | undefined
  readonly exitReason?: string | undefined
  readonly onNode?: string | undefined
  readonly lastRun?: string | undefined
  readonly lastRcChange?: string | undefined
  readonly execTime?: string | undefined
  readonly queueTime?: string | undefined
  readonly opDigest?: string | undefined
  readonly opForceRestart?: string | undefined
  readonly opRestartDigest?: string | undefined
  readonly opSecureParams?: string | undefined
  readonly opSecureDigest?: string | undefined
  readonly migrateSource?: string | undefined
  readonly migrateTarget?: string | undefined
  readonly crmDebugOrigin?: string | undefined
  readonly crmFeatureSet?: string | undefined
}

/** One lrm_resource: what a node remembers of a resource. */
export interface ResourceHistory {
  readonly id: string
  readonly class?: string | undefined
  readonly provider?: string | undefined
  readonly type?: string | undefined
  readonly container?: string | undefined
  readonly shutdownLock?: string | undefined
  readonly entries: readonly HistoryEntry[]
}

export interface NodeState {
  readonly id: string
  readonly uname?: string | undefined
  readonly inCcm?: string | undefined
  readonly crmd?: string | undefined
  readonly join?: string | undefined
  readonly expected?: string | undefined
  readonly remoteNode?: string | undefined
  readonly nodeFenced?: string | undefined
  readonly nodeInMaintenance?: string | undefined
  readonly crmDebugOrigin?: string | undefined
  readonly transient: readonly PairSet[]
  /** Absent where the node has no <lrm>. */
  readonly history?: readonly ResourceHistory[] | undefined
  readonly at?: Span | undefined
}

export interface TicketState {
  readonly id: string
  readonly attributes: ReadonlyMap<string, string>
}

export interface Cib {
  readonly file: string
  /** Of the <cib> element: admin_epoch, epoch, have-quorum, dc-uuid, validate-with, execution-date … */
  readonly attributes: ReadonlyMap<string, string>
  readonly configuration: Configuration
  readonly nodeStates: readonly NodeState[]
  readonly tickets: readonly TicketState[]
}
