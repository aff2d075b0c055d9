// `holdfast lab …`: the virtual machines of a cluster file: up, down, status, ssh, fault. The lab's process is left behind
// by `up` and ended by `down`; everything else speaks to it over its control socket.
import { spawn } from 'node:child_process'
import { Command, Option } from 'commander'
import { milliseconds, showDuration } from '../../core/base/units.ts'
import { type LabImage, labImages } from '../../io/lab/contract.ts'
import { startDetachedLab } from '../../io/lab/detach.ts'
import { endLab } from '../../io/lab/down.ts'
import { labTopology } from '../../io/lab/topology.ts'
import { progress } from '../cli/progress.ts'
import { loadCluster } from '../cluster-file.ts'
import { complain, labOption, openChosenLab, theLab } from './lab/choose.ts'
import { faultCommand } from './lab/fault.ts'
import { showProgress } from './lab/progress.ts'
import { statusCommand } from './lab/status.ts'

interface UpOptions {
  readonly image: LabImage
  readonly json?: boolean
}

function upCommand(): Command {
  return new Command('up')
    .description('Start the machines of a cluster file, and a client outside the cluster. Needs no root, and no KVM.')
    .argument('<file>', 'cluster file')
    .addOption(new Option('--image <name>', 'operating system').choices([...labImages]).default('debian13'))
    .option('--json', 'where the machines answer, as JSON')
    .addHelpText(
      'after',
      `
The first start builds the image (a minute) and boots it once (half a minute); later ones take seconds.

Examples:
  holdfast lab up examples/postgresql-pair.yaml
  holdfast lab up --image debian12 cluster.yaml      Pacemaker 2.1, PostgreSQL 15`,
    )
    .action(async (file: string, options: UpOptions) => {
      const cluster = loadCluster(file)
      if (!cluster) return
      const screen = progress()
      const started = performance.now()
      const lab = await startDetachedLab({ ...labTopology(cluster, options.image), onProgress: showProgress(screen) })
      if (!lab.ok) {
        screen.failed()
        complain(lab.failure)
        return
      }
      const { directory, nodes, client } = lab.value
      if (options.json) {
        console.log(JSON.stringify({ directory, nodes: [...nodes.values()], client }, null, 2))
        return
      }
      const names = [...nodes.keys(), client.name]
      console.log(`${names.join(', ')} are up after ${showDuration(milliseconds(performance.now() - started))}.
  holdfast lab ssh ${names[0]}                     a shell on it
  holdfast apply ${file} --in lab      make it a cluster
  holdfast lab down                        end it`)
    })
}

function downCommand(): Command {
  return new Command('down')
    .description('End a lab: its machines, its networks, its disks; also what a crashed lab process has left.')
    .argument('[lab]', 'cluster name or cluster file; not needed where there is only one')
    .addHelpText('after', '\nOnly processes that the lab itself has recorded are ended.')
    .action(async (given: string | undefined) => {
      const name = theLab(given)
      if (name === undefined) return
      const ended = await endLab(name)
      if (!ended.ok) complain(ended.failure)
      else if (ended.value.length === 0) console.log(`The lab ${name} is down.`)
      else console.log(`The lab ${name} had lost its process; ended what was left (${ended.value.join(', ')}).`)
    })
}

function sshCommand(): Command {
  return new Command('ssh')
    .description('A shell, or one command, on a machine of the lab, as root.')
    .argument('<machine>', 'a node of the cluster, or the client')
    .argument('[command...]', 'as with ssh')
    .addOption(labOption())
    .passThroughOptions()
    .addHelpText('after', '\nExamples:\n  holdfast lab ssh alpha\n  holdfast lab ssh alpha crm_mon -1')
    .action(async (machine: string, command: readonly string[], options: { readonly lab?: string }) => {
      const lab = await openChosenLab(options.lab)
      if (!lab) return
      const target = [...lab.nodes.values(), lab.client].find(each => each.name === machine)
      if (!target) {
        complain({ kind: 'no-such-machine', name: machine, known: [...lab.nodes.keys(), lab.client.name] })
        return
      }
      const child = spawn('ssh', ['-F', target.ssh.configFile, '--', machine, ...command], { stdio: 'inherit' })
      process.exitCode = await new Promise<number>(resolve => child.once('close', code => resolve(code ?? 255)))
    })
}

export function labCommand(): Command {
  return new Command('lab')
    .description('Virtual machines that run a cluster file with the real kernel, engines and services.')
    .enablePositionalOptions()
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(statusCommand())
    .addCommand(sshCommand())
    .addCommand(faultCommand())
    .addHelpText(
      'after',
      `
Examples:
  holdfast lab up cluster.yaml
  holdfast lab fault cut alpha beta        the cable between them
  holdfast lab fault power-off alpha       the plug
  holdfast lab status
  holdfast lab down`,
    )
}
