// `holdfast lab fault …`: one fault put in, or taken back. The words are those of the scenarios.
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Result } from '../../../core/base/result.ts'
import { type Milliseconds, milliseconds, type NodeName, nodeName } from '../../../core/base/units.ts'
import type { BmcFault, Lab, LabFailure, PowerAction } from '../../../io/lab/contract.ts'
import { killProcess } from '../../../io/lab/guest-command.ts'
import { complain, labOption, openChosenLab } from './choose.ts'

interface Chosen {
  readonly lab?: string
  readonly network?: string
}

async function put(options: Chosen, fault: (lab: Lab) => Promise<Result<void, LabFailure>>): Promise<void> {
  const lab = await openChosenLab(options.lab)
  if (!lab) return
  const done = await fault(lab)
  if (!done.ok) complain(done.failure)
}

const unitOf: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['min', 60_000],
])

/** `350ms`, `2s`, `1.5 s`, `2min`; a bare number is in milliseconds. */
export function parseSpan(text: string): Milliseconds {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min)?$/.exec(text.trim())
  if (!match) throw new InvalidArgumentError('write 350ms, 2s or 1min')
  return milliseconds(Number(match[1]) * (unitOf.get(match[2] ?? 'ms') ?? 1))
}

function parsePercent(text: string): number {
  const percent = Number(text.replace(/\s*%$/, ''))
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError('a percentage from 0 to 100')
  return percent
}

const powerVerbs: readonly (readonly [verb: string, action: PowerAction, what: string])[] = [
  ['power-off', 'off', 'Pull the plug.'],
  ['power-on', 'on', 'Switch on: a minute of firmware, then it boots from its disk.'],
  ['reset', 'reset', 'The reset button.'],
  ['pause', 'pause', 'Stop its processor in mid-instruction, as a live migration does; nothing of it is lost.'],
  ['resume', 'resume', 'Let a paused machine run on, with a clock that stood still.'],
]

const machine = (text: string): NodeName => nodeName(text)
const link = (verb: string, what: string): Command =>
  new Command(verb)
    .description(what)
    .argument('<a>', 'machine', machine)
    .argument('<b>', 'machine', machine)
    .option('-n, --network <name>', 'only this network (link0, link1 …); else all of them')
    .addOption(labOption())

export function faultCommand(): Command {
  const fault = new Command('fault').description('Put a fault in, or take it back.').addHelpText(
    'after',
    `
Examples:
  holdfast lab fault cut alpha beta --network link1
  holdfast lab fault one-way alpha beta          what alpha sends to beta is lost; the other way it arrives
  holdfast lab fault loss alpha beta 20%
  holdfast lab fault delay alpha beta 300ms 50ms
  holdfast lab fault bmc beta --fail refuse
  holdfast lab fault heal                        all links`,
  )
  for (const [verb, action, what] of powerVerbs) {
    fault.addCommand(
      new Command(verb)
        .description(what)
        .argument('<machine>', 'machine', machine)
        .addOption(labOption())
        .action((node: NodeName, options: Chosen) => put(options, lab => lab.power(node, action))),
    )
  }
  fault.addCommand(
    link('cut', 'Nothing passes between two machines.').action((a: NodeName, b: NodeName, options: Chosen) =>
      put(options, lab => lab.network.cut(a, b, options.network)),
    ),
  )
  fault.addCommand(
    link('one-way', 'What the first sends to the second is lost.').action((a: NodeName, b: NodeName, options: Chosen) =>
      put(options, lab => lab.network.cutOneWay(a, b, options.network)),
    ),
  )
  fault.addCommand(
    link('loss', 'A share of the frames is lost, both ways.')
      .argument('<percent>', 'of the frames', parsePercent)
      .action((a: NodeName, b: NodeName, percent: number, options: Chosen) =>
        put(options, lab => lab.network.loss(a, b, percent, options.network)),
      ),
  )
  fault.addCommand(
    link('delay', 'Every frame comes later, both ways.')
      .argument('<delay>', '300ms, 2s', parseSpan)
      .argument('[jitter]', 'up to this much more', parseSpan, milliseconds(0))
      .action((a: NodeName, b: NodeName, delay: Milliseconds, jitter: Milliseconds, options: Chosen) =>
        put(options, lab => lab.network.delay(a, b, delay, jitter, options.network)),
      ),
  )
  fault.addCommand(
    new Command('heal')
      .description('Take back the faults between two machines; without names, every fault of every link.')
      .argument('[a]', 'machine', machine)
      .argument('[b]', 'machine', machine)
      .option('-n, --network <name>', 'only this network')
      .addOption(labOption())
      .action((a: NodeName | undefined, b: NodeName | undefined, options: Chosen) =>
        put(options, lab => (a && b ? lab.network.heal(a, b, options.network) : lab.network.healAll())),
      ),
  )
  fault.addCommand(
    new Command('kill')
      .description('kill -9 of every process of this name on a machine.')
      .argument('<machine>', 'machine', machine)
      .argument('<process>', 'its name, as in /proc: postgres, corosync, pacemakerd')
      .addOption(labOption())
      .action((node: NodeName, name: string, options: Chosen) => put(options, lab => killProcess(lab, node, name))),
  )
  fault.addCommand(
    new Command('bmc')
      .description("Make a machine's BMC fail or slow; without options it is well again.")
      .argument('<machine>', 'machine', machine)
      .addOption(new Option('--fail <how>', 'how it fails').choices(['unreachable', 'refuse', 'error', 'lie']))
      .option('--delay <time>', 'every answer comes this much later', parseSpan)
      .addOption(labOption())
      .action((node: NodeName, { lab: chosen, ...fault }: Chosen & BmcFault) =>
        put(chosen === undefined ? {} : { lab: chosen }, lab => lab.bmcFault(node, fault)),
      ),
  )
  return fault
}
