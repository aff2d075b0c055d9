// Invariant 2 for readers: an overwritten block never shows an older row again.
// It reads, as a client would, where the service runs.
import { serving } from '../clients.ts'
import { diskKey } from '../state.ts'
import type { Oracle } from './oracle.ts'

export const readsAreFresh: Oracle = {
  name: 'reads-are-fresh',
  invariant: 2,
  checks:
    'a block that is overwritten again and again never shows a row older than the newest acknowledged one: nothing comes back from the dead',
  doesNotCheck: 'caches of the application; protocols A and B',
  watch: sim => ({
    look: () => {
      for (const c of sim.state.clients) {
        const volume = c.service.volumes[0]
        if (volume === undefined || sim.state.drbd.resources.get(volume)?.config.protocol !== 'C') continue
        const node = serving(sim.clients, c)
        if (node === undefined) continue
        const r = sim.state.drbd.resources.get(volume)?.replicas.get(node)
        if (r?.disk !== 'UpToDate') continue
        const blocks = sim.state.disks.get(diskKey(node, volume))?.blocks
        for (const [block, row] of c.newest)
          if ((blocks?.get(block) ?? 0) < row)
            return `${c.service.name} on ${node} would read row ${blocks?.get(block) ?? 'none'} where row ${row} was acknowledged`
      }
      return undefined
    },
  }),
}
