// `holdfast lab status`: machines and their power, faults that are in, and what happened lately.
import { Command } from 'commander'
import type { LabStatus, LinkFault } from '../../../io/lab/contract.ts'
import { dim, green, red, wantsColour, yellow } from '../../cli/terminal.ts'
import { complain, openChosenLab } from './choose.ts'

const powerColour = { on: green, off: red, paused: yellow } as const

function showFault(fault: LinkFault): string {
  switch (fault.kind) {
    case 'cut':
      return 'cut'
    case 'loss':
      return `${fault.percent} % lost`
    case 'delay':
      return `${fault.delay} ms later${fault.jitter > 0 ? `, up to ${fault.jitter} ms more` : ''}`
    default:
      return fault satisfies never
  }
}

export function showLabStatus(status: LabStatus, colour: boolean): string {
  const width = Math.max(...status.machines.map(machine => machine.name.length))
  const machines = status.machines.map(({ name, power, bmcFault, pid }) => {
    const bmc = Object.keys(bmcFault).length > 0 ? yellow(`  BMC: ${JSON.stringify(bmcFault)}`, colour) : ''
    const process = pid === undefined ? '' : dim(`  process ${pid}`, colour)
    return `  ${name.padEnd(width)}  ${powerColour[power](power, colour)}${process}${bmc}`
  })
  const faults = status.faults.map(each => `  ${each.from} → ${each.to} on ${each.network}: ${showFault(each.fault)}`)
  const events = status.events.slice(-10).map(event => {
    const node = event.node === undefined ? '' : `${event.node}: `
    return `  ${dim(new Date(event.at).toISOString().slice(11, 23), colour)}  ${node}${event.what}`
  })
  return [
    `Lab ${status.clusterName} (${status.image}, ${status.accelerator}), process ${status.pid}`,
    ...machines,
    faults.length > 0 ? 'Faults on the links:' : 'No faults on the links.',
    ...faults,
    'Lately (UTC):',
    ...events,
  ].join('\n')
}

export function statusCommand(): Command {
  return new Command('status')
    .description('Say which machines run, which faults are in, and what happened lately.')
    .argument('[lab]', 'cluster name or cluster file')
    .option('--json', 'as JSON: {clusterName, image, accelerator, since, pid, machines, faults, events}')
    .action(async (given: string | undefined, options: { readonly json?: boolean }) => {
      const lab = await openChosenLab(given)
      const status = await lab?.status()
      if (status === undefined) return
      if (!status.ok) complain(status.failure)
      else if (options.json) console.log(JSON.stringify(status.value, null, 2))
      else console.log(showLabStatus(status.value, wantsColour(process.stdout)))
    })
}
