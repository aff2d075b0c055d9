// Invariant 9: no repair discards blocks without recorded consent.
// It looks at every resync as it begins.
import { ownBlock } from '../clients.ts'
import type { Sim } from '../sim.ts'
import { diskKey } from '../state.ts'
import type { Oracle } from './oracle.ts'
import { sites } from './oracle.ts'

/** Acknowledged rows that only the target of a resync holds. */
function onlyOnTarget(sim: Sim, volume: string, source: string, target: string): number {
  const [from, to] = [
    sim.state.disks.get(diskKey(source, volume))?.blocks,
    sim.state.disks.get(diskKey(target, volume))?.blocks,
  ]
  let count = 0
  for (const c of sim.state.clients) {
    if (c.service.volumes[0] !== volume) continue
    for (const { row } of c.acknowledged)
      if (to?.get(ownBlock(row)) === row && from?.get(ownBlock(row)) !== row) count += 1
  }
  return count
}

export const noSilentDiscard: Oracle = {
  name: 'no-silent-discard',
  invariant: 9,
  checks: 'a resync never overwrites acknowledged rows that only its target holds, unless a person has consented',
  doesNotCheck: 'whether a snapshot was taken first: the simulation has none; rows that nobody was told were written',
  watch: sim => {
    const seen = new Set<object>()
    return {
      look: () => {
        for (const site of sites(sim))
          for (const r of site.replicas.values())
            for (const p of r.peers.values()) {
              if (!p.resync || p.replication !== 'SyncTarget' || seen.has(p.resync)) continue
              seen.add(p.resync)
              const rows = onlyOnTarget(sim, site.config.name, p.node, r.node)
              if (rows > 0 && !sim.state.consents.has(diskKey(r.node, site.config.name)))
                return `${site.config.name}: a resync from ${p.node} discards ${rows} acknowledged rows of ${r.node}`
            }
        return undefined
      },
    }
  },
}
