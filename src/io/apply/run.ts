// Runs the steps of a plan: each as soon as what it waits for is done, so that machines work at the same time. A failure
// or a wish to stop begins nothing new and lets what runs come to its end.

import type { Trouble } from '../../core/plan/trouble.ts'
import type { Plan, PlannedStep } from '../../core/plan/types.ts'
import type { Journal } from './journal.ts'
import { carryOut } from './step.ts'
import type { Workshop } from './workshop.ts'

export interface RunEvents {
  begun(step: PlannedStep): void
  note(step: PlannedStep, text: string): void
  done(step: PlannedStep): void
  failed(step: PlannedStep, trouble: Trouble): void
}

export type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped'; readonly left: number }
  | { readonly kind: 'failed'; readonly troubles: readonly Trouble[] }

export async function runSteps(
  plan: Plan,
  workshop: Workshop,
  journal: Journal,
  events: RunEvents,
  stop: AbortSignal,
): Promise<Ending> {
  const waiting = new Map(plan.steps.map(step => [step.id, step]))
  const done = new Set<string>()
  const running = new Map<string, Promise<void>>()
  const troubles: Trouble[] = []
  const run = async (step: PlannedStep): Promise<void> => {
    const trouble = await runOne(step, workshop, journal, events)
    running.delete(step.id)
    if (trouble) troubles.push(trouble)
    else done.add(step.id)
  }
  for (;;) {
    const ready = [...waiting.values()].filter(step => step.after.every(id => done.has(id)))
    for (const step of troubles.length > 0 || stop.aborted ? [] : ready) {
      waiting.delete(step.id)
      running.set(step.id, run(step))
    }
    if (running.size === 0) break
    await Promise.race(running.values())
  }
  if (troubles.length > 0) return { kind: 'failed', troubles }
  return waiting.size > 0 ? { kind: 'stopped', left: waiting.size } : { kind: 'done' }
}

async function runOne(
  planned: PlannedStep,
  workshop: Workshop,
  journal: Journal,
  events: RunEvents,
): Promise<Trouble | undefined> {
  journal.write({ what: 'begun', step: planned.id })
  events.begun(planned)
  const result = await carryOut(planned.step, workshop, text => events.note(planned, text))
  if (result.ok) {
    journal.write({ what: 'done', step: planned.id })
    events.done(planned)
    crashIfAsked(planned.id)
    return undefined
  }
  journal.write({ what: 'failed', step: planned.id, detail: result.failure.kind })
  events.failed(planned, result.failure)
  return result.failure
}

/** For tests only: the process is killed, as by a power loss, right after the step that the environment names. */
function crashIfAsked(id: string): void {
  if (process.env['HOLDFAST_CRASH_AFTER'] === id) process.kill(process.pid, 'SIGKILL')
}
