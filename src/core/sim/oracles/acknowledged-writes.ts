// Invariant 2: every write acknowledged to a client survives.
// It compares the clients' ledgers with the blocks on the disks.

import type { ClientState } from '../clients.ts'
import { ownBlock } from '../clients.ts'
import type { Sim } from '../sim.ts'
import { diskKey } from '../state.ts'
import type { Oracle } from './oracle.ts'
import { promotions } from './oracle.ts'

/** Rows, acknowledged with two copies, that a node's replica does not hold. */
function missing(sim: Sim, c: ClientState, node: string, volume: string): number[] {
  const blocks = sim.state.disks.get(diskKey(node, volume))?.blocks
  return c.acknowledged.filter(a => a.twice && blocks?.get(ownBlock(a.row)) !== a.row).map(a => a.row)
}

/** The disk behind a Primary: its own, or an up-to-date peer's. */
function dataOf(sim: Sim, node: string, volume: string): string | undefined {
  const r = sim.state.drbd.resources.get(volume)?.replicas.get(node)
  if (r?.disk === 'UpToDate') return node
  return [...(r?.peers.values() ?? [])].find(p => p.connection === 'Connected' && p.disk === 'UpToDate')?.node
}

export const acknowledgedWrites: Oracle = {
  name: 'acknowledged-writes',
  invariant: 2,
  checks:
    'whoever becomes Primary holds every row that a second, up-to-date disk had when it was acknowledged; so does the service at the end',
  doesNotCheck:
    'rows that only one disk had when they were acknowledged (the report counts them apart); protocols A and B',
  watch: sim => {
    const fresh = promotions(sim)
    const judge = (node: string, volume: string, when: string): string | undefined => {
      if (sim.state.drbd.resources.get(volume)?.config.protocol !== 'C') return undefined
      const source = dataOf(sim, node, volume)
      if (source === undefined) return undefined
      for (const c of sim.state.clients) {
        if (c.service.volumes[0] !== volume) continue
        const lost = missing(sim, c, source, volume)
        if (lost.length > 0)
          return `${lost.length} acknowledged rows of ${c.service.name} are not on ${source} ${when} (first: ${lost[0]})`
      }
      return undefined
    }
    return {
      look: () => {
        for (const { site, r } of fresh()) {
          const wrong = judge(r.node, site.config.name, 'as it becomes Primary')
          if (wrong) return wrong
        }
        return undefined
      },
      end: () => {
        for (const site of sim.state.drbd.resources.values())
          for (const r of site.replicas.values()) {
            const wrong = r.role === 'Primary' ? judge(r.node, site.config.name, 'at the end') : undefined
            if (wrong) return wrong
          }
        return undefined
      },
    }
  },
}
