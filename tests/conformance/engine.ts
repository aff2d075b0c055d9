// Holdfast's own policy engine on the same question, in the same form.
import { type Answered, answer, canonicalAnswer } from '../../src/app/commands/schedule/answer.ts'
import { readEvents } from '../../src/app/commands/schedule/events.ts'
import type { Checked } from '../../src/core/base/result.ts'
import { instant } from '../../src/core/base/units.ts'
import { printCib } from '../../src/core/cib/print.ts'
import type { Answer } from './answer.ts'

export type Ours =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly why: string }
  /** An assertion failed or something was thrown: always a fault of ours. */
  | { readonly kind: 'defect'; readonly why: string }

const clock = instant(Date.now())

const ask = (text: string, events: readonly string[]): Checked<Answered> =>
  answer(text, 'cib.xml', { ...readEvents(events), clock, simulate: true })

/** `events` as options of crm_simulate. */
export function engine(text: string, events: readonly string[] = []): Ours {
  try {
    const { value, problems } = ask(text, events)
    if (!value)
      return { kind: 'refused', why: problems.map(p => `${p.at?.line}:${p.at?.column} ${p.message}`).join('; ') }
    const form = canonicalAnswer(value)
    return { kind: 'answer', answer: { ...form, final: form.final ?? null } }
  } catch (error) {
    return { kind: 'defect', why: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** The CIB after the simulated transition. */
export function engineFinal(text: string): string {
  const { value } = ask(text, [])
  return value?.later ? printCib(value.later) : ''
}
