// Invariant 8: once faults stop, the service returns within its budget.
// It looks at the clients' ledgers.

import type { ClientState } from '../clients.ts'
import { ownBlock, serving } from '../clients.ts'
import type { Sim } from '../sim.ts'
import type { Oracle } from './oracle.ts'

/** A disk was destroyed, and no other replica holds everything that was acknowledged. */
const dataIsGone = (sim: Sim, c: ClientState): boolean =>
  c.service.volumes.some(volume => {
    const keys = [...sim.state.disks.keys()].filter(key => key.endsWith(`/${volume}`))
    const whole = (key: string): boolean =>
      c.acknowledged.every(a => sim.state.disks.get(key)?.blocks.get(ownBlock(a.row)) === a.row)
    return keys.some(key => sim.state.ruined.has(key)) && !keys.some(key => !sim.state.ruined.has(key) && whole(key))
  })

export const serviceReturns: Oracle = {
  name: 'service-returns',
  invariant: 8,
  checks:
    'once every fault is healed and the cluster had its time, each service is reached at its address and accepts writes',
  doesNotCheck: 'what needs a person: a volume whose only up-to-date disk was destroyed',
  watch: sim => ({
    end: () => {
      const stuck = sim.state.clients.find(c => {
        if (dataIsGone(sim, c)) return false
        const last = c.acknowledged.at(-1)
        return serving(sim.clients, c) === undefined || !last || sim.now() - last.at > 30_000
      })
      return stuck ? `${stuck.service.name} is not back: ${stuck.failed.at(-1)?.why ?? 'nobody asked'}` : undefined
    },
  }),
}
