// What the phases share, from left to right. Each type says more than the one before, so that a phase cannot run
// before what it needs has been worked out.

import type { Problem } from '../base/result.ts'
import type { Score } from '../base/score.ts'
import type { Instant } from '../base/units.ts'
import type { RuleContext } from '../cib/rules.ts'
import type { Cib, HistoryEntry } from '../cib/types.ts'
import type { NodeView, Placement, PromotionLine, ScoreLine } from './decision.ts'
import type { Action, ClusterNode, ColocationRule, NotifyData, OrderRule, Resource, Ticket } from './model.ts'
import type { Trace } from './trace.ts'
import type { Event } from './unpack/event.ts'
import type { Options } from './unpack/options.ts'

/** Chooses nodes for a resource of any kind; asks first for what it depends on. */
export type Assign = (world: Unpacked, rsc: Resource, prefer: ClusterNode | undefined) => ClusterNode | undefined

/** The configuration and the status, understood: nodes, resources and what they are doing now. */
export interface Unpacked {
  readonly cib: Cib
  readonly now: Instant
  readonly options: Options
  readonly rules: RuleContext
  readonly nodes: ClusterNode[]
  readonly nodeByName: Map<string, ClusterNode>
  /** Top-level resources in the order of the configuration; orphans at the end. */
  readonly roots: Resource[]
  readonly byId: Map<string, Resource>
  /** How many nodes are known so far: those inside of bundles, and those nobody configured, come later. */
  visibleNodes: number
  readonly hiddenNodes: Set<ClusterNode>
  readonly tickets: Map<string, Ticket>
  readonly templates: Map<string, readonly string[]>
  readonly tags: Map<string, readonly string[]>
  readonly actions: Action[]
  /** Actions that belong to no resource, by key. */
  readonly clusterActions: Map<string, Action>
  readonly orders: OrderRule[]
  /** Bundle containers to be stopped because of what happened inside them. */
  readonly stopNeeded: Resource[]
  /** Failures of connections into bundles, whose parameters can be compared only when the containers have their nodes. */
  readonly laterChecks: Event[]
  /** Recurring operations to be started anew because their failure expired. */
  readonly rescheduled: Set<HistoryEntry>
  /** Clones to be told of stops that fencing implies. */
  readonly fencingNotes: { readonly clone: Resource; readonly notes: NotifyData }[]
  haveFenceDevice: boolean
  haveRemoteNodes: boolean
  readonly problems: Problem[]
  readonly trace: Trace | undefined
  readonly scoreLines: ScoreLine[]
  readonly promotionLines: PromotionLine[]
  readonly wantsScores: boolean
  /** So that the variants can ask for one another without knowing one another. */
  readonly assign: Assign
  /** Nodes and resources as they are now, before anything was decided. */
  before: { readonly nodes: readonly NodeView[]; readonly placements: readonly Placement[] }
}

/** Constraints attached to the resources that they are about. */
export interface Constrained extends Unpacked {
  readonly colocations: readonly ColocationRule[]
}

/** Every resource has its node and its role. */
export interface Placed extends Constrained {
  readonly placed: true
}

/** Every resource has its actions. */
export interface Acted extends Placed {
  readonly acted: true
}

/** Nodes that must be are fenced or shut down. */
export interface Fenced extends Acted {
  readonly fenced: true
}

/** The relations between actions are settled. */
export interface Ordered extends Fenced {
  readonly ordered: true
}

export type NodeScore = { readonly node: ClusterNode; readonly score: Score }
