import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Prng, prng } from '../../base/prng.ts'
import { milliseconds } from '../../base/units.ts'
import type { Decision, GraphAction } from '../../scheduler/decision.ts'
import { noBugs } from '../bugs.ts'
import { defaultDurations } from '../durations.ts'
import { firstCopy } from './cib-copy.ts'
import { downStack } from './coordinator.ts'
import type { Pacemaker, PacemakerPorts } from './ports.ts'
import { answered, begin } from './transition.ts'
import type { PacemakerEvent, Stack } from './types.ts'

const action = (id: number, kind: 'rsc' | 'pseudo', more: Partial<GraphAction> = {}): GraphAction => ({
  id,
  kind,
  op: 'start',
  rsc: `r${id}`,
  key: `r${id}_start_0`,
  ...(kind === 'rsc' ? { node: 'alpha' } : {}),
  interval: milliseconds(0),
  timeout: milliseconds(20_000),
  priority: 0,
  expected: 0,
  parameters: new Map(),
  meta: new Map(),
  allowFail: false,
  ...more,
})

const decisionOf = (actions: readonly GraphAction[], edges: Decision['edges']): Decision => ({
  nodes: [],
  current: [],
  placements: [],
  fencing: [],
  actions,
  edges,
  scores: [],
  promotion: [],
  changes: [],
  problems: [],
})

interface Bench {
  readonly p: Pacemaker
  readonly stack: Stack
  /** Actions in the order in which they were handed to the executor. */
  readonly started: number[]
}

/** A coordinator alone; what it hands out is written down and never run. */
function bench(nodeActionLimit = 8): Bench {
  const cib = firstCopy({
    options: [
      {
        id: 'o',
        pairs: [
          { name: 'node-action-limit', value: String(nodeActionLimit) },
          { name: 'batch-limit', value: '0' },
        ],
      },
    ],
    nodes: [],
    resources: [],
    templates: [],
    constraints: [],
    resourceDefaults: [],
    operationDefaults: [],
    fencingTopology: [],
    tags: [],
    others: [],
  })
  const stack: Stack = { ...downStack('alpha', cib), running: 'up', coordinator: 'alpha' }
  const started: number[] = []
  const after = (_delay: number, _node: string | undefined, event: PacemakerEvent): void => {
    if (event.kind === 'execute') started.push(event.operation.transition?.action ?? -1)
  }
  const unused = (): never => assert.fail('not needed here')
  const ports: PacemakerPorts = {
    timer: { now: () => 0, after },
    random: prng(1),
    bugs: noBugs,
    durations: defaultDurations,
    get agents() {
      return unused()
    },
    nodes: ['alpha'],
    say: () => undefined,
    schedule: unused,
    instant: unused,
    answers: () => true,
    members: () => ['alpha'],
    ringOf: () => 1,
    ringTurns: () => true,
    quorate: () => true,
    switchPower: unused,
    handlerDone: unused,
    phase: unused,
    replica: unused,
  }
  const state = {
    stacks: new Map([['alpha', stack]]),
    nextTransition: 1,
    nextOperation: 1,
    fencing: { history: [], devices: new Map(), attempts: new Map(), nextRequest: 1, requests: new Map() },
  }
  return { p: { state, ports }, stack, started }
}

const answer = ({ p, stack }: Bench, id: number): void =>
  answered(p, stack, { coordinator: 'alpha', transition: 1, action: id }, true, '')

test('what waits for ever is never begun, nor what comes after it; the transition ends without them', () => {
  const run = bench()
  const actions = [
    action(0, 'rsc'),
    action(1, 'pseudo', { waitsForever: true }),
    action(2, 'rsc'),
    action(3, 'rsc', { waitsForever: true }),
  ]
  begin(run.p, run.stack, decisionOf(actions, [[1, 2]]))
  assert.deepEqual(run.started, [0])
  answer(run, 0)
  assert.equal(run.stack.transition, undefined)
  assert.deepEqual(run.started, [0])
})

interface Graph {
  readonly actions: readonly GraphAction[]
  readonly edges: Decision['edges']
}

function randomGraph(random: Prng): Graph {
  const count = 2 + random.below(14)
  const actions = Array.from({ length: count }, (_, id) => action(id, random.chance(0.5) ? 'pseudo' : 'rsc'))
  const rank = actions.map(() => random.next())
  const edges = actions.flatMap(({ id: a }) =>
    actions.flatMap(({ id: b }): [number, number][] =>
      (rank[a] ?? 0) < (rank[b] ?? 0) && random.chance(0.25) ? [[a, b]] : [],
    ),
  )
  return { actions, edges }
}

/** The dumb twin: the whole list again and again, until nothing more can be begun. */
function twin({ actions, edges }: Graph, finished: Set<number>, started: number[], limit: number): void {
  let again = true
  while (again) {
    again = false
    for (const { id, kind } of actions) {
      const free = edges.every(([before, then]) => then !== id || finished.has(before))
      if (!free || finished.has(id) || started.includes(id)) continue
      if (kind === 'pseudo') {
        finished.add(id)
        again = true
      } else if (started.filter(s => !finished.has(s)).length < limit) started.push(id)
    }
  }
}

test('what is ready is begun in the order of the graph, as by reading the whole list again and again', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = prng(seed)
    const graph = randomGraph(random)
    const limit = 1 + random.below(3)
    const run = bench(limit)
    const expected: number[] = []
    const finished = new Set<number>()
    begin(run.p, run.stack, decisionOf(graph.actions, graph.edges))
    for (;;) {
      twin(graph, finished, expected, limit)
      assert.deepEqual(run.started, expected, `seed ${seed}`)
      const open = expected.filter(id => !finished.has(id))
      const next = open[random.below(Math.max(1, open.length))]
      if (next === undefined) break
      finished.add(next)
      answer(run, next)
    }
    assert.equal(finished.size, graph.actions.length, `seed ${seed}: everything was done`)
  }
})
