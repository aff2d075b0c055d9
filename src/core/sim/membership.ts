// Corosync as it shows itself to Pacemaker: rings of nodes that hear each other, formed after token and consensus, and
// merged again when knet's links come back. Heartbeats are not sent one by one: a ring is looked at when something changed.
// Stated margin: a link with less than half of its packets lost and a round trip below half the token keeps its ring.
// Partitions that are not transitive are cut into groups in which everyone hears everyone, the lowest node id first.
// Source: corosync.conf(5): token, token_coefficient, consensus, join, merge; knet_ping_timeout, knet_pong_count.
import type { Prng } from '../base/prng.ts'
import type { Bugs } from './bugs.ts'
import type { Journal } from './journal.ts'
import type { Timer } from './kernel.ts'
import type { NetworkState } from './network.ts'
import { cable, worstOf } from './network.ts'
import type { QuorumConfig, QuorumMemory } from './votes.ts'
import { decide, freshMemory, standLast, witnessChoice } from './votes.ts'

export interface TotemConfig {
  readonly nodes: readonly string[]
  /** Which links of the network carry the rings. */
  readonly links: readonly number[]
  /** Milliseconds, the coefficient for more than two nodes already added. */
  readonly token: number
  readonly consensus: number
  readonly quorum: QuorumConfig
}

export interface MemberState {
  /** The daemon runs (it may belong to a machine that does not answer). */
  up: boolean
  /** SIGSTOP: it runs, and does nothing. */
  frozen: boolean
  ring: number
  members: readonly string[]
  quorum: QuorumMemory
}

export interface MembershipState {
  readonly config: TotemConfig
  readonly nodes: Map<string, MemberState>
  nextRing: number
  /** Rings that are broken, and since when. */
  readonly brokenSince: Map<number, number>
  witnessUp: boolean
}

export type MembershipEvent =
  | { readonly kind: 'form' }
  | { readonly kind: 'window'; readonly node: string; readonly ring: number }
  | { readonly kind: 'witness-noticed' }

export interface Change {
  readonly left: readonly string[]
  readonly joined: readonly string[]
}

export interface MembershipPorts extends Journal {
  readonly timer: Timer<MembershipEvent>
  readonly random: Prng
  readonly bugs: Bugs
  answers(node: string): boolean
  network(): NetworkState
  /** This node's view changed: who is not with it any more, and who is new. Who left and came back is both. */
  changed(node: string, change: Change): void
}

export interface Membership {
  readonly state: MembershipState
  readonly ports: MembershipPorts
}

export const membershipState = (config: TotemConfig, bugs: Bugs): MembershipState => ({
  config,
  nodes: new Map(config.nodes.map(node => [node, downState(config, bugs)])),
  nextRing: 1,
  brokenSince: new Map(),
  witnessUp: true,
})

const downState = (config: TotemConfig, bugs: Bugs): MemberState => ({
  up: false,
  frozen: false,
  ring: 0,
  members: [],
  quorum: freshMemory(config.quorum, bugs),
})

const hold = 180
const merge = 700
const witnessHeartbeat = 10_000

/** The link as knet sees it. */
export function linkUp(m: Membership, a: string, b: string, link: number): boolean {
  const [there, back] = [cable(m.ports.network(), a, b, link), cable(m.ports.network(), b, a, link)]
  if (!there?.up || !back?.up) return false
  const worst = worstOf(there, back)
  return there.loss < 0.5 && back.loss < 0.5 && worst.trip < m.state.config.token / 2
}

const live = (m: Membership, node: string): boolean => {
  const state = m.state.nodes.get(node)
  return state?.up === true && !state.frozen && m.ports.answers(node)
}

const hears = (m: Membership, a: string, b: string): boolean =>
  a === b || m.state.config.links.some(link => linkUp(m, a, b, link))

/** Does the token of this node's ring still go round? */
function intact(m: Membership, node: string): boolean {
  const own = m.state.nodes.get(node)
  if (!own) return false
  const { members, ring } = own
  return members.every(
    a => live(m, a) && m.state.nodes.get(a)?.ring === ring && members.every(b => a === b || hears(m, a, b)),
  )
}

/** Groups in which everyone hears everyone, of the nodes given, by node id. */
function groups(m: Membership, nodes: readonly string[]): string[][] {
  const out: string[][] = []
  for (const node of nodes) {
    const group = out.find(members => members.every(other => hears(m, node, other)))
    if (group) group.push(node)
    else out.push([node])
  }
  return out
}

/** Something changed (a cable, a machine, a daemon): will rings break or merge? */
export function reconsider(m: Membership): void {
  const { config, brokenSince } = m.state
  const now = m.ports.timer.now()
  const broken = new Set<number>()
  const whole = new Set<readonly string[]>()
  for (const node of config.nodes) {
    const own = m.state.nodes.get(node)
    if (!own || !live(m, node) || whole.has(own.members)) continue
    if (intact(m, node)) {
      whole.add(own.members)
      continue
    }
    broken.add(own.ring)
    if (brokenSince.has(own.ring)) continue
    const noticed = now - hold * m.ports.random.next()
    brokenSince.set(own.ring, noticed)
    m.ports.timer.after(noticed + config.token + config.consensus - now, undefined, { kind: 'form' })
  }
  for (const ring of [...brokenSince.keys()]) if (!broken.has(ring)) brokenSince.delete(ring)
  if (broken.size === 0 && couldMerge(m))
    m.ports.timer.after(merge * (1 + m.ports.random.next()), undefined, { kind: 'form' })
}

const couldMerge = (m: Membership): boolean =>
  groups(
    m,
    m.state.config.nodes.filter(node => live(m, node)),
  ).some(group => new Set(group.map(node => m.state.nodes.get(node)?.ring)).size > 1)

export function handle(m: Membership, event: MembershipEvent): void {
  if (event.kind === 'form') form(m)
  else if (event.kind === 'window') closeWindow(m, event.node, event.ring)
  else vote(m, new Map())
}

const without = (all: readonly string[], some: readonly string[]): string[] => all.filter(node => !some.includes(node))

/** Rings whose time has come are formed anew. */
function form(m: Membership): void {
  const { config, brokenSince, nodes } = m.state
  const now = m.ports.timer.now()
  const waiting = (ring: number): boolean => {
    const since = brokenSince.get(ring)
    return since !== undefined && now + 1 < since + config.token + config.consensus
  }
  const free = config.nodes.filter(node => live(m, node) && !waiting(nodes.get(node)?.ring ?? 0))
  const changed = new Map<string, Change>()
  const rings = new Map([...nodes].map(([node, own]) => [node, own.ring]))
  for (const group of groups(m, free).map(nodes => Object.freeze(nodes))) {
    const first = nodes.get(group[0] ?? '')
    if (
      new Set(group.map(node => rings.get(node))).size === 1 &&
      first &&
      first.members.length === group.length &&
      first.ring !== 0
    )
      continue
    const ring = m.state.nextRing++
    for (const node of group) {
      const own = nodes.get(node)
      if (!own) continue
      const stayed = own.members.filter(other => group.includes(other) && rings.get(other) === rings.get(node))
      changed.set(node, { left: without(own.members, stayed), joined: without(group, stayed) })
      own.ring = ring
      own.members = group
      if (config.quorum.lastManStanding)
        m.ports.timer.after(config.quorum.lastManStandingWindow, node, { kind: 'window', node, ring })
    }
    m.ports.say('state', group.join('+'), `membership formed: ${group.join(', ')}`)
  }
  for (const ring of [...brokenSince.keys()]) if (!waiting(ring)) brokenSince.delete(ring)
  vote(m, changed)
  reconsider(m)
}

/** Everyone counts again; those whose view or quorum changed are told. */
function vote(m: Membership, changed: ReadonlyMap<string, Change>): void {
  const { config, nodes } = m.state
  const chosen = config.quorum.device && m.state.witnessUp ? witnessChoice(config.quorum, partitions(m)) : undefined
  for (const node of config.nodes) {
    const own = nodes.get(node)
    if (!own || !live(m, node)) continue
    const was = own.quorum.quorate
    decide(config.quorum, own.quorum, own.members, chosen?.includes(node) ?? false, m.ports.bugs)
    const change = changed.get(node)
    if (was !== own.quorum.quorate)
      m.ports.say(
        'state',
        node,
        own.quorum.quorate ? 'quorum gained' : own.quorum.waitsForAll ? 'no quorum: waits for all' : 'quorum lost',
      )
    if (change || was !== own.quorum.quorate) m.ports.changed(node, change ?? { left: [], joined: [] })
  }
}

function partitions(m: Membership): string[][] {
  const byRing = new Map<number, string[]>()
  for (const node of m.state.config.nodes) {
    const own = m.state.nodes.get(node)
    if (own && live(m, node)) byRing.set(own.ring, [...(byRing.get(own.ring) ?? []), node])
  }
  return [...byRing.values()]
}

function closeWindow(m: Membership, node: string, ring: number): void {
  const own = m.state.nodes.get(node)
  if (own?.ring === ring) standLast(m.state.config.quorum, own.quorum, own.members)
}

/** The daemon starts: it is alone until it has heard the others. */
export function start(m: Membership, node: string): void {
  const own = downState(m.state.config, m.ports.bugs)
  own.up = true
  own.ring = m.state.nextRing++
  own.members = [node]
  m.state.nodes.set(node, own)
  vote(m, new Map([[node, { left: [], joined: [node] }]]))
  reconsider(m)
}

/** The daemon ends: on purpose (it says goodbye), or not (the others have to find out). */
export function stop(m: Membership, node: string, politely: boolean): void {
  const own = m.state.nodes.get(node)
  if (!own?.up) return
  const { ring } = own
  m.state.nodes.set(node, downState(m.state.config, m.ports.bugs))
  if (politely) {
    m.state.brokenSince.set(ring, m.ports.timer.now() - m.state.config.token - m.state.config.consensus)
    m.ports.timer.after(50, undefined, { kind: 'form' })
  }
  reconsider(m)
}

export function setWitness(m: Membership, up: boolean): void {
  m.state.witnessUp = up
  m.ports.timer.after(up ? 1_000 : witnessHeartbeat * (0.5 + m.ports.random.next()), undefined, {
    kind: 'witness-noticed',
  })
}

/** The token goes round: what a member says now is heard by all of them. */
export const ringTurns = (m: Membership, node: string): boolean => live(m, node) && intact(m, node)
