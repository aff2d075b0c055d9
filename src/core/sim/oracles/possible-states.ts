// The state tables hold: pairs of DRBD states that are ruled out never occur.
// It looks at every replica after every event.
import { impossible } from '../../drbd/states.ts'
import type { Oracle } from './oracle.ts'
import { sites } from './oracle.ts'

export const possibleStates: Oracle = {
  name: 'possible-states',
  invariant: 5,
  checks: 'no replica is ever in a pair of states that the documentation rules out (core/drbd/states.ts, `impossible`)',
  doesNotCheck: 'how it came there; the tables’ own rows are walked by their unit test',
  watch: sim => ({
    look: () => {
      for (const site of sites(sim))
        for (const r of site.replicas.values()) {
          if (!r.up) continue
          for (const p of r.peers.values()) {
            const { connection, replication } = p
            const rule = impossible.find(i =>
              i.broken({ role: r.role, disk: r.disk, connection, replication, peerRole: p.role, peerDisk: p.disk }),
            )
            if (rule)
              return `${site.config.name} on ${r.node} towards ${p.node}: ${rule.name} (${r.role} ${r.disk}, ${connection} ${replication} ${p.role} ${p.disk})`
          }
        }
      return undefined
    },
  }),
}
