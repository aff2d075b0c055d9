// The differential fuzzer: `node tests/conformance/fuzz.ts [--seed S] [--count N] [--level L] [--groups a,b] [--keep FOLDER]`.
// Generates clusters from the seed, lets crm_simulate and the engine answer, changes the state that crm_simulate left,
// asks again. A difference is shrunk, printed with the command that replays it, and makes the exit status 1.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Group, groups } from './compare.ts'
import { isInstalled } from './crm-simulate.ts'
import { generate } from './generate.ts'
import { type Level, levels } from './parts/draw.ts'
import { nextStep } from './parts/steps.ts'
import type { Case } from './shrink.ts'
import { parse, print } from './tree.ts'
import { smallest, verdict } from './verdict.ts'

/** Placements, fencing and the final state: in these no case at all may differ. */
export const strict: readonly Group[] = ['placements', 'fencing', 'final']

export interface Found {
  readonly seed: number
  readonly level: Level
  /** Which state of the cluster, from 0. */
  readonly step: number
  readonly groups: readonly string[]
  readonly case: Case
  readonly text: string
}

export interface Plan {
  readonly seed: number
  /** States, not clusters: each cluster gives one to five. */
  readonly count: number
  readonly levels: readonly Level[]
  readonly groups: readonly Group[]
  readonly shrinks: boolean
  readonly stopAfter: number
  readonly onFound?: (found: Found) => void
  readonly onCase?: (cases: number) => void
}

export interface Tally {
  cases: number
  /** What crm_simulate itself refused. */
  invalid: number
  found: Found[]
}

export async function fuzz(plan: Plan): Promise<Tally> {
  const tally: Tally = { cases: 0, invalid: 0, found: [] }
  for (let seed = plan.seed; tally.cases < plan.count && tally.found.length < plan.stopAfter; seed += 1) {
    for (const level of plan.levels) await cluster(seed, level, plan, tally)
  }
  return tally
}

/** One cluster from its first state through some changes; ends at the first difference. */
async function cluster(seed: number, level: Level, plan: Plan, tally: Tally): Promise<void> {
  const { draw, cib } = generate(seed, level)
  const steps = draw.between(1, 5)
  let next: Case = { cib, events: [] }
  for (let step = 0; step < steps; step += 1) {
    const judged = await verdict(next, plan.groups)
    tally.cases += 1
    plan.onCase?.(tally.cases)
    if (judged.kind === 'invalid') {
      tally.invalid += 1
      return
    }
    if (judged.kind === 'differs') {
      const found = await reduced({ seed, level, step, groups: judged.groups, case: next, text: judged.text }, plan)
      tally.found.push(found)
      plan.onFound?.(found)
      return
    }
    const saved = parse(judged.output)
    if (!saved) return
    next = nextStep(draw, saved)
  }
}

async function reduced(found: Found, plan: Plan): Promise<Found> {
  if (!plan.shrinks) return found
  const small = await smallest(found.case, plan.groups, found.groups)
  const judged = await verdict(small, plan.groups)
  return judged.kind === 'differs' ? { ...found, case: small, text: judged.text, groups: judged.groups } : found
}

export const replay = ({ seed, level }: Found, groups: readonly Group[]): string =>
  `node tests/conformance/fuzz.ts --seed ${seed} --count 1 --level ${level} --groups ${groups.join(',')}`

function keep(folder: string, found: Found): void {
  mkdirSync(folder, { recursive: true })
  const name = join(folder, `${found.level}-${found.seed}`)
  writeFileSync(`${name}.xml`, print(found.case.cib))
  writeFileSync(
    `${name}.diff`,
    `events: ${found.case.events.join(' ')}\n− crm_simulate only, + engine only\n${found.text}\n`,
  )
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      count: { type: 'string', default: '1000' },
      level: { type: 'string' },
      groups: { type: 'string' },
      keep: { type: 'string' },
      'no-shrink': { type: 'boolean', default: false },
      'stop-after': { type: 'string', default: '1' },
    },
  })
  if (!isInstalled()) {
    console.error('crm_simulate is not installed (package pacemaker-cli-utils): there is nothing to compare with.')
    process.exitCode = 77
    return
  }
  const seed = values.seed === undefined ? Math.floor(Date.now() / 1000) % 1e8 : Number(values.seed)
  const chosen = values.groups === undefined ? strict : groups.filter(g => values.groups?.split(',').includes(g))
  console.log(`seed ${seed}`)
  const tally = await fuzz({
    seed,
    count: Number(values.count),
    levels: values.level === undefined ? levels : levels.filter(l => values.level?.split(',').includes(String(l))),
    groups: chosen,
    shrinks: !values['no-shrink'],
    stopAfter: Number(values['stop-after']),
    onFound: found => {
      if (values.keep !== undefined) keep(values.keep, found)
      else console.log(`${print(found.case.cib)}events: ${found.case.events.join(' ')}`)
      console.log(`level ${found.level}, seed ${found.seed}, state ${found.step}: ${found.groups.join(', ')}`)
      console.log(`${found.text}\nreplay: ${replay(found, chosen)}`)
    },
  })
  console.log(`${tally.cases} states, ${tally.invalid} refused by crm_simulate, ${tally.found.length} differ`)
  process.exitCode = tally.found.length > 0 ? 1 : 0
}

if (import.meta.main) await main()
