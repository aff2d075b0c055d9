// Invariant 8: once faults stop, the service returns within its budget.
// It looks at the clients' ledgers.

import type { ClientState } from '../clients.ts'
import { ownBlock, serving } from '../clients.ts'
import type { Replica } from '../drbd/types.ts'
import type { Sim } from '../sim.ts'
import { diskKey } from '../state.ts'
import type { Oracle } from './oracle.ts'

/** A disk was destroyed, and no other replica is up to date, or holds everything that was acknowledged. */
const dataIsGone = (sim: Sim, c: ClientState): boolean =>
  c.service.volumes.some(volume => {
    const replicas = [...(sim.state.drbd.resources.get(volume)?.replicas.values() ?? [])]
    const ruined = (r: Replica): boolean => sim.state.ruined.has(diskKey(r.node, volume))
    const whole = (r: Replica): boolean => {
      const blocks = sim.state.disks.get(diskKey(r.node, volume))?.blocks
      return r.disk === 'UpToDate' && c.acknowledged.every(a => blocks?.get(ownBlock(a.row)) === a.row)
    }
    return replicas.some(ruined) && !replicas.some(r => !ruined(r) && whole(r))
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
