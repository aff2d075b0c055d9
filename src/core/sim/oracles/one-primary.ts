// Invariant 1: at most one Primary of a volume that can write.
// Source: DRBD 9 User's Guide, "Resource roles"; the list of invariants in docs/simulator.md.

import type { Oracle } from './oracle.ts'
import { canWrite, inMemory, sites } from './oracle.ts'

export const onePrimary: Oracle = {
  name: 'one-primary',
  invariant: 1,
  checks: 'never two machines in whose memory the same volume is Primary and its I/O goes on; a paused machine counts',
  doesNotCheck:
    'a Primary whose I/O is suspended; volumes that allow two Primaries; writes past DRBD to the backing disk',
  watch: sim => ({
    look: () => {
      for (const site of sites(sim)) {
        if (site.config.allowTwoPrimaries) continue
        const writing = [...site.replicas.values()].filter(r => inMemory(sim, r.node) && canWrite(r))
        if (writing.length > 1)
          return `${site.config.name} is Primary on ${writing.map(r => r.node).join(' and ')}, and both can write`
      }
      return undefined
    },
  }),
}
