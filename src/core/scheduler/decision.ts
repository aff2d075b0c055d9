// What the policy engine answers: everything that `crm_simulate` would print, and a graph that an executor can run.
import type { Problem } from '../base/result.ts'
import type { Score } from '../base/score.ts'
import type { Milliseconds } from '../base/units.ts'
import type { Contribution } from './trace.ts'

export type RoleName = 'Stopped' | 'Started' | 'Unpromoted' | 'Promoted' | 'Unknown'

export interface NodeView {
  readonly node: string
  readonly online: boolean
  readonly unclean: boolean
  readonly pending: boolean
  readonly standby: boolean
  readonly maintenance: boolean
  readonly type: 'member' | 'remote' | 'ping'
}

/** One resource instance on one node; `instance` is null for anonymous clone instances and for plain resources. */
export interface Placement {
  readonly rsc: string
  readonly instance: number | null
  /** The full name of the instance, "db:0"; not part of the canonical form. */
  readonly id: string
  readonly node: string | null
  readonly role: RoleName
  /** The cluster leaves it alone; not part of the canonical form. */
  readonly unmanaged?: boolean
  /** Pacemaker's own report leaves it out; not part of the canonical form. */
  readonly unlisted?: boolean
  /** An instance more than there may be, which runs nowhere: only a history speaks of it; not part of the canonical form. */
  readonly forgotten?: boolean
}

export interface FencingDecision {
  readonly node: string
  /** As crm_simulate words it: "Fence (reboot)". */
  readonly op: string
  readonly reason: string
  /** For a guest: the virtual machine or container whose stop is its fencing. */
  readonly container?: string
}

export interface GraphAction {
  /** The index in `Decision.actions`. */
  readonly id: number
  /** rsc: an agent runs on a node; pseudo: nothing runs; cluster: fencing, shutdown, failcount cleaning. */
  readonly kind: 'rsc' | 'pseudo' | 'cluster'
  /** start, stop, monitor, promote, demote, notify, migrate_to, cancel, stonith, do_shutdown, clear_failcount … */
  readonly op: string
  /** The resource without instance number; absent for pseudo-actions of the cluster. */
  readonly rsc?: string
  readonly instance?: number
  /** The resource's full name with instance number, as the history of a node knows it. */
  readonly rscId?: string
  /** The name under which the node's history knows it: anonymous instances share one, or keep an old one. */
  readonly historyId?: string
  /** Pacemaker's operation key, "db_monitor_10000". */
  readonly key: string
  readonly node?: string
  /** Where the executing controller runs, for resources on remote nodes. */
  readonly router?: string
  readonly interval: Milliseconds
  readonly timeout: Milliseconds
  readonly priority: number
  /** What it is expected to return: 0, 7 for a probe of a resource that should be stopped, 8 for a promoted one. */
  readonly expected: number
  /** For fencing: on, off, reboot. */
  readonly fence?: string
  /** For cancel: which operation. */
  readonly cancels?: string
  /** For notify: "pre-start", "confirmed-post-promote". */
  readonly notification?: string
  readonly parameters: ReadonlyMap<string, string>
  readonly meta: ReadonlyMap<string, string>
  /** True where a failure of this action does not stop the transition. */
  readonly allowFail: boolean
  /** It is ordered after something that cannot happen: it never gets its turn. */
  readonly waitsForever?: boolean
}

/** What happens to a resource: one line of a summary. */
export interface Change {
  readonly rsc: string
  /** start, stop, restart, reload, move, migrate, promote, demote, recover, leave … */
  readonly verb: string
  readonly from?: string
  readonly to?: string
  readonly role: RoleName
  readonly nextRole: RoleName
  readonly reason?: string
  readonly blocked?: boolean
}

/** [function, resource, node, score] as the oracle prints them. */
export type ScoreLine = readonly [phase: string, rsc: string, node: string, value: Score]
export type PromotionLine = readonly [rsc: string, node: string, value: Score]

export interface Decision {
  readonly nodes: readonly NodeView[]
  /** Where everything is now. */
  readonly current: readonly Placement[]
  /** Where everything shall be. */
  readonly placements: readonly Placement[]
  readonly fencing: readonly FencingDecision[]
  readonly actions: readonly GraphAction[]
  /** Pairs of indexes into `actions`: the first must be done before the second. */
  readonly edges: readonly (readonly [before: number, after: number])[]
  readonly scores: readonly ScoreLine[]
  readonly promotion: readonly PromotionLine[]
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
  /** Who contributed what to which score; only where `trace` was asked for. */
  readonly trace?: readonly Contribution[]
}
