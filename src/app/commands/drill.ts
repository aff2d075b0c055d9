// `holdfast drill FILE SCENARIO`: pull the plug and see, on the virtual machines of the lab or in simulation.
// Exit status: 0 passed, 1 failed, 2 it could not be run.
import { Command, Option } from 'commander'
import { ok, type Result } from '../../core/base/result.ts'
import { type PlatformName, platforms } from '../../core/compile/platforms.ts'
import { catalog } from '../../core/drill/catalog.ts'
import type { DrillReport } from '../../core/drill/report.ts'
import { startOf } from '../../core/sim/calibrate.ts'
import { wholeNumber } from '../cli/numbers.ts'
import { loadCluster } from '../cluster-file.ts'
import { labCalibration, savedReport, showComparison } from '../drill/compare.ts'

import { chosenService, type DrillTrouble, type ScenarioSource, scenarioSource } from '../drill/scenarios.ts'
import { drillHooks, showDrillTrouble, showReport } from '../drill/show.ts'
import { readDurations, withOneFenceDevice } from '../simulation.ts'

export interface DrillOptions {
  readonly in: 'lab' | 'sim'
  readonly service?: string
  readonly report?: string
  readonly json?: boolean
  readonly list?: boolean
  readonly seed: number
  readonly for: PlatformName
  readonly calibration?: string
  readonly compare?: boolean
  readonly measured?: string
}

export function drillCommand(): Command {
  return new Command('drill')
    .description('Run a scenario of faults and expectations, and report what the client saw and what was lost.')
    .argument('[file]', 'the cluster file')
    .argument('[scenario]', `one of ${catalog.map(s => s.name).join(', ')}, or the path of a scenario file`)
    .addOption(
      new Option('--in <world>', 'where: on the virtual machines of the running lab, or in simulation')
        .choices(['lab', 'sim'])
        .default('lab'),
    )
    .option(
      '--service <name>',
      'the service that the scenario is about (default: the first one on a volume, else the first)',
    )
    .option('--report <folder>', 'where to put report.html, report.json and timeline.svg')
    .option('--json', 'print the report as JSON')
    .option('--list', 'the scenarios that come along')
    .option('--compare', 'run it in both, and put predicted beside measured')
    .option('--measured <file>', 'compare with this saved report.json of the lab instead of running it there')
    .option('--seed <number>', 'the dice of the simulation', wholeNumber, 1)
    .addOption(
      new Option('--for <platform>', 'what the simulated machines run')
        .choices(Object.keys(platforms))
        .default('debian13'),
    )
    .option('--calibration <file>', 'measured durations for the simulation (with --compare: calibrations/lab.json)')
    .addHelpText(
      'after',
      `
Exit status: 0 passed, 1 an expectation failed or a comparison does not agree, 2 it could not be run.

Examples:
  holdfast drill cluster.yaml power-loss --in sim                 in milliseconds, without a machine
  holdfast lab up cluster.yaml && holdfast apply --in lab cluster.yaml
  holdfast drill cluster.yaml power-loss                          on real machines
  holdfast drill cluster.yaml power-loss --compare                both, side by side
  holdfast drill cluster.yaml power-loss --compare --measured report.json
  holdfast drill cluster.yaml my-own.scenario --report ./report
  holdfast drill --list

The language: docs/scenarios.md`,
    )
    .action(run)
}

async function run(file: string | undefined, name: string | undefined, options: DrillOptions): Promise<void> {
  if (options.list) return list(options)
  process.exitCode = 2
  if (file === undefined || name === undefined) {
    console.error('holdfast drill: name a cluster file and a scenario.\n  holdfast drill --list')
    return
  }
  const source = scenarioSource(name)
  if (!source) return
  if (options.compare || options.measured !== undefined) return comparison(file, source, options)
  const result = options.in === 'sim' ? await inSim(file, source, options) : await inLab(file, source, options)
  process.exitCode = 2
  if (!result) return
  if (!result.ok) return showDrillTrouble(result.failure)
  showReport(result.value, options)
  process.exitCode = result.value.verdict === 'passed' ? 0 : 1
}

/** Measured first, then predicted from the same start: the service where it was, the text as it was run. */
async function comparison(file: string, source: ScenarioSource, options: DrillOptions): Promise<void> {
  const measured =
    options.measured === undefined ? await inLab(file, source, options) : saved(savedReport(options.measured))
  process.exitCode = 2
  if (!measured) return
  if (!measured.ok) return showDrillTrouble(measured.failure)
  const { scenario, text } = measured.value
  if (source.name !== scenario && scenario !== baseName(source.name)) {
    console.error(`holdfast drill: ${options.measured} is a report of ${scenario}, not of ${source.name}.`)
    return
  }
  const again = { name: source.name, text: () => text }
  const predicted = await inSim(file, again, { calibration: labCalibration, ...options }, measured.value)
  process.exitCode = 2
  if (!predicted) return
  if (!predicted.ok) return showDrillTrouble(predicted.failure)
  const { agrees } = showComparison(predicted.value, measured.value, options)
  process.exitCode = agrees && measured.value.verdict === 'passed' ? 0 : 1
}

const saved = (report: DrillReport | undefined): Result<DrillReport, DrillTrouble> | undefined => report && ok(report)
const baseName = (path: string): string => path.replace(/^.*\//, '').replace(/\.[^.]*$/, '')

function list(options: DrillOptions): void {
  const entries = catalog.map(({ name, summary }) => ({ name, summary }))
  if (options.json) console.log(JSON.stringify(entries, null, 2))
  else for (const { name, summary } of entries) console.log(`${name.padEnd(22)} ${summary}`)
}

/** What went wrong before the drill was said already where the answer is undefined. */
type Drilled = Promise<Result<DrillReport, DrillTrouble> | undefined>

async function inLab(file: string, source: ScenarioSource, options: DrillOptions): Drilled {
  const { openSession } = await import('../session.ts')
  await using session = await openSession(file, 'lab')
  const service = session && chosenService(session.cluster, options.service)
  if (!service) return undefined
  const { drillInLab } = await import('../drill/lab-drill.ts')
  const hooks = drillHooks()
  const result = await drillInLab(session, service, source, hooks)
  if (!result.ok) hooks.stopped()
  return result
}

/** `like`: the measured run that it will be compared with. */
async function inSim(file: string, source: ScenarioSource, options: DrillOptions, like?: DrillReport): Drilled {
  const loaded = loadCluster(file)
  const cluster = loaded && like ? withOneFenceDevice(loaded) : loaded
  const service = cluster && chosenService(cluster, options.service)
  const durations = readDurations(options.calibration)
  if (!service || !durations) return undefined
  const { drillInSim } = await import('../drill/sim-drill.ts')
  const { seed, calibration } = options
  const simulation = {
    seed,
    durations,
    platform: options.for,
    ...(like ? startOf(like) : {}),
    ...(calibration === undefined ? {} : { calibration: shown(calibration) }),
  }
  const result = await drillInSim(cluster, service, source, simulation, drillHooks)
  return result.ok ? ok(result.value.report) : result
}

/** The file that comes along is known by its short name wherever Holdfast lies. */
const shown = (calibration: string): string => (calibration === labCalibration ? 'calibrations/lab.json' : calibration)
