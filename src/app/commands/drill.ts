// `holdfast drill FILE SCENARIO`: pull the plug and see, on the virtual machines of the lab or in simulation.
// Exit status: 0 passed, 1 failed, 2 it could not be run.
import { Command, Option } from 'commander'
import type { Result } from '../../core/base/result.ts'
import { type PlatformName, platforms } from '../../core/compile/platforms.ts'
import { catalog } from '../../core/drill/catalog.ts'
import type { DrillReport } from '../../core/drill/report.ts'
import type { Cluster } from '../../core/model/types.ts'
import { wholeNumber } from '../cli/numbers.ts'
import { loadCluster } from '../cluster-file.ts'
import type { DrillTrouble, ScenarioSource } from '../drill/lab-drill.ts'
import { chosenService, scenarioSource } from '../drill/scenarios.ts'
import { drillHooks, showDrillTrouble, showReport } from '../drill/show.ts'
import { readDurations } from '../simulation.ts'

export interface DrillOptions {
  readonly in: 'lab' | 'sim'
  readonly service?: string
  readonly report?: string
  readonly json?: boolean
  readonly list?: boolean
  readonly seed: number
  readonly for: PlatformName
  readonly calibration?: string
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
    .option('--service <name>', 'the service that the scenario is about (default: the first one on a volume)')
    .option('--report <folder>', 'where to put report.html, report.json and timeline.svg')
    .option('--json', 'print the report as JSON')
    .option('--list', 'the scenarios that come along')
    .option('--seed <number>', 'the dice of the simulation', wholeNumber, 1)
    .addOption(
      new Option('--for <platform>', 'what the simulated machines run')
        .choices(Object.keys(platforms))
        .default('debian13'),
    )
    .option('--calibration <file>', 'measured durations for the simulation (docs/simulator.md)')
    .addHelpText(
      'after',
      `
Exit status: 0 passed, 1 an expectation failed, 2 it could not be run.

Examples:
  holdfast drill cluster.yaml power-loss --in sim                 in milliseconds, without a machine
  holdfast lab up cluster.yaml && holdfast apply --in lab cluster.yaml
  holdfast drill cluster.yaml power-loss                          on real machines
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
  const result = options.in === 'sim' ? await inSim(file, source, options) : await inLab(file, source, options)
  process.exitCode = 2
  if (!result) return
  if (!result.ok) return showDrillTrouble(result.failure)
  showReport(result.value, options)
  process.exitCode = result.value.verdict === 'passed' ? 0 : 1
}

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

async function inSim(file: string, source: ScenarioSource, options: DrillOptions): Drilled {
  const cluster = loadCluster(file)
  return cluster && simulated(cluster, source, options)
}

async function simulated(cluster: Cluster, source: ScenarioSource, options: DrillOptions): Drilled {
  const service = chosenService(cluster, options.service, true)
  const durations = readDurations(options.calibration)
  if (!service || !durations) return undefined
  const { drillInSim } = await import('../drill/sim-drill.ts')
  const { seed, calibration } = options
  const simulation = { seed, durations, platform: options.for, ...(calibration === undefined ? {} : { calibration }) }
  const result = await drillInSim(cluster, service, source, simulation, drillHooks)
  return result.ok ? { ok: true, value: result.value.report } : result
}
