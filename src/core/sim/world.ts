// The simulator as a World: the same port as the lab's, so that the same scenario text runs in both, with the same
// verdicts and the same report, in the same words: its journal is told as the lab tells the machines' journals.
import { ok } from '../base/result.ts'
import type { Instant, NodeName } from '../base/units.ts'
import { instant, nodeName } from '../base/units.ts'
import type { Ledger, Mark, World, WorldEvent } from '../drill/world.ts'
import type { Snapshot } from '../live/snapshot.ts'
import type { ClientState } from './clients.ts'
import { ownBlock, serving } from './clients.ts'
import { inject } from './faults.ts'
import type { Entry } from './journal.ts'
import type { Sim } from './sim.ts'
import { epoch } from './sim.ts'
import { snapshot, speaker } from './snapshot.ts'
import { diskKey } from './state.ts'

/** What changed between two states, in words: they join the events, as they do in the lab. */
export type Changes = (before: Snapshot, after: Snapshot) => readonly WorldEvent[]

/** The longest time between two looks while nothing seems to happen. */
const blink = 1_000

export function simWorld(sim: Sim, changes: Changes = () => []): World {
  const since = sim.state.journal.length
  const seen: WorldEvent[] = []
  let last: Snapshot | undefined
  const look = (): Snapshot => {
    const now = snapshot(sim)
    if (last) seen.push(...changes(last, now))
    last = now
    return now
  }
  return {
    kind: 'sim',
    now: sim.instant,
    inject: async fault => {
      const result = inject(sim, fault)
      return result.ok ? ok(undefined) : result
    },
    look: async () => look(),
    next: async deadline => {
      const until = Math.min(deadline - epoch, sim.now() + blink)
      const before = sim.state.journal.length
      const cib = speaker(sim)?.cib
      const isQuiet = (): boolean => sim.state.journal.length === before && speaker(sim)?.cib === cib
      while (isQuiet() && sim.step(until));
      if (isQuiet()) sim.advance(until)
      return look()
    },
    events: () => {
      const entries = sim.state.journal.slice(since)
      return [...entries.flatMap((entry, index) => worldEvent(sim, entry, entries[index - 1])), ...seen].sort(
        (a, b) => a.at - b.at,
      )
    },
    ledgers: async final => ledgers(sim, final),
  }
}

const at = (time: number): Instant => instant(epoch + Math.floor(time))

/** What a machine's own journal would say: faults, lost members, fencings, operations; and what needs a person. */
function worldEvent(sim: Sim, entry: Entry, before: Entry | undefined): WorldEvent[] {
  const { level, text, mark } = entry
  const node: { node?: NodeName } = sim.state.plan.nodes.includes(entry.who) ? { node: nodeName(entry.who) } : {}
  const say = (source: WorldEvent['source'], words: string, ends?: Mark): WorldEvent[] => [
    { at: at(entry.at), ...node, source, text: words, ...(ends ? { mark: ends } : {}) },
  ]
  if (level === 'fault') return say('fault', text)
  if (level === 'alarm') return say('pacemaker', text)
  if (mark?.phase === 'detection') return say('corosync', 'a node left the membership', { phase: 'detection' })
  const done = mark?.phase === 'fencing' ? fencedAt(sim, entry.at) : undefined
  if (done) return say('fencing', `${done.target} is fenced (${done.action})`, { phase: 'fencing' })
  const [, operation = '', resource = ''] = /^(start|stop|promote|demote) (\S+)$/.exec(text) ?? []
  const verb = verbs[operation]
  if (verb === undefined) return []
  const ended = before?.mark?.rsc === resource && before.at === entry.at ? markOf(sim, before) : undefined
  return say('pacemaker', `${resource} ${verb} on ${entry.who}`, ended)
}

const verbs: Readonly<Record<string, string>> = {
  start: 'started',
  stop: 'stopped',
  promote: 'promoted',
  demote: 'demoted',
}

const fencedAt = (sim: Sim, time: number) =>
  sim.state.pacemaker.fencing.history.find(record => record.state === 'success' && record.at === time)

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
    ...(c.service.volumes.length > 0 || c.address === undefined ? {} : { asks: c.address }),
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
