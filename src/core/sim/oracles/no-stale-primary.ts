// Invariant 5: Outdated or Inconsistent data is never promoted.
// It looks at the metadata on disk, not at the state that the kernel shows.
import type { Oracle } from './oracle.ts'
import { promotions } from './oracle.ts'

export const noStalePrimary: Oracle = {
  name: 'no-stale-primary',
  invariant: 5,
  checks: 'what is promoted was UpToDate by its metadata, or has an up-to-date peer',
  doesNotCheck: 'whether UpToDate is true (acknowledged-writes does); a promotion by force that a person asked for',
  watch: sim => {
    const fresh = promotions(sim)
    return {
      look: () => {
        for (const { site, r } of fresh()) {
          if (r.diskless) continue
          const helped = [...r.peers.values()].some(p => p.connection === 'Connected' && p.disk === 'UpToDate')
          if (helped) continue
          if (!r.meta.consistent) return `${site.config.name} was promoted on ${r.node} with Inconsistent data`
          if (r.meta.outdated) return `${site.config.name} was promoted on ${r.node} with Outdated data`
        }
        return undefined
      },
    }
  },
}
