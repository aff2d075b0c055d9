// The lab as the process that holds its machines offers it.
import { found } from '../../core/base/assert.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { instant, type NodeName } from '../../core/base/units.ts'
import type { Lab, LabEvent, LabFailure, LabStatus, PowerAction } from './contract.ts'
import type { Ground, Member } from './member.ts'
import { networkFaults } from './network.ts'

export interface Holder {
  readonly lab: Lab
  /** Hands over what the lab disposes of when it goes down. */
  own(stack: AsyncDisposableStack): void
}

export function holder(ground: Ground, members: readonly Member[], events: readonly LabEvent[]): Holder {
  const { options, directory, network, snapshot } = ground
  const since = instant(Date.now())
  let owned: AsyncDisposableStack | undefined
  const names = members.map(member => member.spec.name)
  const client = found(
    members.find(member => member.spec.name === options.client),
    'the client among the machines',
  )

  const power = async (name: NodeName, action: PowerAction): Promise<Result<void, LabFailure>> => {
    const member = members.find(each => each.spec.name === name)
    if (!member) return fail({ kind: 'no-such-machine', name, known: names })
    ground.record({ kind: 'power', node: name, what: action })
    return member.machine.act(action)
  }
  const status = (): LabStatus => ({
    clusterName: options.clusterName,
    image: options.image,
    accelerator: snapshot.hardware.accelerator,
    since,
    pid: process.pid,
    machines: members.map(({ spec, machine, bmc }) => {
      const pid = machine.process()?.pid
      return { name: spec.name, power: machine.power(), bmcFault: bmc?.fault() ?? {}, ...(pid ? { pid } : {}) }
    }),
    faults: network.faults(),
    events,
  })
  const end = async (): Promise<void> => {
    await owned?.disposeAsync()
  }

  return {
    own: stack => {
      owned = stack
    },
    lab: {
      clusterName: options.clusterName,
      directory,
      nodes: new Map(members.filter(each => each !== client).map(each => [each.spec.name, each.node])),
      client: client.node,
      network: networkFaults(network, names, ground.record),
      power,
      bmcFault: async (name, fault) => {
        const bmc = members.find(each => each.spec.name === name)?.bmc
        const known = members.filter(each => each.bmc).map(each => each.spec.name)
        if (!bmc) return fail({ kind: 'no-such-machine', name, known })
        bmc.setFault(fault)
        ground.record({ kind: 'bmc', node: name, what: `fault: ${JSON.stringify(fault)}` })
        return ok(undefined)
      },
      status: async () => ok(status()),
      down: async () => ok(await end()),
      [Symbol.asyncDispose]: end,
    },
  }
}
