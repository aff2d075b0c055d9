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

/** What one node has been through since its Corosync started: who was with it, what the witness said. */
interface Step {
  readonly members: readonly string[]
  readonly yes: boolean
  /** last_man_standing's window has passed after it. */
  readonly stands: boolean
}

/** The dumb twin with a memory: reads the whole life of the node again, by the words of votequorum(5). */
function twin(c: QuorumConfig, life: readonly Step[]): boolean {
  const whole = c.nodes.length + (c.device?.votes ?? 0)
  let expected = whole
  let quorate = false
  let lastQuorate = c.nodes
  life.forEach(({ members, yes, stands }, index) => {
    const met = life.slice(0, index + 1).some(step => step.members.length === c.nodes.length)
    const votes = members.length + (yes ? (c.device?.votes ?? 0) : 0)
    if (members.length === c.nodes.length || members.length > expected) expected = whole
    const first = c.nodes.filter(node => lastQuorate.includes(node))[0] ?? ''
    const tie = c.autoTieBreaker && votes === expected - votes && members.includes(first)
    const enough = c.twoNode ? members.length > 0 : votes > expected - votes || tie
    quorate = enough && (met || !(c.waitForAll || c.autoTieBreaker))
    if (quorate) lastQuorate = members
    if (stands && quorate && c.lastManStanding && (members.length > 1 || c.autoTieBreaker)) expected = votes
  })
  return quorate
}

test('a node’s whole life, with every option, agrees with a twin that reads it from the beginning', () => {
  const random = prng(11)
  const told = new Map<boolean, number>()
  for (let round = 0; round < 3_000; round += 1) {
    const count = 2 + random.below(5)
    const c = config(count, {
      twoNode: count === 2 && random.chance(0.5),
      waitForAll: random.chance(0.5),
      autoTieBreaker: random.chance(0.3),
      lastManStanding: random.chance(0.4),
      device: count > 2 && random.chance(0.3) ? { algorithm: 'lms', votes: 1 + random.below(count - 1) } : undefined,
    })
    const memory = freshMemory(c, noBugs)
    const life: Step[] = []
    for (let step = 0; step < 8; step += 1) {
      const members = c.nodes.filter(node => node === 'n2' || random.chance(0.7))
      const next = { members, yes: c.device !== undefined && random.chance(0.5), stands: random.chance(0.5) }
      life.push(next)
      decide(c, memory, members, next.yes, noBugs)
      const expected = twin(c, life)
      assert.equal(memory.quorate, expected, JSON.stringify({ c, life }))
      assert.equal(memory.votes, members.length + (next.yes ? (c.device?.votes ?? 0) : 0))
      if (next.stands) standLast(c, memory, members)
      told.set(expected, (told.get(expected) ?? 0) + 1)
    }
  }
  assert.ok((told.get(true) ?? 0) > 3_000 && (told.get(false) ?? 0) > 3_000, 'both answers were given often')
})
