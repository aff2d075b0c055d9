// Invariant 6: all nodes converge to one configuration.
// It compares the CIB copies of all nodes at rest.
import { controls, stackOf } from '../pacemaker/ports.ts'
import type { Sim } from '../sim.ts'
import type { Oracle } from './oracle.ts'
import { sites } from './oracle.ts'

const highest = (sim: Sim): number =>
  Math.max(
    0,
    ...sim.state.plan.nodes
      .filter(node => controls(sim.pacemaker, node) && sim.state.membership.nodes.get(node)?.quorum.quorate)
      .map(node => stackOf(sim.pacemaker, node).cib.epoch),
  )

export const oneConfiguration: Oracle = {
  name: 'one-configuration',
  invariant: 6,
  checks:
    'at rest all nodes hold the same configuration, no accepted change is gone, and no handler or move left a constraint behind',
  doesNotCheck: 'files on the machines, which the simulation takes as given; changes made without quorum',
  watch: sim => {
    let newest = highest(sim)
    return {
      look: () => {
        newest = Math.max(newest, highest(sim))
        return undefined
      },
      end: () => {
        const up = sim.state.plan.nodes.filter(node => controls(sim.pacemaker, node))
        const epochs = new Set(up.map(node => stackOf(sim.pacemaker, node).cib.epoch))
        if (epochs.size > 1) return `the nodes hold different configurations: ${[...epochs].join(', ')}`
        const [epoch] = epochs
        if (epoch !== undefined && epoch < newest)
          return `a change of the configuration is lost: ${epoch} after ${newest}`
        return leftover(sim, up[0])
      },
    }
  },
}

function leftover(sim: Sim, node: string | undefined): string | undefined {
  if (node === undefined) return undefined
  const healthy = sites(sim).every(site =>
    [...site.replicas.values()].every(
      r => r.diskless || (r.disk === 'UpToDate' && [...r.peers.values()].every(p => p.connection === 'Connected')),
    ),
  )
  const left = stackOf(sim.pacemaker, node).cib.configuration.constraints.find(
    c => c.id.startsWith('cli-') || (healthy && c.id.startsWith('drbd-fence-by-handler')),
  )
  return left ? `the constraint ${left.id} was left behind` : undefined
}
