// Invariant 2, from the other side: UpToDate means equal.
// It compares the disks block by block when nothing is under way.
import { differences } from '../disk.ts'
import { diskKey } from '../state.ts'
import type { Oracle } from './oracle.ts'
import { sites } from './oracle.ts'

export const replicasAgree: Oracle = {
  name: 'replicas-agree',
  invariant: 2,
  checks: 'at rest, two connected replicas that call themselves UpToDate hold the same blocks',
  doesNotCheck: 'replicas while writes are under way; the content of blocks that no client ever wrote',
  watch: sim => ({
    end: () => {
      for (const site of sites(sim))
        for (const r of site.replicas.values())
          for (const p of r.peers.values()) {
            if (r.diskless || r.disk !== 'UpToDate' || p.disk !== 'UpToDate' || p.replication !== 'Established')
              continue
            const [a, b] = [
              sim.state.disks.get(diskKey(r.node, site.config.name)),
              sim.state.disks.get(diskKey(p.node, site.config.name)),
            ]
            if (!a || !b || [...site.replicas.values()].some(x => x.requests.size > 0)) continue
            const apart = differences(a, b)
            if (apart.length > 0)
              return `${site.config.name}: ${r.node} and ${p.node} are UpToDate and differ in ${apart.length} blocks`
          }
      return undefined
    },
  }),
}
