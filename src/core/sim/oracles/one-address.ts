// Invariant 4: a service address is on at most one node, and where its service runs.
// It looks at the addresses that the machines carry in memory.
import type { Sim } from '../sim.ts'
import { coordinatorOf } from './decision-at-rest.ts'
import type { Oracle } from './oracle.ts'
import { inMemory } from './oracle.ts'

const holders = (sim: Sim, address: string): string[] =>
  sim.state.plan.nodes.filter(node => inMemory(sim, node) && sim.state.hosts.get(node)?.addresses.has(address))

/** What has to be there before the address may come: the mount of its volume, or the program itself. */
function hasService(sim: Sim, node: string, index: number): boolean {
  const c = sim.state.clients[index]
  const own = sim.state.hosts.get(node)
  if (!c || !own) return true
  const volume = c.service.volumes[0]
  if (volume !== undefined) return [...own.mounts.values()].some(m => m.volume === volume)
  return own.processes.has(c.service.program) || isThoughtToRun(sim, node, c.service.program)
}

/**
 * Started, and no monitor has said otherwise: if it has crashed since, nobody can know yet. A start that an earlier
 * coordinator has begun is taken for done, as crm_simulate takes it: nothing is ordered after it any more.
 */
function isThoughtToRun(sim: Sim, node: string, program: string): boolean {
  const record = sim.state.pacemaker.stacks.get(node)?.records.get(program)
  const { opStatus, operation, transitionKey } = record?.last ?? {}
  const isBegun = opStatus === '-1' && operation === 'start'
  if (isBegun && Number(transitionKey?.split(':')[1]) !== coordinatorOf(sim)?.transition?.id) return true
  const started = record?.last?.rcCode === '0' && record.last.operation !== 'stop'
  return started && [...record.recurring.values()].every(entry => entry.rcCode === '0')
}

export const oneAddress: Oracle = {
  name: 'one-address',
  invariant: 4,
  checks: 'an address is on one machine at most, and comes up only where its service’s data or program is',
  doesNotCheck:
    'neighbours’ ARP caches; an address beside a program that crashed, until the next monitor finds out, or that still starts because a coordinator began it that is lost',
  watch: sim => {
    const before = new Map<string, string>()
    for (const c of sim.state.clients)
      if (c.address !== undefined) before.set(c.address, holders(sim, c.address).join())
    return {
      look: () => {
        for (const [index, { address }] of sim.state.clients.entries()) {
          if (address === undefined) continue
          const now = holders(sim, address)
          if (now.length > 1) return `${address} is on ${now.join(' and ')}`
          if (now.join() === before.get(address)) continue
          before.set(address, now.join())
          const node = now[0]
          if (node !== undefined && !hasService(sim, node, index))
            return `${address} came up on ${node}, where its service is not`
        }
        return undefined
      },
    }
  },
}
