// Invariant 3: nothing is promoted before the lost peer is fenced, or outvoted.
// It looks at the machines themselves, at the moment of each promotion.

import type { Replica, ResourceSite } from '../drbd/types.ts'
import { statusOf } from '../pacemaker/cib-copy.ts'
import { stackOf } from '../pacemaker/ports.ts'
import type { Sim } from '../sim.ts'
import type { Oracle } from './oracle.ts'
import { inMemory, promotions } from './oracle.ts'

/** Is there a good reason to be sure of a peer that we have no connection to? */
function sureOf(sim: Sim, site: ResourceSite, r: Replica, peer: string): boolean {
  if (site.config.quorum && r.hadQuorum) return true
  if (!inMemory(sim, peer)) return true
  const other = site.replicas.get(peer)
  if (!other?.up) return true
  const status = statusOf(stackOf(sim.pacemaker, r.node).cib, peer)
  const together = sim.state.membership.nodes.get(r.node)?.members.includes(peer) ?? false
  if (together && status.crmd) return other.role !== 'Primary'
  return false
}

export const fencedBeforePromoted: Oracle = {
  name: 'fenced-before-promoted',
  invariant: 3,
  checks:
    'at a promotion every peer without a connection is off, has no DRBD up, is a member that is not Primary, or is outvoted',
  doesNotCheck: 'the device’s word: whoever is really off counts as off, whether or not that was confirmed',
  watch: sim => {
    const fresh = promotions(sim)
    return {
      look: () => {
        for (const { site, r } of fresh())
          for (const p of r.peers.values()) {
            if (p.connection === 'Connected' || site.replicas.get(p.node)?.diskless || sureOf(sim, site, r, p.node))
              continue
            return `${site.config.name} was promoted on ${r.node} while ${p.node} runs, unfenced and out of sight`
          }
        return undefined
      },
    }
  },
}
