// Invariant 8: once faults stop, the service returns within its budget.
// It looks at the clients' ledgers.

import { serving } from '../clients.ts'
import type { Oracle } from './oracle.ts'

export const serviceReturns: Oracle = {
  name: 'service-returns',
  invariant: 8,
  checks:
    'once every fault is healed and the cluster had its time, each service is reached at its address and accepts writes',
  doesNotCheck: 'how long it takes beyond the time that failures need to expire',
  watch: sim => ({
    end: () => {
      const stuck = sim.state.clients.find(c => {
        const last = c.acknowledged.at(-1)
        return serving(sim.clients, c) === undefined || !last || sim.now() - last.at > 30_000
      })
      return stuck ? `${stuck.service.name} is not back: ${stuck.failed.at(-1)?.why ?? 'nobody asked'}` : undefined
    },
  }),
}
