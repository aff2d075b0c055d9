import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prng } from '../base/prng.ts'
import { noBugs } from './bugs.ts'
import type { QuorumConfig } from './votes.ts'
import { decide, freshMemory, standLast, witnessChoice } from './votes.ts'

const config = (count: number, options: Partial<QuorumConfig> = {}): QuorumConfig => ({
  nodes: Array.from({ length: count }, (_, index) => `n${index + 1}`),
  twoNode: false,
  waitForAll: false,
  autoTieBreaker: false,
  lastManStanding: false,
  lastManStandingWindow: 10_000,
  device: undefined,
  ...options,
})

/** The dumb twin of plain majorities: counts heads. */
const moreThanHalf = (part: number, all: number): boolean => part > all - part

test('plain majorities agree with counting heads, for every partition of up to nine nodes', () => {
  for (let all = 1; all <= 9; all += 1)
    for (let part = 1; part <= all; part += 1) {
      const c = config(all)
      const memory = freshMemory(c, noBugs)
      decide(c, memory, c.nodes.slice(0, part), false, noBugs)
      assert.equal(memory.quorate, moreThanHalf(part, all), `${part} of ${all}`)
    }
})

test('two partitions are never both quorate, whatever the options, unless the cluster is two_node', () => {
  const random = prng(3)
  for (let round = 0; round < 5_000; round += 1) {
    const c = config(2 + random.below(7), {
      autoTieBreaker: random.chance(0.5),
      device: random.chance(0.3) ? { algorithm: random.pick(['ffsplit', 'lms'] as const), votes: 1 } : undefined,
    })
    const [left, right] = [c.nodes, c.nodes].map(() => freshMemory(c, noBugs))
    if (!left || !right) continue
    for (const memory of [left, right]) decide(c, memory, c.nodes, c.device !== undefined, noBugs)
    const cut = c.nodes.filter(() => random.chance(0.5))
    const rest = c.nodes.filter(node => !cut.includes(node))
    const chosen = witnessChoice(
      c,
      [cut, rest].filter(part => part.length > 0),
    )
    decide(c, left, cut, chosen === cut, noBugs)
    decide(c, right, rest, chosen === rest, noBugs)
    assert.ok(!(left.quorate && right.quorate && cut.length > 0 && rest.length > 0), JSON.stringify({ c, cut }))
  }
})

test('two_node: one is enough, but not before both were seen', () => {
  const c = config(2, { twoNode: true, waitForAll: true })
  const memory = freshMemory(c, noBugs)
  decide(c, memory, ['n1'], false, noBugs)
  assert.equal(memory.quorate, false)
  decide(c, memory, ['n1', 'n2'], false, noBugs)
  decide(c, memory, ['n1'], false, noBugs)
  assert.equal(memory.quorate, true)
})

test('auto_tie_breaker: the half with the lowest node wins, the other does not', () => {
  const c = config(4, { autoTieBreaker: true })
  const outcome = (members: string[]): boolean => {
    const memory = freshMemory(c, noBugs)
    decide(c, memory, c.nodes, false, noBugs)
    decide(c, memory, members, false, noBugs)
    return memory.quorate
  }
  assert.deepEqual([outcome(['n1', 'n3']), outcome(['n2', 'n4'])], [true, false])
})

test('last_man_standing: node by node down to two, and with a tie-breaker to one', () => {
  const down = (options: Partial<QuorumConfig>): number => {
    const c = config(6, { lastManStanding: true, ...options })
    const memory = freshMemory(c, noBugs)
    let alive = 6
    decide(c, memory, c.nodes, false, noBugs)
    while (alive > 0 && memory.quorate) {
      standLast(c, memory, c.nodes.slice(0, alive))
      alive -= 1
      if (alive > 0) decide(c, memory, c.nodes.slice(0, alive), false, noBugs)
    }
    return memory.quorate ? 0 : alive + 1
  }
  assert.equal(down({}), 2)
  assert.equal(down({ autoTieBreaker: true }), 0)
})
