// A plan for people: per machine what differs and what would be done, in order, with the hazard of each step. And for
// programs: the same without contents, so that no secret and no megabyte of CIB gets into a log.
import { describeStep, stepKinds } from './kinds.ts'
import type { Trouble } from './trouble.ts'
import { troubleText } from './trouble-text.ts'
import type { Difference, HazardLevel, Plan, PlannedStep } from './types.ts'

export type Tone = 'plain' | 'good' | 'warning' | 'bad' | 'faint' | 'strong'

export interface Line {
  readonly tone: Tone
  readonly text: string
}

const line = (text: string, tone: Tone = 'plain'): Line => ({ tone, text })

export function showPlan(plan: Plan, options: { readonly diffs: boolean }): readonly Line[] {
  return [
    ...plan.troubles.flatMap(trouble => showTrouble(trouble, 'bad')),
    ...plan.warnings.flatMap(trouble => showTrouble(trouble, 'warning')),
    ...(plan.differences.length > 0 ? [line('What differs', 'strong')] : []),
    ...groups(plan.differences).flatMap(([name, list]) => showGroup(name, list, options.diffs)),
    ...(plan.steps.length > 0 ? [line('What would be done', 'strong')] : []),
    ...plan.steps.map((step, index) => showStep(step, index)),
    ...(plan.steps.length > 0 && plan.complete
      ? [line(`  Then: ${plan.proofs.map(({ step }) => describeStep(step)).join('; ')}.`, 'faint')]
      : []),
    ...(plan.complete ? [] : [line('Then it looks again, and goes on with what is seen only then.', 'faint')]),
    ...(plan.troubles.length === 0 && plan.steps.length === 0
      ? [line('Nothing to do: all is as the cluster file says.', 'good')]
      : []),
  ]
}

export function showTrouble(trouble: Trouble, tone: 'bad' | 'warning'): readonly Line[] {
  const { message, look, wayOut } = troubleText(trouble)
  return [
    line(`${tone === 'bad' ? 'error' : 'warning'}: ${message}`, tone),
    ...(look === undefined ? [] : [line(`    look:    ${look}`)]),
    line(`    way out: ${wayOut}`),
  ]
}

function groups(differences: readonly Difference[]): readonly (readonly [string, readonly Difference[]])[] {
  const byPlace = new Map<string, Difference[]>()
  for (const one of differences) {
    const place = one.node ?? 'the cluster'
    byPlace.set(place, [...(byPlace.get(place) ?? []), one])
  }
  return [...byPlace]
}

const marks = { absent: '+', changed: '~', surplus: '-' } as const
const tones: Readonly<Record<Difference['change'], Tone>> = { absent: 'good', changed: 'warning', surplus: 'bad' }

const showGroup = (place: string, list: readonly Difference[], diffs: boolean): readonly Line[] => [
  line(`  ${place}`),
  ...list.flatMap(one => [
    line(`    ${marks[one.change]} ${one.what} ${one.name} ${one.summary}`, tones[one.change]),
    ...(diffs && (one.change !== 'absent' || one.what === 'cib') ? (one.diff ?? []).map(diffLine) : []),
  ]),
]

const diffLine = (text: string): Line =>
  line(`        ${text}`, text.startsWith('+') ? 'good' : text.startsWith('-') ? 'bad' : 'faint')

const hazardWords: Readonly<Record<HazardLevel, string>> = {
  none: '',
  'short-outage': 'SHORT OUTAGE',
  outage: 'OUTAGE',
  'data-loss': 'DATA IS DESTROYED',
}

function showStep(planned: PlannedStep, index: number): Line {
  const { step, hazard } = planned
  const shared = step.kind === 'update-cib' || step.kind === 'prove'
  const what = `  ${String(index + 1).padStart(2)}. ${shared ? '' : `${step.node}: `}${describeStep(step)}`
  if (hazard.level === 'none') return line(what)
  return line(
    `${what}\n      ${hazardWords[hazard.level]}: ${hazard.why}`,
    hazard.level === 'short-outage' ? 'warning' : 'bad',
  )
}

/** The stable form of `--json`. */
export interface PlanReport {
  readonly cluster: string
  readonly nothingToDo: boolean
  readonly complete: boolean
  readonly differences: readonly Difference[]
  readonly steps: readonly {
    readonly id: string
    readonly node: string
    readonly what: string
    readonly why: string
    readonly undo: string
    readonly after: readonly string[]
    readonly hazard: HazardLevel
    readonly hazardWhy: string
  }[]
  readonly troubles: readonly (Trouble & { readonly message: string; readonly wayOut: string })[]
  readonly warnings: readonly (Trouble & { readonly message: string; readonly wayOut: string })[]
}

export function planReport(plan: Plan): PlanReport {
  const told = (list: readonly Trouble[]): PlanReport['troubles'] =>
    list.map(trouble => {
      const { message, wayOut } = troubleText(trouble)
      return { ...trouble, message, wayOut }
    })
  return {
    cluster: plan.cluster,
    nothingToDo: plan.steps.length === 0 && plan.troubles.length === 0,
    complete: plan.complete,
    differences: plan.differences,
    steps: plan.steps.map(({ id, step, after, hazard }) => {
      const row = stepKinds.find(one => one.kind === step.kind)
      const [why, undo] = [row?.why ?? '', row?.undo ?? '']
      return {
        id,
        node: step.node,
        what: describeStep(step),
        why,
        undo,
        after,
        hazard: hazard.level,
        hazardWhy: hazard.why,
      }
    }),
    troubles: told(plan.troubles),
    warnings: told(plan.warnings),
  }
}
