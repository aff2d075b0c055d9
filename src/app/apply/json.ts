// Apply for programs: one JSON object on each line of standard output, as it happens, and a last one with the result. The
// schema is stable and documented in docs/apply-json.md.
import { describeStep } from '../../core/plan/kinds.ts'
import { planReport } from '../../core/plan/show.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import { type TroubleText, troubleText } from '../../core/plan/trouble-text.ts'
import type { Plan, PlannedStep } from '../../core/plan/types.ts'
import type { Applied, ApplyView } from './apply.ts'

type ToldTrouble = Trouble & TroubleText
const told = (trouble: Trouble): ToldTrouble => ({ ...trouble, ...troubleText(trouble) })

/** What each line is, besides the time at which it was written. */
export type ApplyEvent =
  | { readonly event: 'doing'; readonly text: string }
  | {
      readonly event: 'plan'
      readonly plan: ReturnType<typeof planReport>
      /** When the apply before it began, if that one did not end. */
      readonly resumes?: string
    }
  | { readonly event: 'step-begun'; readonly id: string; readonly node: string; readonly what: string }
  | { readonly event: 'step-waits'; readonly id: string; readonly for: string }
  | { readonly event: 'step-done'; readonly id: string; readonly tookMs: number }
  | { readonly event: 'step-failed'; readonly id: string; readonly tookMs: number; readonly trouble: ToldTrouble }
  | { readonly event: 'stopping' }
  | ({ readonly event: 'result' } & ApplyResult)

export interface ApplyResult {
  readonly schema: 1
  readonly result: 'done' | 'stopped' | 'failed'
  /** Whether anything on the machines is, or may be, other than before. */
  readonly changed: boolean
  readonly troubles: readonly ToldTrouble[]
  readonly exitStatus: 0 | 1 | 130
}

export interface JsonOptions {
  readonly yes: boolean
  /** Gets each event; whoever writes it adds the time. */
  readonly tell: (event: ApplyEvent) => void
  readonly now: () => number
}

export function jsonView({ yes, tell, now }: JsonOptions): ApplyView {
  const since = new Map<string, number>()
  const took = ({ id }: PlannedStep): number => Math.round(now() - (since.get(id) ?? now()))
  return {
    doing: text => tell({ event: 'doing', text }),
    planned: (plan: Plan, interrupted) =>
      tell({ event: 'plan', plan: planReport(plan), ...(interrupted && { resumes: interrupted.since }) }),
    // Nobody is asked: what has a hazard needs the word for it beforehand.
    consent: () => Promise.resolve(yes),
    begun: step => {
      since.set(step.id, now())
      tell({ event: 'step-begun', id: step.id, node: step.step.node, what: describeStep(step.step) })
    },
    note: ({ id }, text) => tell({ event: 'step-waits', id, for: text }),
    done: step => tell({ event: 'step-done', id: step.id, tookMs: took(step) }),
    failed: (step, trouble) => tell({ event: 'step-failed', id: step.id, tookMs: took(step), trouble: told(trouble) }),
  }
}

export function resultOf(applied: Applied): ApplyResult {
  switch (applied.kind) {
    case 'done':
      return { schema: 1, result: 'done', changed: applied.changed, troubles: [], exitStatus: 0 }
    case 'stopped':
      return { schema: 1, result: 'stopped', changed: applied.begun, troubles: [], exitStatus: 130 }
    case 'failed': {
      const troubles = applied.troubles.map(told)
      return { schema: 1, result: 'failed', changed: applied.begun, troubles, exitStatus: 1 }
    }
    default:
      return applied satisfies never
  }
}

/** A secret is taken out of each text before the text is quoted: quoted it might no longer look like itself. */
export const jsonText = (value: unknown, redact: (text: string) => string, indent = 0): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === 'string' ? redact(one) : one), indent)
