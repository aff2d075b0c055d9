// The work of a simulation in pieces. What a piece comes to is the same in this thread, in another one, and in whatever
// order the pieces are asked for.
import { Defect } from '../../core/base/assert.ts'
import { type HistoryOptions, type Tally, teller } from '../../core/sim/histories.ts'
import type { SimPlan } from '../../core/sim/plan.ts'
import { type Frame, type Single, type SurvivabilityOptions, type Table, table } from '../../core/sim/survivability.ts'

export type Job =
  | { readonly kind: 'histories'; readonly options: Omit<HistoryOptions, 'histories'> }
  | { readonly kind: 'table'; readonly options: SurvivabilityOptions }

export type Piece =
  | { readonly kind: 'stretch'; readonly firstSeed: number; readonly count: number }
  | { readonly kind: 'frame' }
  /** Faults that follow one another: those of one machine, or of one pair, come to the same questions. */
  | { readonly kind: 'singles'; readonly from: number; readonly count: number }
  | { readonly kind: 'pairs'; readonly first: number }

export type Answer =
  | { readonly kind: 'stretch'; readonly tally: Tally }
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'singles'; readonly singles: readonly Single[] }
  | { readonly kind: 'pairs'; readonly pairs: ReturnType<Table['pairs']> }

/** Boots the cluster of a job, and answers its pieces. */
export function answering(plan: SimPlan, job: Job): (piece: Piece) => Answer {
  if (job.kind === 'histories') {
    const { tally } = teller(plan, job.options)
    return piece =>
      piece.kind === 'stretch' ? { kind: 'stretch', tally: tally(piece.firstSeed, piece.count) } : wrong(piece)
  }
  const rows = table(plan, job.options)
  return piece => {
    switch (piece.kind) {
      case 'frame':
        return { kind: 'frame', frame: rows.frame() }
      case 'singles':
        return {
          kind: 'singles',
          singles: Array.from({ length: piece.count }, (_, index) => rows.single(piece.from + index)),
        }
      case 'pairs':
        return { kind: 'pairs', pairs: rows.pairs(piece.first) }
      default:
        return wrong(piece)
    }
  }
}

const wrong = (piece: Piece): never => {
  throw new Defect(`a ${piece.kind} is not of this job`)
}
