// An oracle watches a simulated run and says when something happened that must never happen. Each is independent of the
// code it judges: it looks at the truth of the simulation (disks, memory of the machines, ledgers), not at what the
// cluster says of itself. Each says what it does not check.
import type { Replica, ResourceSite } from '../drbd/types.ts'
import type { Sim } from '../sim.ts'

export interface Oracle {
  readonly name: string
  /** The number in the list of invariants. */
  readonly invariant: number
  readonly checks: string
  readonly doesNotCheck: string
  watch(sim: Sim): Watch
}

export interface Watch {
  /** Called after every event that changed something: what is wrong, if anything. */
  look?(): string | undefined
  /** Called once, when the faults are healed and the cluster is at rest. */
  end?(): string | undefined
}

export interface Violation {
  readonly oracle: string
  readonly at: number
  readonly what: string
}

/** The kernel's memory exists: also in a paused machine, which may go on at any time. */
export const inMemory = (sim: Sim, node: string): boolean => sim.state.machines.get(node)?.power === 'running'

export const canWrite = (r: Replica): boolean => r.role === 'Primary' && !r.suspendedByFencing && !r.suspendedByQuorum

export const sites = (sim: Sim): ResourceSite[] => [...sim.state.drbd.resources.values()]

/** Replicas that are Primary now, by resource, to notice a promotion. */
export function promotions(sim: Sim): () => { readonly site: ResourceSite; readonly r: Replica }[] {
  const before = new Set<string>()
  for (const site of sites(sim))
    for (const r of site.replicas.values()) if (r.role === 'Primary') before.add(`${site.config.name}/${r.node}`)
  return () => {
    const fresh: { site: ResourceSite; r: Replica }[] = []
    for (const site of sites(sim))
      for (const r of site.replicas.values()) {
        const key = `${site.config.name}/${r.node}`
        if (r.role !== 'Primary') before.delete(key)
        else if (!before.has(key)) {
          before.add(key)
          fresh.push({ site, r })
        }
      }
    return fresh
  }
}
