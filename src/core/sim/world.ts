// The simulator as a World: the same port as the lab's, so that the same scenario text runs in both, with the same
// verdicts and the same report.
import { ok } from '../base/result.ts'
import type { Instant } from '../base/units.ts'
import { instant, nodeName } from '../base/units.ts'
import type { Ledger, Mark, World, WorldEvent } from '../drill/world.ts'
import type { ClientState } from './clients.ts'
import { ownBlock, serving } from './clients.ts'
import { inject } from './faults.ts'
import type { Entry } from './journal.ts'
import type { Sim } from './sim.ts'
import { epoch } from './sim.ts'
import { snapshot } from './snapshot.ts'
import { diskKey } from './state.ts'

export function simWorld(sim: Sim): World {
  return {
    kind: 'sim',
    now: sim.instant,
    inject: async fault => {
      const result = inject(sim, fault)
      return result.ok ? ok(undefined) : result
    },
    look: async () => snapshot(sim),
    next: async deadline => {
      const until = deadline - epoch
      const before = sim.state.journal.length
      while (sim.state.journal.length === before && sim.step(until));
      if (sim.state.journal.length === before) sim.advance(until)
      return snapshot(sim)
    },
    events: () => sim.state.journal.map(entry => worldEvent(sim, entry)),
    ledgers: async final => ledgers(sim, final),
  }
}

const at = (time: number): Instant => instant(epoch + Math.floor(time))

function worldEvent(sim: Sim, entry: Entry): WorldEvent {
  const isNode = sim.state.plan.nodes.includes(entry.who)
  const mark = markOf(sim, entry)
  return {
    at: at(entry.at),
    ...(isNode ? { node: nodeName(entry.who) } : {}),
    source: sourceOf(sim, entry),
    text: entry.text,
    ...(mark ? { mark } : {}),
  }
}

function sourceOf(sim: Sim, { level, text, mark }: Entry): WorldEvent['source'] {
  if (level === 'fault') return 'fault'
  if (/^fenc|fence device/.test(text)) return 'fencing'
  if (/^membership|^quorum|^no quorum/.test(text)) return 'corosync'
  if (sim.state.plan.resources.some(r => text.startsWith(`${r.name}: `))) return 'drbd'
  return mark && mark.phase !== 'detection' && mark.phase !== 'fencing' ? 'service' : 'pacemaker'
}

function markOf(sim: Sim, { mark }: Entry): Mark | undefined {
  if (!mark) return undefined
  const { phase, rsc } = mark
  if (rsc === undefined) return { phase }
  const volume = sim.state.plan.configuration.resources.find(
    r => r.kind === 'clone' && r.child.kind === 'primitive' && r.child.id === rsc,
  )?.id
  const service = sim.state.plan.services.find(
    s => s.resources.includes(rsc) || (volume !== undefined && s.volumes.includes(volume)),
  )
  return service ? { phase, service: service.name } : undefined
}

/** The books of every client; a final look reads every acknowledged row back where the service runs now. */
export function ledgers(sim: Sim, final: boolean): Ledger[] {
  return sim.state.clients.map(c => ({
    service: c.service.name,
    acknowledged: c.acknowledged.map(a => ({ row: a.row, at: at(a.at) })),
    failed: c.failed.map(f => ({ at: at(f.at), why: f.why })),
    ...(final ? lostOf(sim, c) : {}),
  }))
}

function lostOf(sim: Sim, c: ClientState): { lost?: number[] } {
  const lost = lostRows(sim, c)
  return lost ? { lost } : {}
}

/** Acknowledged rows that the volume does not hold where the service runs now; undefined where it does not run. */
export function lostRows(sim: Sim, c: ClientState): number[] | undefined {
  const volume = c.service.volumes[0]
  if (volume === undefined) return []
  const node = serving(sim.clients, c)
  if (node === undefined) return undefined
  const r = sim.state.drbd.resources.get(volume)?.replicas.get(node)
  const source = r?.disk === 'UpToDate' ? node : [...(r?.peers.values() ?? [])].find(p => p.disk === 'UpToDate')?.node
  const blocks = sim.state.disks.get(diskKey(source ?? node, volume))?.blocks
  return c.acknowledged.filter(a => blocks?.get(ownBlock(a.row)) !== a.row).map(a => a.row)
}
