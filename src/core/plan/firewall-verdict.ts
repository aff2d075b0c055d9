// Does a packet filter let a first packet in? Three answers: yes, no, and "cannot be told" where only a rule that was not
// understood might let it in. A rule that was not understood and drops (a rate limit, odd flags) is not counted.

import type { Condition, FilterRule, InputChain, Ruleset } from '../live/firewall/types.ts'
import { parseAddress, sameNetwork } from '../model/addresses.ts'

export interface Packet {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** Undefined: anybody. */
  readonly source?: string
  readonly family: 'ip' | 'ip6'
  readonly interface?: string
}

export type Answer = 'open' | 'closed' | 'unknown'

/** The chains that keep the packet out: every one of them has to let it in. */
export function closedBy(
  rules: Ruleset,
  packet: Packet,
): { readonly answer: Answer; readonly at: readonly InputChain[] } {
  const asked = rules.inputs
    .filter(input => input.family === 'inet' || input.family === packet.family)
    .map(input => ({ input, answer: answerOf(rules, input, packet) }))
  const at = asked.filter(one => one.answer !== 'open').map(one => one.input)
  if (at.length === 0) return { answer: 'open', at }
  return { answer: asked.some(one => one.answer === 'closed') ? 'closed' : 'unknown', at }
}

function answerOf(rules: Ruleset, input: InputChain, packet: Packet): Answer {
  const way = pass(rules, input.chain, packet, 0)
  const end = way.end === 'on' ? input.policy : way.end
  if (end === 'accept') return 'open'
  return way.mayAccept ? 'unknown' : 'closed'
}

interface Way {
  /** `on`: nothing decided; the caller goes on, or the policy decides. */
  readonly end: 'accept' | 'drop' | 'on'
  readonly mayAccept: boolean
}

/** The kernel refuses deeper ones. */
const deepest = 16

function pass(rules: Ruleset, chain: string, packet: Packet, depth: number): Way {
  let mayAccept = false
  if (depth > deepest) return { end: 'on', mayAccept }
  for (const rule of rules.chains.get(chain) ?? []) {
    const truth = holds(rule, packet)
    if (truth === false) continue
    const { verdict } = rule
    if (verdict.kind === 'jump' || verdict.kind === 'goto') {
      const inner = pass(rules, verdict.chain, packet, depth + 1)
      mayAccept ||= inner.mayAccept || (truth === undefined && inner.end === 'accept')
      if (truth && inner.end !== 'on') return { end: inner.end, mayAccept }
      if (truth && verdict.kind === 'goto') return { end: 'on', mayAccept }
    } else if (truth === undefined) mayAccept ||= verdict.kind === 'accept'
    else if (verdict.kind === 'return') return { end: 'on', mayAccept }
    else if (verdict.kind !== 'none') return { end: verdict.kind, mayAccept }
  }
  return { end: 'on', mayAccept }
}

/** Undefined: it cannot be told. */
function holds(rule: FilterRule, packet: Packet): boolean | undefined {
  const truths = rule.conditions.map(condition => isTrue(condition, packet))
  if (truths.includes(false)) return false
  return truths.includes(undefined) ? undefined : true
}

function isTrue(condition: Condition, packet: Packet): boolean | undefined {
  if (condition.on === 'unknown') return undefined
  const plain = plainly(condition, packet)
  return plain === undefined ? undefined : plain !== condition.not
}

function plainly(condition: Exclude<Condition, { on: 'unknown' }>, packet: Packet): boolean | undefined {
  switch (condition.on) {
    case 'family':
      return condition.values.includes(packet.family)
    case 'protocol':
      return condition.values.some(value => value === packet.protocol || value === 'all')
    case 'port':
      return condition.ranges.some(([from, to]) => packet.port >= from && packet.port <= to)
    case 'state':
      return condition.values.includes('new')
    case 'interface':
      return onInterface(condition.values, packet.interface)
    case 'source':
      return packet.source === undefined ? undefined : fromSource(condition.values, packet.source)
    default:
      return condition satisfies never
  }
}

/** Nothing of ours comes in by the loopback interface. */
function onInterface(values: readonly string[], name: string | undefined): boolean | undefined {
  if (name === undefined) return values.every(value => value === 'lo') ? false : undefined
  return values.some(value => (value.endsWith('*') ? name.startsWith(value.slice(0, -1)) : name === value))
}

function fromSource(values: readonly string[], source: string): boolean | undefined {
  const address = parseAddress(source)
  const inside = values.map(value => {
    const [text = '', length] = value.split('/')
    const network = parseAddress(text)
    if (!network || !address) return undefined
    return sameNetwork(network, address, length === undefined ? network.bits : Number(length))
  })
  return inside.includes(true) ? true : inside.includes(undefined) ? undefined : false
}
