// `holdfast demo`: the main job, from nothing to a report, on virtual machines or in simulation. Nothing of the lab is
// loaded before it is wanted: the simulated demonstration runs wherever Node does.
import { join } from 'node:path'
import { Command, Option } from 'commander'
import type { Cluster, Service } from '../../core/model/types.ts'
import { labImages } from '../../io/lab/contract.ts'
import { ask } from '../cli/ask.ts'
import { wholeNumber } from '../cli/numbers.ts'
import { loadCluster } from '../cluster-file.ts'
import { chosenService } from '../drill/scenarios.ts'
import type { DemoOptions } from './demo/options.ts'

const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'postgresql-pair.yaml')

export function demoCommand(): Command {
  return new Command('demo')
    .description('Make a cluster of virtual machines, pull the plug of the active one, and show what a client saw.')
    .argument('[file]', 'the cluster file', example)
    .addOption(
      new Option('--in <world>', 'on virtual machines (Linux), or in a simulation (anywhere, in seconds)')
        .choices(['lab', 'sim'])
        .default('lab'),
    )
    .addOption(
      new Option('--image <name>', 'operating system of the machines').choices([...labImages]).default('debian13'),
    )
    .option('--seed <number>', 'the dice of the simulation', wholeNumber, 1)
    .option('--yes', 'install missing packages without asking; simulate where the machines cannot run')
    .option('--keep', 'leave the machines running until Ctrl-C, to look around')
    .option('--report <folder>', 'where to put the report')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
The first run builds the image of the machines (two or three minutes); later ones start in seconds.
The simulation needs nothing but Node: no Linux, no root. It shows what would happen; only machines prove it.
Exit status: 0 the service survived and nothing was lost; 1 it did not; 2 the demonstration could not be run.

Examples:
  holdfast demo
  holdfast demo --in sim                    the same story without machines, in seconds
  holdfast demo --keep                      and look around afterwards
  holdfast demo --image debian12 my.yaml`,
    )
    .action(demo)
}

async function demo(file: string, options: DemoOptions): Promise<void> {
  const cluster = loadCluster(file)
  const service = cluster && chosenService(cluster, undefined)
  process.exitCode = 2
  if (!cluster || !service) return
  if (options.in === 'sim') return simulated(cluster, service, options)
  if (await labCanRun(options)) {
    const { demoInLab } = await import('./demo/lab.ts')
    return demoInLab(file, cluster, service, options)
  }
  if (options.yes || (await ask('Run the demonstration in simulation instead?', 'yes')))
    return simulated(cluster, service, options)
  console.error('Without machines, as a simulation:  holdfast demo --in sim')
}

async function simulated(cluster: Cluster, service: Service, options: DemoOptions): Promise<void> {
  const { demoInSim } = await import('./demo/sim.ts')
  await demoInSim(cluster, service, options)
}

const systems: Readonly<Record<string, string>> = { darwin: 'macOS', win32: 'Windows' }

/** Says what is missing where it cannot. */
async function labCanRun(options: DemoOptions): Promise<boolean> {
  if (process.platform !== 'linux') {
    console.error(`The lab needs Linux; this is ${systems[process.platform] ?? process.platform}.`)
    return false
  }
  const { ensurePackages } = await import('../cli/packages.ts')
  const { labTools } = await import('../../io/lab/prerequisites.ts')
  return ensurePackages(labTools, 'The lab', options.yes === true)
}
