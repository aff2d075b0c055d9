// Invariant 5: Outdated or Inconsistent data is never promoted.
// It looks at the metadata and the blocks on the disks, not at the state that the kernel shows.
import { ownBlock } from '../clients.ts'
import type { Replica, ResourceSite } from '../drbd/types.ts'
import type { Sim } from '../sim.ts'
import { diskKey } from '../state.ts'
import type { Oracle } from './oracle.ts'
import { promotions } from './oracle.ts'

/** Acknowledged rows that this replica lacks and another disk has. */
function behind(sim: Sim, site: ResourceSite, r: Replica): number {
  const volume = site.config.name
  const own = sim.state.disks.get(diskKey(r.node, volume))?.blocks
  const others = [...site.replicas.keys()].filter(node => node !== r.node)
  const elsewhere = (row: number): boolean =>
    others.some(node => sim.state.disks.get(diskKey(node, volume))?.blocks.get(ownBlock(row)) === row)
  let count = 0
  for (const c of sim.state.clients)
    if (c.service.volumes[0] === volume)
      for (const { row } of c.acknowledged) if (own?.get(ownBlock(row)) !== row && elsewhere(row)) count += 1
  return count
}

export const noStalePrimary: Oracle = {
  name: 'no-stale-primary',
  invariant: 5,
  checks:
    'what is promoted was neither Inconsistent nor Outdated, and no disk elsewhere holds acknowledged rows that it lacks',
  doesNotCheck: 'protocols A and B, which promise less; rows that nobody was told were written',
  watch: sim => {
    const fresh = promotions(sim)
    const wrong = (site: ResourceSite, r: Replica): string | undefined => {
      const helped = [...r.peers.values()].some(p => p.connection === 'Connected' && p.disk === 'UpToDate')
      if (r.diskless || helped) return undefined
      const what = `${site.config.name} was promoted on ${r.node} with`
      if (!r.meta.consistent) return `${what} Inconsistent data`
      if (r.meta.outdated) return `${what} Outdated data`
      const rows = site.config.protocol === 'C' ? behind(sim, site, r) : 0
      return rows > 0 ? `${what} old data: ${rows} acknowledged rows are on another disk only` : undefined
    }
    return {
      look: () => {
        for (const { site, r } of fresh()) {
          const what = wrong(site, r)
          if (what) return what
        }
        return undefined
      },
    }
  },
}
