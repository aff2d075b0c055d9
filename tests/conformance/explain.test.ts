// Explanations that add up: for recorded cases and for generated clusters in several states, the contributions that the
// trace names must sum to the score that the engine gives, without a remainder that nobody explains; asking must change no
// answer; and every resource and node must be explained without a defect. That the scores are crm_simulate's own is judged
// by the conformance suite ("scores").
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answer } from '../../src/app/commands/schedule/answer.ts'
import { add, score, ZERO } from '../../src/core/base/score.ts'
import { instant } from '../../src/core/base/units.ts'
import { parseCib } from '../../src/core/cib/parse.ts'
import type { Decision } from '../../src/core/scheduler/decision.ts'
import { explain } from '../../src/core/scheduler/explain/explain.ts'
import { showExplanations } from '../../src/core/scheduler/explain/show.ts'
import { schedule } from '../../src/core/scheduler/schedule.ts'
import { simulate } from '../../src/core/scheduler/simulate.ts'
import { generate } from './generate.ts'
import { absent, givenCases } from './given.ts'
import { levels } from './parts/draw.ts'
import { print } from './tree.ts'

const clock = instant(1_700_000_000_000)

function decide(text: string, trace: boolean): Decision | undefined {
  return answer(text, 'cib.xml', { clock, trace }).value?.decision
}

/** What does not add up, as "resource on node: sum instead of score". */
function remainders(decision: Decision): string[] {
  const sums = new Map<string, number>()
  const wrong: string[] = []
  for (const part of decision.trace ?? []) {
    if (part.cause === 'other') wrong.push(`${part.rsc} on ${part.node}: ${part.score} of unknown cause`)
    if (part.about === 'state' || part.dropped !== undefined || part.late) continue
    const key = `${part.about} ${part.rsc} ${part.node}`
    sums.set(key, add(score(sums.get(key) ?? ZERO), part.score))
  }
  const compare = (key: string, value: number): void => {
    const sum = sums.get(key) ?? 0
    if (sum !== value) wrong.push(`${key}: ${sum} instead of ${value}`)
  }
  // A resource may be listed several times; what counts is the list from which its node was chosen, the last one.
  const last = new Map(decision.scores.map(([, rsc, node, value]) => [`placement ${rsc} ${node}`, value]))
  for (const [key, value] of last) compare(key, value)
  for (const [rsc, node, value] of decision.promotion) if (node !== '') compare(`promotion ${rsc} ${node}`, value)
  return wrong
}

function judge(text: string, name: string): number {
  const [plain, traced] = [decide(text, false), decide(text, true)]
  if (!plain || !traced) return 0
  assert.equal(plain.trace, undefined, 'no trace where none was asked for')
  const { trace, ...untraced } = traced
  assert.ok(trace)
  assert.deepEqual(untraced, plain, `${name}: asking changes the answer`)
  assert.deepEqual(remainders(traced), [], name)
  return traced.scores.length
}

test('recorded cases: contributions add up to the scores', { skip: absent ?? false }, () => {
  let compared = 0
  for (const { file, text } of givenCases()) compared += judge(text, file)
  assert.ok(compared > 20_000, `${compared} scores`)
})

test('generated clusters, two states each: contributions add up to the scores', () => {
  const first = Math.floor(Date.now() / 1000) % 1e8
  let compared = 0
  for (let seed = first; seed < first + 25; seed += 1) {
    for (const level of levels) {
      const name = `generate(${seed}, ${level})`
      const text = print(generate(seed, level).cib)
      compared += judge(text, name)
      const { value: cib } = parseCib(text, 'cib.xml')
      if (!cib) continue
      const later = simulate(cib, schedule(cib, clock), { failures: [], now: clock })
      assert.deepEqual(remainders(schedule(later, clock, { trace: true })), [], `${name}, afterwards`)
    }
  }
  assert.ok(compared > 500, `${compared} scores`)
})

test('recorded cases: everything can be explained, and no word is missing', { skip: absent ?? false }, () => {
  for (const { file, text } of givenCases().filter((_, at) => at % 3 === 0)) {
    const { value } = answer(text, file, { clock, trace: true })
    if (!value) continue
    const { cib, now, decision } = value
    const names = new Set([...decision.placements.slice(0, 12).map(p => p.id), ...decision.nodes.map(n => n.node)])
    for (const subject of names) {
      const explanations = explain({ subject, cib, now, decision, node: decision.nodes[0]?.node })
      const lines = showExplanations(explanations).join('\n')
      assert.ok(explanations.length > 0, `${file}: nothing about ${subject}`)
      assert.doesNotMatch(lines, /undefined|NaN|\[object|__/, `${file}: ${subject}\n${lines}`)
    }
  }
})
