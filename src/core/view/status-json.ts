// `holdfast status --json`, and the page's /status.json: a stable schema, documented in docs/status-json.md. Fields may
// be added; none changes its meaning or goes without a new `schema` number.
import type { Snapshot } from '../live/snapshot.ts'
import type { Cluster } from '../model/types.ts'
import { factsOf } from './facts.ts'
import { type Picture, picture } from './picture.ts'
import { type Answer, type Protection, protection } from './protection.ts'
import type { ScreenExtras } from './screen.ts'
import { answerSentence, answerWords, reasons, type Why } from './wording.ts'

export interface StatusJson {
  readonly schema: 1
  readonly cluster: string
  /** RFC 3339, UTC. */
  readonly at: string
  readonly answer: Answer
  readonly headline: string
  readonly sentence: string
  readonly reasons: readonly Why[]
  readonly warnings: Protection['warnings']
  readonly services: Picture['services']
  readonly nodes: Picture['nodes']
  readonly links: Picture['links']
  readonly replication: Picture['replication']
  readonly quorum: Picture['quorum']
  readonly fencing: Picture['fencing'] & {
    readonly policy: 'required' | 'none'
    /** Of the administrator, where the policy is `none`. */
    readonly reason?: string
    readonly history: readonly {
      readonly target: string
      readonly action: string
      readonly state: string
      readonly at: string
    }[]
  }
  readonly failures: Snapshot['failures']
  readonly leftovers: readonly string[]
  readonly unseen: Snapshot['unseen']
  /** What `plan` would change; absent where nobody has looked. */
  readonly drift?: readonly string[]
}

export function statusJson(cluster: Cluster, snapshot: Snapshot, { before, drift }: ScreenExtras = {}): StatusJson {
  const p = protection(cluster, snapshot, before)
  const drawn = picture(factsOf(cluster, snapshot, before), p)
  return {
    schema: 1,
    cluster: cluster.name,
    at: new Date(snapshot.at).toISOString(),
    answer: p.answer,
    headline: answerWords[p.answer],
    sentence: answerSentence(p),
    reasons: reasons(p),
    warnings: p.warnings,
    services: drawn.services,
    nodes: drawn.nodes,
    links: drawn.links,
    replication: drawn.replication,
    quorum: drawn.quorum,
    fencing: {
      ...drawn.fencing,
      policy: cluster.fencing.kind,
      ...(cluster.fencing.kind === 'none' ? { reason: cluster.fencing.reason } : {}),
      history: snapshot.fencing.history.map(x => ({
        target: x.target,
        action: x.action,
        state: x.state,
        at: new Date(x.at).toISOString(),
      })),
    },
    failures: snapshot.failures,
    leftovers: snapshot.leftovers,
    unseen: snapshot.unseen,
    ...(drift ? { drift } : {}),
  }
}

/** 0 protected, 1 running but unprotected, 2 a service is down, 3 nobody could be asked. */
export const exitStatus: Readonly<Record<Answer, 0 | 1 | 2 | 3>> = { protected: 0, unprotected: 1, down: 2, unknown: 3 }
