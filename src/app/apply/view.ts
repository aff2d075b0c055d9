// What the person sees while apply works: one moving line with everything that runs now, and a line for each step that ended.
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { milliseconds, showDuration } from '../../core/base/units.ts'
import { describeStep } from '../../core/plan/kinds.ts'
import { showPlan } from '../../core/plan/show.ts'
import type { PlannedStep } from '../../core/plan/types.ts'
import { progress } from '../cli/progress.ts'
import { dim, green, red, wantsColour } from '../cli/terminal.ts'
import type { ApplyView } from './apply.ts'
import { paintLines } from './paint.ts'

export interface ViewOptions {
  readonly yes: boolean
  readonly diffs: boolean
  /** Takes secrets out of everything that is printed. */
  readonly redact: (text: string) => string
}

const nameOf = ({ step }: PlannedStep): string => {
  const shared = step.kind === 'update-cib' || step.kind === 'prove'
  return `${shared ? '' : `${step.node}: `}${describeStep(step)}`
}

/** Empty where there is none: Ctrl-C, or the end of the input. */
function answerTo(question: string): Promise<string> {
  const asker = createInterface({ input: process.stdin, output: process.stderr })
  return new Promise(resolve => {
    asker.on('SIGINT', () => asker.close()).on('close', () => resolve(''))
    asker.question(question, answer => {
      resolve(answer)
      asker.close()
    })
  })
}

export function applyView(options: ViewOptions): ApplyView & { end(text?: string): void } {
  const colour = wantsColour(process.stderr)
  const moving = progress()
  const running = new Map<string, { step: PlannedStep; since: number; note: string }>()
  let isOpen = false
  const open = (): void => {
    if (!isOpen) moving.begin('applying')
    isOpen = true
  }
  const draw = (): void => {
    const texts = [...running.values()].map(({ step, note }) => nameOf(step) + (note === '' ? '' : ` (${note})`))
    moving.note(options.redact(texts.join(' · ')))
  }
  const ended = (step: PlannedStep, mark: string): void => {
    const since = running.get(step.id)?.since ?? performance.now()
    running.delete(step.id)
    const took = showDuration(milliseconds(performance.now() - since))
    moving.say(options.redact(`${mark} ${nameOf(step)} ${dim(`(${took})`, colour)}`))
    draw()
  }
  return {
    doing: text => {
      open()
      moving.note(text)
    },
    planned: (plan, interrupted) => {
      if (interrupted) moving.say(`The last apply, of ${interrupted.since}, did not end; going on from what is there.`)
      moving.say(options.redact(paintLines(showPlan({ ...plan, troubles: [] }, { diffs: options.diffs }), colour)))
    },
    consent: async () => {
      if (options.yes) return true
      if (!process.stdin.isTTY) {
        moving.say('Not begun: a step has a hazard (see above), and nobody is there to ask. Say it with --yes.')
        return false
      }
      // The moving line would overwrite the question.
      moving.done('looked')
      isOpen = false
      return /^y(es)?$/i.test((await answerTo('Go on? [y/N] ')).trim())
    },
    begun: step => {
      open()
      running.set(step.id, { step, since: performance.now(), note: '' })
      draw()
    },
    note: (step, text) => {
      const one = running.get(step.id)
      if (one) one.note = text
      draw()
    },
    done: step => ended(step, green('✔', colour)),
    // The trouble itself is told once, at the end.
    failed: step => ended(step, red('✘', colour)),
    end: (text = 'applied') => {
      if (isOpen) moving.done(text)
      isOpen = false
    },
  }
}
