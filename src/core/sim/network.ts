// The cables between the machines: one direction of one link of one pair each, so that a cut may be one-way and a
// partition need not be transitive. Loss and delay are of the cable; what a protocol makes of them is told by
// `effectiveLatency` (TCP, which retransmits) and by membership.ts (the token).
import type { Prng } from '../base/prng.ts'

export interface Cable {
  up: boolean
  /** Share of packets lost, 0 to 1. */
  loss: number
  /** One way, in milliseconds. */
  delay: number
  jitter: number
}

export interface NetworkState {
  readonly nodes: readonly string[]
  /** Number of links of every pair; links are numbered from 0 as Corosync numbers its rings. */
  readonly links: number
  readonly cables: Map<string, Cable>
}

const lanDelay = 0.2
const key = (from: string, to: string, link: number): string => `${from}>${to}#${link}`

export function network(nodes: readonly string[], links: number): NetworkState {
  const cables = new Map<string, Cable>()
  for (const from of nodes)
    for (const to of nodes)
      for (let link = 0; link < links && from !== to; link += 1)
        cables.set(key(from, to, link), { up: true, loss: 0, delay: lanDelay, jitter: 0 })
  return { nodes, links, cables }
}

export const cable = (net: NetworkState, from: string, to: string, link: number): Cable | undefined =>
  net.cables.get(key(from, to, link))

export const passes = (net: NetworkState, from: string, to: string, link: number): boolean =>
  cable(net, from, to, link)?.up ?? false

/** Both directions: what knet, with its ping and pong, and TCP, with its acknowledgements, need. */
export const bothWays = (net: NetworkState, a: string, b: string, link: number): boolean =>
  passes(net, a, b, link) && passes(net, b, a, link)

export const anyLink = (net: NetworkState, a: string, b: string, links: readonly number[]): boolean =>
  links.some(link => bothWays(net, a, b, link))

/** One packet's time on the cable. */
const flight = (c: Cable, random: Prng): number => c.delay + (c.jitter > 0 ? c.jitter * random.next() : 0)

const firstRetransmission = 200

/** How long TCP needs to bring a message over: each loss costs a retransmission timeout that doubles. */
export function effectiveLatency(net: NetworkState, from: string, to: string, link: number, random: Prng): number {
  const c = cable(net, from, to, link)
  if (!c) return 0
  let latency = flight(c, random)
  let timeout = firstRetransmission
  while (c.loss > 0 && random.chance(c.loss) && timeout < 60_000) {
    latency += timeout
    timeout *= 2
  }
  return latency
}

/** Loss in both directions of the best link that is up, and its round trip: what the token meets. */
export function worstOf(c: Cable | undefined, d: Cable | undefined): { readonly loss: number; readonly trip: number } {
  if (!c || !d) return { loss: 1, trip: 0 }
  return { loss: 1 - (1 - c.loss) * (1 - d.loss), trip: c.delay + d.delay + c.jitter + d.jitter }
}

export interface CableChange {
  readonly from: string
  readonly to: string
  /** Absent: all links. */
  readonly link?: number
  readonly oneWay: boolean
}

/** Changes the cables in question; false where there is no such cable. */
export function change(net: NetworkState, where: CableChange, apply: (c: Cable) => void): boolean {
  const links = where.link === undefined ? Array.from({ length: net.links }, (_, index) => index) : [where.link]
  const pairs = where.oneWay
    ? [[where.from, where.to]]
    : [
        [where.from, where.to],
        [where.to, where.from],
      ]
  let any = false
  for (const [from, to] of pairs)
    for (const link of links) {
      const c = cable(net, from ?? '', to ?? '', link)
      if (!c) continue
      apply(c)
      any = true
    }
  return any
}
