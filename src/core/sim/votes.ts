// Votequorum's arithmetic for one node: who is in my partition, and is that enough? Pure, with the little memory that
// the options need. Source: votequorum(5): two_node, wait_for_all, auto_tie_breaker, last_man_standing, quorum.device.
import type { Bugs } from './bugs.ts'

export interface QuorumConfig {
  /** Every node has one vote. */
  readonly nodes: readonly string[]
  readonly twoNode: boolean
  readonly waitForAll: boolean
  readonly autoTieBreaker: boolean
  readonly lastManStanding: boolean
  /** Milliseconds. */
  readonly lastManStandingWindow: number
  readonly device: { readonly algorithm: 'ffsplit' | 'lms'; readonly votes: number } | undefined
}

export interface QuorumMemory {
  quorate: boolean
  /** Has not seen every node yet since it started. */
  waitsForAll: boolean
  /** Lowered by last_man_standing. */
  expected: number
  votes: number
  deviceVotes: number
  /** Members of the last quorate partition, for the tie-breaker. */
  lastQuorate: readonly string[]
}

export const fullExpectation = (config: QuorumConfig): number => config.nodes.length + (config.device?.votes ?? 0)

export const freshMemory = (config: QuorumConfig, bugs: Bugs): QuorumMemory => ({
  quorate: false,
  waitsForAll: (config.waitForAll || config.autoTieBreaker) && !bugs.has('wait-for-all-ignored'),
  expected: fullExpectation(config),
  votes: 0,
  deviceVotes: 0,
  lastQuorate: config.nodes,
})

/** The threshold for so many expected votes. */
export const majority = (expected: number): number => Math.floor(expected / 2) + 1

/** A new membership, or a new word of the witness: decides again. `memory` is changed. */
export function decide(
  config: QuorumConfig,
  memory: QuorumMemory,
  members: readonly string[],
  deviceSaysYes: boolean,
  bugs: Bugs,
): void {
  memory.deviceVotes = deviceSaysYes ? (config.device?.votes ?? 0) : 0
  memory.votes = members.length + memory.deviceVotes
  if (members.length > memory.expected) memory.expected = fullExpectation(config)
  if (members.length === config.nodes.length) {
    memory.waitsForAll = false
    memory.expected = fullExpectation(config)
  }
  const counted = bugs.has('quorum-counts-the-absent') ? config.nodes : members
  if (counted.length === config.nodes.length) memory.waitsForAll = false
  memory.quorate = !memory.waitsForAll && enough(config, memory, counted)
  if (memory.quorate) memory.lastQuorate = members
}

function enough(config: QuorumConfig, memory: QuorumMemory, members: readonly string[]): boolean {
  if (config.twoNode && config.nodes.length === 2) return members.length >= 1
  const votes = members.length + memory.deviceVotes
  if (votes >= majority(memory.expected)) return true
  const half = 2 * votes === memory.expected
  const mayBreakTies = config.autoTieBreaker && half
  return mayBreakTies && holdsTheTie(config, memory, members)
}

/** The partition with the lowest node of those that were quorate together wins a tie. */
const holdsTheTie = (config: QuorumConfig, memory: QuorumMemory, members: readonly string[]): boolean => {
  const lowest = config.nodes.find(node => memory.lastQuorate.includes(node))
  return lowest !== undefined && members.includes(lowest)
}

/** last_man_standing, after its window: a quorate partition takes itself for the whole. */
export function standLast(config: QuorumConfig, memory: QuorumMemory, members: readonly string[]): void {
  if (!config.lastManStanding || !memory.quorate) return
  if (members.length < 2 && !config.autoTieBreaker) return
  memory.expected = members.length + memory.deviceVotes
}

/** The witness's choice among the partitions that reach it; a partition is the list of its members by node id. */
export function witnessChoice(
  config: QuorumConfig,
  partitions: readonly (readonly string[])[],
): readonly string[] | undefined {
  const order = (node: string | undefined): number => config.nodes.indexOf(node ?? '')
  const ranked = [...partitions].sort((a, b) => b.length - a.length || order(a[0]) - order(b[0]))
  return ranked[0]
}
