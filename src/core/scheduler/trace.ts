// Who contributed what to a score: kept only where it was asked for. The trace looks over the engine's shoulder: it knows
// what each score was at the last look, so that a change without a named cause is found (and named "other"), and the
// contributions of a resource on a node always add up to the score.
import type { Span } from '../base/result.ts'
import { add, INFINITY, MINUS_INFINITY, type Score, score, ZERO } from '../base/score.ts'
import type { ClusterNode, Resource } from './model.ts'

/** What is known about a contribution beyond its cause. */
export interface Source {
  /** The constraint's, rule's, ticket's or operation's id. */
  readonly by?: string
  readonly at?: Span | undefined
  /** For colocations: the other resource, and the role it must have. */
  readonly other?: string
  readonly otherRole?: string
  /** For colocations: their own score, from which this contribution follows. */
  readonly weight?: number
  /** For failures. */
  readonly count?: number
  readonly threshold?: number
  /** Seconds since 1970. */
  readonly since?: number
  readonly operation?: string
  readonly code?: number
  readonly timedOut?: boolean
  readonly exitReason?: string | undefined
}

export interface Contribution extends Source {
  readonly rsc: string
  readonly node: string
  readonly score: Score
  /** location, stickiness, colocation, dependents …; the words are in `explain/causes.ts`. */
  readonly cause: string
  /** state: no score, but what the engine found the resource in: failed, blocked … */
  readonly about: 'placement' | 'promotion' | 'state'
  /** Taken back, because otherwise no node would be left; or replaced by what came later. */
  readonly dropped?: 'no-node-left' | 'replaced'
  /** It came when the score had been listed, and decided nevertheless. */
  readonly late?: boolean
}

interface Entry {
  readonly node: ClusterNode
  readonly score: Score
  readonly cause: string
  readonly source: Source | undefined
  dropped: Contribution['dropped']
  /** The number of the entry that replaced this one. */
  replacedBy?: number
}

interface Ledger {
  readonly seen: Int32Array
  readonly entries: Entry[]
  /** How many entries there were when the score was last listed; −1: it never was. */
  listed: number
}

export class Trace {
  readonly #ledgers = new Map<Resource, Ledger>()
  readonly #promotion = new Map<Resource, Entry[]>()
  readonly #facts: Contribution[] = []

  #of(rsc: Resource): Ledger {
    const known = this.#ledgers.get(rsc)
    if (known) return known
    const made = { seen: new Int32Array(rsc.scores.length), entries: [], listed: -1 }
    this.#ledgers.set(rsc, made)
    return made
  }

  /** Something was added to the score, perhaps without any effect, as a second −INFINITY. */
  add(rsc: Resource, node: ClusterNode, points: number, cause: string, source?: Source): void {
    const { seen, entries } = this.#of(rsc)
    entries.push({ node, score: score(points), cause, source, dropped: undefined })
    seen[node.index] = add(score(seen[node.index] ?? 0), score(points))
  }

  /** Whatever changed since the last look has this cause. */
  note(rsc: Resource, nodes: readonly ClusterNode[], cause: string, source?: Source): void {
    const { seen, entries } = this.#of(rsc)
    for (const node of nodes) {
      const [before, after] = [score(seen[node.index] ?? 0), score(rsc.scores[node.index] ?? 0)]
      if (before === after) continue
      const points = after === INFINITY || after === MINUS_INFINITY ? after : score(after - before)
      const follows = add(before, points) === after
      if (!follows) for (const entry of entries) if (entry.node === node) entry.replacedBy ??= entries.length
      entries.push({ node, score: follows ? points : after, cause, source, dropped: undefined })
      seen[node.index] = after
    }
  }

  /** A place to go back to. */
  mark(rsc: Resource): number {
    return this.#of(rsc).entries.length
  }

  /** What was added since the mark was taken back; with `why` it is still told. */
  takeBack(rsc: Resource, mark: number, why?: Contribution['dropped']): void {
    const { seen, entries } = this.#of(rsc)
    if (why === undefined) entries.length = mark
    for (const entry of entries.slice(mark)) entry.dropped ??= why
    seen.set(rsc.scores)
  }

  /** The scores are being listed: from now on they are what the trace says. */
  list(rsc: Resource, nodes: readonly ClusterNode[]): void {
    this.note(rsc, nodes, 'other')
    const ledger = this.#of(rsc)
    ledger.listed = ledger.entries.length
  }

  /** The same for the score by which instances of a clone are promoted. */
  promotion(rsc: Resource, node: ClusterNode, points: number, cause: string, source?: Source): void {
    const entry = { node, score: score(points), cause, source, dropped: undefined }
    this.#promotion.set(rsc, [...(this.#promotion.get(rsc) ?? []), entry])
  }

  /** The sum as the engine has it: what is missing to it came from other instances on the same node. */
  listPromotion(rsc: Resource, node: ClusterNode, total: Score): void {
    const entries = this.#promotion.get(rsc) ?? []
    const sum = entries.reduce((all, entry) => add(all, entry.score), ZERO)
    if (sum === total) return
    const missing = score(total - sum)
    const follows = add(sum, missing) === total
    if (!follows) for (const entry of entries) entry.dropped ??= 'replaced'
    const cause = total === INFINITY ? 'stays-promoted' : 'neighbours'
    this.promotion(rsc, node, follows ? missing : total, cause)
  }

  fact(rsc: Resource, node: ClusterNode | undefined, cause: string, source?: Source): void {
    this.#facts.push({ rsc: rsc.id, node: node?.name ?? '', score: ZERO, cause, about: 'state', ...source })
  }

  told(): readonly Contribution[] {
    const all: Contribution[] = [...this.#facts]
    for (const [rsc, { entries, listed }] of this.#ledgers) {
      for (const [at, entry] of entries.entries()) {
        const isLate = listed >= 0 && at >= listed
        const isReplaced = entry.replacedBy !== undefined && (isLate || listed < 0 || entry.replacedBy < listed)
        if (isReplaced) entry.dropped ??= 'replaced'
        all.push({ ...told(rsc, entry, 'placement'), ...(isLate ? { late: true } : {}) })
      }
    }
    for (const [rsc, entries] of this.#promotion) for (const entry of entries) all.push(told(rsc, entry, 'promotion'))
    return all
  }
}

function told(rsc: Resource, entry: Entry, about: Contribution['about']): Contribution {
  const { node, cause, source, dropped } = entry
  return {
    rsc: rsc.id,
    node: node.name,
    score: entry.score,
    cause,
    about,
    ...source,
    ...(dropped === undefined ? {} : { dropped }),
  }
}
