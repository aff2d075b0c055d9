// Link faults by the names people use, on top of the switch's table: cut, heal, one way, loss, delay.
import { fail, ok, type Result } from '../../core/base/result.ts'
import { milliseconds, type NodeName } from '../../core/base/units.ts'
import type { LabEvent, LabFailure, LinkFault, NetworkFaults } from './contract.ts'
import type { VirtualSwitch } from './switch.ts'

export function networkFaults(
  network: VirtualSwitch,
  machines: readonly NodeName[],
  record: (event: Omit<LabEvent, 'at'>) => void,
): NetworkFaults {
  type Direction = readonly [from: NodeName, to: NodeName]

  const change = async (
    what: string,
    directions: readonly Direction[],
    only: string | undefined,
    fault: LinkFault | undefined,
  ): Promise<Result<void, LabFailure>> => {
    const stranger = directions.flat().find(name => !machines.includes(name))
    if (stranger !== undefined) return fail({ kind: 'no-such-machine', name: stranger, known: machines })
    if (only !== undefined && !network.networks.includes(only)) {
      return fail({ kind: 'no-such-network', name: only, known: network.networks })
    }
    for (const [from, to] of directions) {
      const path = { from, to, ...(only === undefined ? {} : { network: only }) }
      if (fault) network.setFault(path, fault)
      else network.clearFault(path)
    }
    record({ kind: 'link', what: only === undefined ? what : `${what} on ${only}` })
    return ok(undefined)
  }
  const both = (a: NodeName, b: NodeName): readonly Direction[] => [
    [a, b],
    [b, a],
  ]

  return {
    cut: (a, b, only) => change(`cut ${a} – ${b}`, both(a, b), only, { kind: 'cut' }),
    cutOneWay: (from, to, only) => change(`cut ${from} → ${to}`, [[from, to]], only, { kind: 'cut' }),
    loss: (a, b, percent, only) => change(`loss ${percent} % ${a} – ${b}`, both(a, b), only, { kind: 'loss', percent }),
    delay: (a, b, delay, jitter = milliseconds(0), only) =>
      change(`delay ${delay} ms ± ${jitter} ms ${a} – ${b}`, both(a, b), only, { kind: 'delay', delay, jitter }),
    heal: (a, b, only) => change(`heal ${a} – ${b}`, both(a, b), only, undefined),
    healAll: async () => {
      network.clearAllFaults()
      record({ kind: 'link', what: 'heal all' })
      return ok(undefined)
    },
  }
}
