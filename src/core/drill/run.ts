// Runs a scenario in a world, statement by statement, and judges every expectation. Pure of effects of its own: what it
// does, it does through the World port, and the time that it lets pass is the world's.
// Not checked: what happens between two looks of a world that looks at intervals (the lab); the simulator shows each change.

import { after, elapsed, type Instant, type Milliseconds, showDuration } from '../base/units.ts'
import type { Snapshot } from '../live/snapshot.ts'
import { showCondition, whyNot } from './conditions.ts'
import { lanesOf } from './lanes.ts'
import { serviceReport } from './outages.ts'
import type { DrillReport, StepReport } from './report.ts'
import type { Condition, Scenario, Statement, Vocabulary } from './types.ts'
import type { Ledger, World, WorldFailure } from './world.ts'

export interface Progress {
  /** Called when a statement begins, and when it has its verdict. */
  step(statement: Statement, verdict: 'begun' | StepReport['verdict'], why?: string): void
  /** Every state that was seen. */
  seen?(snapshot: Snapshot): void
}

/** The run's own notes: what was seen so far. */
interface Run {
  readonly world: World
  readonly scenario: Scenario
  readonly vocabulary: Vocabulary
  readonly started: Instant
  readonly snapshots: Snapshot[]
  readonly progress: Progress
  /** Line → why an `expect never` was broken, and when. */
  readonly broken: Map<number, { readonly why: string; readonly at: Instant }>
}

/** The scenario stops at the first statement that the world cannot carry out; the rest of it counts as failed. */
export async function runScenario(
  scenario: Scenario,
  world: World,
  vocabulary: Vocabulary,
  cluster: string,
  progress: Progress,
): Promise<DrillReport> {
  const run: Run = { world, scenario, vocabulary, started: world.now(), snapshots: [], progress, broken: new Map() }
  see(run, await world.look())
  const steps: StepReport[] = []
  let stopped: string | undefined
  for (const statement of scenario.statements.filter(isTimed)) {
    progress.step(statement, 'begun')
    const step: StepReport = stopped === undefined ? await runStatement(statement, run) : notReached(statement, stopped)
    if (statement.kind === 'fault' && step.verdict === 'failed') stopped = `line ${statement.line} could not be done`
    progress.step(statement, step.verdict, step.why)
    steps.push(step)
  }
  // In this order: reading back takes a moment in which a machine that was late with its answer gives it.
  const ledgers = await world.ledgers(true)
  see(run, await world.look())
  for (const statement of scenario.statements.filter(s => !isTimed(s))) {
    const judged = judgeAtEnd(statement, run, ledgers)
    const step = stopped === undefined || judged.verdict === 'failed' ? judged : notReached(statement, stopped)
    progress.step(statement, step.verdict, step.why)
    steps.push(step)
  }
  steps.sort((a, b) => a.line - b.line)
  return {
    schema: 1,
    cluster,
    scenario: scenario.name,
    text: scenario.text,
    world: world.kind,
    started: run.started,
    ended: world.now(),
    verdict: steps.every(step => step.verdict !== 'failed') ? 'passed' : 'failed',
    steps,
    services: ledgers.map(ledger => serviceReport(ledger, run.started, world.now(), world.events())),
    lanes: lanesOf(run.snapshots, vocabulary, world.now()),
    events: world.events(),
  }
}

const isTimed = (statement: Statement): boolean =>
  statement.kind === 'fault' ||
  statement.kind === 'wait' ||
  statement.kind === 'expect-within' ||
  statement.kind === 'expect-for'

const notReached = (statement: Statement, why: string): StepReport => ({
  line: statement.line,
  text: statement.text,
  verdict: 'failed',
  why: `not reached: ${why}`,
})

/** Notes a state, and holds every `expect never` against it. */
function see(run: Run, snapshot: Snapshot): Snapshot {
  run.snapshots.push(snapshot)
  run.progress.seen?.(snapshot)
  for (const statement of run.scenario.statements) {
    if (statement.kind !== 'expect-never' || run.broken.has(statement.line)) continue
    const held = statement.conditions.find(condition => reason(condition, run, snapshot) === undefined)
    if (held) run.broken.set(statement.line, { why: `seen: ${showCondition(held)}`, at: snapshot.at })
  }
  return snapshot
}

const reason = (condition: Condition, run: Run, snapshot: Snapshot): string | undefined =>
  whyNot(condition, { snapshot, vocabulary: run.vocabulary, since: run.started })

const firstReason = (conditions: readonly Condition[], run: Run, snapshot: Snapshot): string | undefined =>
  conditions.map(condition => reason(condition, run, snapshot)).find(why => why !== undefined)

async function runStatement(statement: Statement, run: Run): Promise<StepReport> {
  const from = run.world.now()
  const done = (verdict: StepReport['verdict'], why?: string): StepReport => ({
    line: statement.line,
    text: statement.text,
    verdict,
    from,
    to: run.world.now(),
    ...(why === undefined ? {} : { why }),
  })
  switch (statement.kind) {
    case 'fault': {
      const result = await run.world.inject(statement.fault)
      see(run, await run.world.look())
      return result.ok ? done('done') : done('failed', showWorldFailure(result.failure))
    }
    case 'wait': {
      await watch(run, after(from, statement.span), () => false)
      return done('done')
    }
    case 'expect-within': {
      let why: string | undefined
      const met = await watch(run, after(from, statement.span), snapshot => {
        why = firstReason(statement.conditions, run, snapshot)
        return why === undefined
      })
      return met ? done('met') : done('failed', `after ${showDuration(statement.span)}: ${why ?? 'nothing was seen'}`)
    }
    case 'expect-for': {
      let why: string | undefined
      await watch(run, after(from, statement.span), snapshot => {
        why = firstReason(statement.conditions, run, snapshot)
        return why !== undefined
      })
      return why === undefined
        ? done('met')
        : done('failed', `after ${showDuration(elapsed(from, run.world.now()))}: ${why}`)
    }
    default:
      return done('failed', 'this statement is judged at the end')
  }
}

/** Lets time pass until the deadline or until `enough`, which sees each state from the present one on. */
async function watch(run: Run, deadline: Instant, enough: (snapshot: Snapshot) => boolean): Promise<boolean> {
  let snapshot = see(run, await run.world.look())
  while (!enough(snapshot)) {
    if (run.world.now() >= deadline) return false
    snapshot = see(run, await run.world.next(deadline))
  }
  return true
}

function judgeAtEnd(statement: Statement, run: Run, ledgers: readonly Ledger[]): StepReport {
  const verdict = (why: string | undefined): StepReport => ({
    line: statement.line,
    text: statement.text,
    verdict: why === undefined ? 'met' : 'failed',
    ...(why === undefined ? {} : { why }),
  })
  if (statement.kind === 'expect-never') {
    const broken = run.broken.get(statement.line)
    return broken ? { ...verdict(broken.why), from: broken.at, to: broken.at } : verdict(undefined)
  }
  if (statement.kind !== 'expect-outage' && statement.kind !== 'expect-lost')
    return verdict('this statement has a time of its own')
  const ledger = ledgers.find(l => l.service === statement.service)
  if (!ledger || ledger.acknowledged.length === 0)
    return verdict(`no client wrote to ${statement.service}, so there is nothing to judge`)
  if (statement.kind === 'expect-lost') {
    if (!ledger.lost) return verdict('the acknowledged rows could not be read back')
    return verdict(
      ledger.lost.length <= statement.rows
        ? undefined
        : `${ledger.lost.length} acknowledged rows are gone, first row ${ledger.lost[0]}`,
    )
  }
  const report = serviceReport(ledger, run.started, run.world.now(), run.world.events())
  const longest = report.outages[0]
  const took = longest ? elapsed(longest.from, longest.to) : (0 as Milliseconds)
  return verdict(took < statement.below ? undefined : `${statement.service} was gone for ${showDuration(took)}`)
}

export const showWorldFailure = (failure: WorldFailure): string => `${failure.what}: ${failure.why}`
