// Holdfast's own policy engine on the same question, in the same form.

import { answer, canonicalAnswer } from '../../src/app/commands/schedule/answer.ts'
import { readEvents } from '../../src/app/commands/schedule/events.ts'
import { instant } from '../../src/core/base/units.ts'
import type { Answer } from './answer.ts'

export type Ours =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly why: string }
  /** An assertion failed or something was thrown: always a fault of ours. */
  | { readonly kind: 'defect'; readonly why: string }

const clock = instant(Date.now())

/** `events` as options of crm_simulate. */
export function engine(text: string, events: readonly string[] = []): Ours {
  try {
    const { value, problems } = answer(text, 'cib.xml', { ...readEvents(events), clock, simulate: true })
    if (!value)
      return { kind: 'refused', why: problems.map(p => `${p.at?.line}:${p.at?.column} ${p.message}`).join('; ') }
    const form = canonicalAnswer(value)
    return { kind: 'answer', answer: { ...form, final: form.final ?? null } }
  } catch (error) {
    return { kind: 'defect', why: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
