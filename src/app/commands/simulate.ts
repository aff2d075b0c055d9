// `holdfast simulate FILE`: what would happen, without a single machine. The cluster file is compiled, and the artifacts
// are booted in the simulator: the survivability table, one scenario with its timeline, or random histories of faults.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { Command, InvalidArgumentError, Option } from 'commander'
import { hasErrors } from '../../core/base/result.ts'
import { closest } from '../../core/base/suggest.ts'
import type { Milliseconds } from '../../core/base/units.ts'
import { compile } from '../../core/compile/compile.ts'
import { checkPlatform, type PlatformName, platforms } from '../../core/compile/platforms.ts'
import { catalog } from '../../core/drill/catalog.ts'
import type { Cluster } from '../../core/model/types.ts'
import { calibrated, type Durations, defaultDurations } from '../../core/sim/durations.ts'
import { planFrom } from '../../core/sim/from-artifacts.ts'
import { histories } from '../../core/sim/histories.ts'
import { showEntries } from '../../core/sim/journal.ts'
import { matrixSvg } from '../../core/sim/picture.ts'
import type { SimPlan } from '../../core/sim/plan.ts'
import { runScenario } from '../../core/sim/scenario.ts'
import { acceptable, survivability } from '../../core/sim/survivability.ts'
import { plain, renderProblems } from '../../core/spec/render.ts'
import { drillLines } from '../../core/view/drill.ts'
import { timelineSvg } from '../../core/view/report.ts'
import { historiesLines, survivabilityLines } from '../../core/view/survivability.ts'
import { printLines } from '../cli/lines.ts'
import { colours } from '../cli/paint.ts'
import { progress } from '../cli/progress.ts'
import { wantsColour } from '../cli/terminal.ts'
import { readClusterFile } from './check.ts'

interface Options {
  readonly for: PlatformName
  readonly scenario?: string
  readonly histories?: number
  readonly seed: number
  readonly pairs: boolean
  readonly calibration?: string
  readonly svg?: string
  readonly json?: boolean
}

const wholeNumber = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
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
    .option('--calibration <file>', 'measured durations (JSON: name → [low, high] in milliseconds)')
    .option('--svg <file>', 'the picture: the matrix of faults, or the timeline of the scenario')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      `
Exit status: 0 survived; 1 a single fault loses data, costs more than the budget, a scenario or an oracle fails;
2 it could not be run. It is a simulation: \`holdfast drill\` measures real machines.

Examples:
  holdfast simulate cluster.yaml
  holdfast simulate cluster.yaml --scenario power-loss --seed 7 --svg timeline.svg
  holdfast simulate cluster.yaml --histories 1000`,
    )
    .action(run)
}

async function run(file: string, options: Options): Promise<void> {
  const cluster = read(file, options)
  const durations = cluster && readDurations(options.calibration)
  if (!cluster || !durations) {
    process.exitCode = 2
    return
  }
  if (options.scenario !== undefined) await scenario(cluster.plan, options.scenario, options, durations)
  else if (options.histories !== undefined) manyHistories(cluster.plan, file, options.histories, options, durations)
  else everyFault(cluster.plan, cluster.model, options, durations)
}

function read(name: string, options: Options): { model: Cluster; plan: SimPlan } | undefined {
  const { source, problems, value } = readClusterFile(name)
  const platform = platforms[options.for]
  const all = value === undefined ? problems : [...problems, ...checkPlatform(value, platform)]
  const errors = all.filter(problem => problem.severity === 'error')
  if (errors.length > 0) console.error(renderProblems(errors, source, wantsColour(process.stderr) ? colours : plain))
  if (value === undefined || hasErrors(all)) return undefined
  const sizes = value.volumes.map(v => [v.name, v.parts.reduce((sum, part) => sum + part.size, 0)] as const)
  const plan = planFrom(compile(value, platform), Object.fromEntries(sizes))
  if (plan.value) return { model: value, plan: plan.value }
  for (const problem of plan.problems) console.error(`holdfast simulate: ${problem.message}`)
  return undefined
}

/** A calibration names ranges; a name that does not exist, or a range that cannot be, is refused. */
function readDurations(file: string | undefined): Durations | undefined {
  if (file === undefined) return defaultDurations
  const wrong = (why: string): undefined => {
    console.error(`holdfast simulate: ${file}: ${why}`)
    return undefined
  }
  if (!existsSync(file)) return wrong('there is no such file')
  let data: unknown
  try {
    data = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return wrong('it is not JSON')
  }
  if (typeof data !== 'object' || data === null) return wrong('expected an object: name → [low, high] in milliseconds')
  const names = Object.keys(defaultDurations)
  const given: Record<string, [number, number]> = {}
  for (const [name, range] of Object.entries(data)) {
    const near = closest(name, names)
    if (!names.includes(name)) return wrong(`there is no duration "${name}".${near ? ` Did you mean "${near}"?` : ''}`)
    const [low, high]: unknown[] = Array.isArray(range) ? range : []
    if (typeof low !== 'number' || typeof high !== 'number' || !(low >= 0) || !(high >= low))
      return wrong(`${name}: expected [low, high] in milliseconds`)
    given[name] = [low, high]
  }
  return calibrated(given)
}

function everyFault(plan: SimPlan, model: Cluster, options: Options, durations: Durations): void {
  const budgets: Record<string, Milliseconds> = {}
  for (const service of model.services) if (service.budget !== undefined) budgets[service.name] = service.budget
  const result = survivability(plan, { seed: options.seed, pairs: options.pairs, budgets, durations })
  if (options.svg !== undefined) writeFileSync(options.svg, matrixSvg(result))
  if (options.json) console.log(JSON.stringify(result, null, 2))
  else printLines(survivabilityLines(result))
  if (!result.complete || !acceptable(result)) process.exitCode = 1
}

async function scenario(plan: SimPlan, name: string, options: Options, durations: Durations): Promise<void> {
  const text = scenarioText(plan, name)
  if (text === undefined) {
    const near = closest(
      name,
      catalog.map(s => s.name),
    )
    console.error(`holdfast simulate: there is no scenario "${name}".${near ? ` Did you mean "${near}"?` : ''}`)
    process.exitCode = 2
    return
  }
  const { value, problems } = await runScenario(plan, text, name, { seed: options.seed, durations })
  if (problems.length > 0) console.error(renderProblems(problems, text, wantsColour(process.stderr) ? colours : plain))
  if (!value) {
    process.exitCode = 2
    return
  }
  if (options.svg !== undefined) writeFileSync(options.svg, timelineSvg(value.report))
  if (options.json) console.log(JSON.stringify(value.report, null, 2))
  else {
    console.log(showEntries(value.sim.state.journal))
    printLines(drillLines(value.report))
  }
  if (value.report.verdict === 'failed') process.exitCode = 1
}

function scenarioText(plan: SimPlan, name: string): string | undefined {
  const known = catalog.find(entry => entry.name === name)
  const service = plan.services.find(s => s.volumes.length > 0) ?? plan.services[0]
  if (known && service) return known.text(service.name, service.volumes[0] ?? service.name)
  return existsSync(name) ? readFileSync(name, 'utf8') : undefined
}

function manyHistories(plan: SimPlan, file: string, count: number, options: Options, durations: Durations): void {
  const shown = progress()
  shown.begin(`${count} histories`)
  const started = performance.now()
  const report = histories(plan, {
    histories: count,
    seed: options.seed,
    durations,
    progress: done => {
      if (done % 50 === 0) shown.note(`${done} done`)
    },
  })
  shown.done()
  const elapsed = performance.now() - started
  if (options.json)
    console.log(
      JSON.stringify(
        { ...report, byFamily: Object.fromEntries(report.byFamily), elapsed: Math.round(elapsed) },
        null,
        2,
      ),
    )
  else {
    printLines(historiesLines(report, elapsed, seed => `holdfast simulate ${file} --histories 1 --seed ${seed}`))
    if (report.smallest) console.log(`\n${showEntries(report.smallest.journal.slice(-60))}`)
  }
  if (report.violations.length > 0) process.exitCode = 1
}
