// `holdfast simulate FILE`: what would happen, without a single machine. The cluster file is compiled, and the artifacts
// are booted in the simulator: the survivability table, one scenario with its timeline, or random histories of faults.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Command, Option } from 'commander'
import { type Milliseconds, milliseconds, showDuration } from '../../core/base/units.ts'
import { type PlatformName, platforms } from '../../core/compile/platforms.ts'
import { catalog } from '../../core/drill/catalog.ts'
import type { Cluster } from '../../core/model/types.ts'
import { calibrate } from '../../core/sim/calibrate.ts'
import { printCalibration } from '../../core/sim/calibration.ts'
import type { Durations } from '../../core/sim/durations.ts'
import { showEntries } from '../../core/sim/journal.ts'
import type { SimPlan } from '../../core/sim/plan.ts'
import { acceptable } from '../../core/sim/survivability.ts'
import { changes } from '../../core/view/changes.ts'
import { drillLines } from '../../core/view/drill.ts'
import { matrix } from '../../core/view/matrix.ts'
import { timelineSvg } from '../../core/view/report.ts'
import { historiesLines, survivabilityLines } from '../../core/view/survivability.ts'
import { survivabilityReport } from '../../core/view/survivability-report.ts'
import { quoteCommand } from '../../io/transport/quoting.ts'
import { printLines } from '../cli/lines.ts'
import { wholeNumber } from '../cli/numbers.ts'
import { progress } from '../cli/progress.ts'
import { loadCluster } from '../cluster-file.ts'
import { savedReport } from '../drill/compare.ts'
import { chosenService, scenarioSource } from '../drill/scenarios.ts'
import { showDrillTrouble } from '../drill/show.ts'
import { drillInSim } from '../drill/sim-drill.ts'
import { everyFault, type Told, tellHistories } from '../simulate/run.ts'
import { planOf, readDurations, withOneFenceDevice } from '../simulation.ts'

interface Options {
  readonly for: PlatformName
  readonly scenario?: string
  readonly histories?: number
  readonly seed: number
  readonly pairs: boolean
  readonly calibration?: string
  readonly calibrate?: readonly string[]
  readonly svg?: string
  readonly report?: string
  readonly threads?: number
  readonly json?: boolean
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('What would happen: every fault, one scenario, or random histories, on a simulated cluster.')
    .argument('<file>', 'the cluster file')
    .option('--scenario <name>', `one scenario: ${catalog.map(s => s.name).join(', ')}, or the path of a scenario file`)
    .option('--histories <count>', 'so many random histories of faults, watched by all oracles', wholeNumber)
    .option('--seed <number>', 'the dice; the same seed gives the same bytes', wholeNumber, 1)
    .option('--no-pairs', 'single faults only')
    .addOption(
      new Option('--for <platform>', 'what the machines run').choices(Object.keys(platforms)).default('debian13'),
    )
    .option('--calibration <file>', 'measured durations, such as calibrations/lab.json')
    .option('--calibrate <report...>', 'print a calibration: the durations that these reports of lab drills measured')
    .option('--svg <file>', 'the picture: the matrix of faults, or the timeline of the scenario')
    .option('--report <folder>', 'the table as report.html with its matrix, report.json and matrix.svg')
    .option('--threads <count>', 'processors to use; all, unless told. The result is the same', wholeNumber)
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      `
Exit status: 0 survived; 1 a single fault loses data, costs more than the budget, a scenario or an oracle fails;
2 it could not be run. It is a simulation: \`holdfast drill\` measures real machines.

Examples:
  holdfast simulate cluster.yaml --report ./survivability
  holdfast simulate cluster.yaml --scenario power-loss --seed 7 --svg timeline.svg
  holdfast simulate cluster.yaml --histories 1000
  holdfast simulate cluster.yaml --calibrate report.json > mine.json      then: --calibration mine.json`,
    )
    .action(run)
}

async function run(file: string, options: Options): Promise<void> {
  process.exitCode = 2
  const cluster = loadCluster(file)
  const durations = readDurations(options.calibration)
  process.exitCode = 2
  if (!cluster || !durations) return
  if (options.scenario !== undefined) return scenario(cluster, options.scenario, options, durations)
  const plan = planOf(options.calibrate ? withOneFenceDevice(cluster) : cluster, options.for)
  for (const problem of plan.problems)
    console.error(`holdfast simulate: ${problem.message}${problem.hint ? `\n  ${problem.hint}` : ''}`)
  if (!plan.value) return
  process.exitCode = 0
  if (options.calibrate !== undefined) return calibration(plan.value, options.calibrate, durations)
  if (options.histories !== undefined) await manyHistories(plan.value, file, options.histories, options, durations)
  else await survivability(plan.value, cluster, options, durations)
}

async function calibration(plan: SimPlan, files: readonly string[], base: Durations): Promise<void> {
  const reports = files.map(savedReport)
  process.exitCode = 2
  if (!reports.every(report => report !== undefined)) return
  const durations = await calibrate(plan, reports, base, changes)
  const runs = reports.map(r => `${r.scenario} of ${new Date(r.started).toISOString().slice(0, 16)}Z`)
  process.stdout.write(printCalibration({ about: `Measured in the lab: ${runs.join(', ')}.`, durations }))
  process.exitCode = 0
}

async function survivability(plan: SimPlan, model: Cluster, options: Options, durations: Durations): Promise<void> {
  const budgets: Record<string, Milliseconds> = {}
  for (const service of model.services) if (service.budget !== undefined) budgets[service.name] = service.budget
  const table = { seed: options.seed, pairs: options.pairs, budgets, durations }
  const shown = waiting('faults')
  const result = await everyFault(plan, table, options.threads, shown.told)
  shown.done()
  if (options.svg !== undefined) writeFileSync(options.svg, matrix(result))
  if (options.report !== undefined) {
    mkdirSync(options.report, { recursive: true })
    writeFileSync(join(options.report, 'report.html'), survivabilityReport(result))
    writeFileSync(join(options.report, 'report.json'), `${JSON.stringify(result, null, 2)}\n`)
    writeFileSync(join(options.report, 'matrix.svg'), matrix(result))
  }
  if (options.json) console.log(JSON.stringify(result, null, 2))
  else printLines(survivabilityLines(result))
  if (!result.complete || !acceptable(result)) process.exitCode = 1
}

async function scenario(cluster: Cluster, name: string, options: Options, durations: Durations): Promise<void> {
  const source = scenarioSource(name)
  const service = source && chosenService(cluster, undefined)
  if (!service) return
  const { seed, calibration } = options
  const simulation = { seed, durations, platform: options.for, ...(calibration === undefined ? {} : { calibration }) }
  const silent = { step: () => undefined, preparing: () => undefined, stopped: () => undefined }
  const result = await drillInSim(cluster, service, source, simulation, () => silent)
  if (!result.ok) return showDrillTrouble(result.failure)
  const { report, sim } = result.value
  if (options.svg !== undefined) writeFileSync(options.svg, timelineSvg(report))
  if (options.json) console.log(JSON.stringify(report, null, 2))
  else {
    console.log(showEntries(sim.state.journal))
    printLines(drillLines(report))
  }
  process.exitCode = report.verdict === 'passed' ? 0 : 1
}

async function manyHistories(
  plan: SimPlan,
  file: string,
  count: number,
  options: Options,
  durations: Durations,
): Promise<void> {
  const shown = waiting('histories')
  const started = performance.now()
  const asked = { histories: count, seed: options.seed, durations }
  const report = await tellHistories(plan, asked, options.threads, shown.told)
  shown.done()
  const elapsed = performance.now() - started
  const replay = (seed: number): string => replayCommand(file, options, seed)
  if (options.json) {
    const { byFamily, smallest, ...rest } = report
    const told = {
      ...rest,
      byFamily: Object.fromEntries(byFamily),
      violations: rest.violations.map(v => ({ ...v, replay: replay(v.seed) })),
      ...(smallest ? { smallest } : {}),
      elapsed: Math.round(elapsed),
    }
    console.log(JSON.stringify(told, null, 2))
  } else {
    printLines(historiesLines(report, elapsed, replay))
    if (report.smallest) console.log(`\n${showEntries(report.smallest.journal.slice(-60))}`)
  }
  if (report.violations.length > 0) process.exitCode = 1
}

/** Everything that the dice depend on: with it, the same history is played again. */
function replayCommand(file: string, options: Options, seed: number): string {
  const words = ['holdfast', 'simulate', file, '--histories', '1', '--seed', String(seed)]
  if (options.for !== 'debian13') words.push('--for', options.for)
  if (options.calibration !== undefined) words.push('--calibration', options.calibration)
  return quoteCommand(words)
}

/** Word of what takes longer than a second, at most once a second. */
function waiting(what: string): { readonly told: Told; done(): void } {
  const shown = progress()
  const started = performance.now()
  let last = started
  let begun = false
  return {
    told: (done, of) => {
      const now = performance.now()
      if (now - last < 1_000) return
      last = now
      if (!begun) shown.begin(`${of} ${what}`)
      begun = true
      const left = milliseconds(((now - started) / done) * (of - done))
      shown.note(`${done} done, about ${showDuration(left)} to go`)
    },
    done: () => {
      if (begun) shown.done()
    },
  }
}
