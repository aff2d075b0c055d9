// Invariant 5: Outdated or Inconsistent data is never promoted.
// It looks at the metadata and the blocks on the disks, not at the state that the kernel shows.
import { ownBlock } from '../clients.ts'
import type { Replica, ResourceSite } from '../drbd/types.ts'
import { controls, stackOf } from '../pacemaker/ports.ts'
import type { Sim } from '../sim.ts'
import { diskKey } from '../state.ts'
import type { Oracle } from './oracle.ts'
import { promotions } from './oracle.ts'

/** Acknowledged rows that this replica lacks and another, whole disk has. */
function behind(sim: Sim, site: ResourceSite, r: Replica): number {
  const volume = site.config.name
  const own = sim.state.disks.get(diskKey(r.node, volume))?.blocks
  const others = [...site.replicas.keys()].filter(
    node => node !== r.node && !sim.state.ruined.has(diskKey(node, volume)),
  )
  const elsewhere = (row: number): boolean =>
    others.some(node => sim.state.disks.get(diskKey(node, volume))?.blocks.get(ownBlock(row)) === row)
  let count = 0
  for (const c of sim.state.clients)
    if (c.service.volumes[0] === volume)
      for (const { row } of c.acknowledged) if (own?.get(ownBlock(row)) !== row && elsewhere(row)) count += 1
  return count
}

/**
 * What a node could know. Its peer's newer data is on record in the configuration (the fence-peer constraint) once the
 * two Pacemakers have joined. A node that booted after that, has met its peer in Corosync, and lost it again before they
 * joined, does not know: the documented limit of two nodes without a third vote.
 */
function knowledge(sim: Sim): { look(): void; couldKnow(node: string): boolean } {
  const bootedAt = new Map<string, number>()
  const lives = new Map<string, number>()
  const met = new Map<string, Set<string>>()
  const joined = new Set<string>()
  let newest = { epoch: 0, at: 0 }
  return {
    look: () => {
      for (const m of sim.state.machines.values()) {
        if (m.power === 'running' && lives.get(m.name) !== m.life) {
          lives.set(m.name, m.life)
          bootedAt.set(m.name, sim.now())
          met.set(m.name, new Set())
          joined.delete(m.name)
        }
        for (const other of sim.state.membership.nodes.get(m.name)?.members ?? []) met.get(m.name)?.add(other)
        const { epoch } = stackOf(sim.pacemaker, m.name).cib
        if (hasColleague(sim, m.name)) joined.add(m.name)
        if (controls(sim.pacemaker, m.name) && epoch > newest.epoch) newest = { epoch, at: sim.now() }
      }
    },
    couldKnow: node => {
      const bootedSince = (bootedAt.get(node) ?? 0) > newest.at
      return joined.has(node) || !bootedSince || (met.get(node)?.size ?? 0) < 2
    },
  }
}

/** Another node's Pacemaker follows the same coordinator: their configurations are one. */
function hasColleague(sim: Sim, node: string): boolean {
  const { coordinator } = stackOf(sim.pacemaker, node)
  if (coordinator === undefined || !controls(sim.pacemaker, node)) return false
  return sim.state.plan.nodes.some(
    other =>
      other !== node && controls(sim.pacemaker, other) && stackOf(sim.pacemaker, other).coordinator === coordinator,
  )
}

export const noStalePrimary: Oracle = {
  name: 'no-stale-primary',
  invariant: 5,
  checks:
    'what is promoted was neither Inconsistent nor Outdated, and no whole disk elsewhere holds acknowledged rows that it lacks',
  doesNotCheck:
    'a node that lost its peer between Corosync’s and Pacemaker’s join and so could not know (counted in the report); destroyed disks',
  watch: sim => {
    const fresh = promotions(sim)
    const known = knowledge(sim)
    /** Volumes whose copies have gone apart because a node could not know: from then on each side has rows of its own. */
    const parted = new Set<string>()
    const wrong = (site: ResourceSite, r: Replica): string | undefined => {
      const helped = [...r.peers.values()].some(p => p.connection === 'Connected' && p.disk === 'UpToDate')
      if (r.diskless || helped) return undefined
      const what = `${site.config.name} was promoted on ${r.node} with`
      if (!r.meta.consistent) return `${what} Inconsistent data`
      if (r.meta.outdated) return `${what} Outdated data`
      const rows = site.config.protocol === 'C' && !parted.has(site.config.name) ? behind(sim, site, r) : 0
      if (rows > 0 && !known.couldKnow(r.node)) {
        parted.add(site.config.name)
        return undefined
      }
      return rows > 0 ? `${what} old data: ${rows} acknowledged rows are on another disk only` : undefined
    }
    return {
      look: () => {
        known.look()
        for (const { site, r } of fresh()) {
          const what = wrong(site, r)
          if (what) return what
        }
        return undefined
      },
    }
  },
}
