// The answer judged by what then happens. For every example: any one thing goes wrong, the cluster comes to rest, and we
// ask "would a failure now be survived?"; then each machine that is still up loses its power, one at a time, each time
// from the same moment. Where the answer was "protected", the service must serve again and nothing may be lost.
// Left out: an agent that hangs or lies, because no snapshot shows it before it is asked.
// The other direction is told as a figure only: to be too careful is allowed, to be too sure is not.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { found } from '../../src/core/base/assert.ts'
import type { NodeName } from '../../src/core/base/units.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { platforms } from '../../src/core/compile/platforms.ts'
import type { Fault } from '../../src/core/drill/world.ts'
import type { Cluster } from '../../src/core/model/types.ts'
import { boot, fork, settled } from '../../src/core/sim/boot.ts'
import { serving } from '../../src/core/sim/clients.ts'
import { inject } from '../../src/core/sim/faults.ts'
import { planFrom } from '../../src/core/sim/from-artifacts.ts'
import { incidentsOf } from '../../src/core/sim/incidents.ts'
import type { Sim, SimOptions } from '../../src/core/sim/sim.ts'
import { lostRows, simWorld } from '../../src/core/sim/world.ts'
import { readCluster } from '../../src/core/spec/read.ts'
import { type Answer, type Protection, protection } from '../../src/core/view/protection.ts'
import { reasons } from '../../src/core/view/wording.ts'

const options: SimOptions = { seed: 7 }

function cluster(name: string): Cluster {
  const file = new URL(`../../examples/${name}.yaml`, import.meta.url)
  return found(readCluster(readFileSync(file, 'utf8'), name).value, name)
}

function booted(model: Cluster): Sim {
  const plan = found(planFrom(compile(model, platforms.debian13), {}).value, model.name)
  const { sim, complete } = boot(plan, options)
  assert.ok(complete)
  for (const client of sim.state.clients) client.pace = 500
  return sim
}

const calmFor = 60

/** Until nothing has happened for longer than DRBD bears a silent peer (ko-count × timeout: 45 s), or for four minutes. */
function rest(sim: Sim): boolean {
  const until = sim.now() + 240_000
  let calm = 0
  let seen = sim.state.journal.length
  while (sim.now() < until && calm < calmFor) {
    sim.advance(sim.now() + 1_000)
    calm = settled(sim) && sim.state.journal.length === seen ? calm + 1 : 0
    seen = sim.state.journal.length
  }
  return calm >= calmFor
}

const ask = async (model: Cluster, sim: Sim): Promise<Protection> => protection(model, await simWorld(sim).look())

const serves = (sim: Sim, service: string): boolean =>
  sim.state.clients.filter(c => c.service.name === service).every(c => serving(sim.clients, c) !== undefined)

const loses = (sim: Sim, service: string): boolean =>
  sim.state.clients.filter(c => c.service.name === service).some(c => (lostRows(sim, c) ?? []).length > 0)

/** The machine is dead and stays dead: its fence device says truly that it is off, and cannot bring it back. */
function breakForGood(sim: Sim, node: NodeName, before: readonly Fault[]): void {
  const isDeviceBroken = before.some(fault => fault.kind === 'bmc' && fault.node === node)
  if (!isDeviceBroken) inject(sim, { kind: 'bmc', node, state: 'lying' })
  inject(sim, { kind: 'power', node, action: 'off' })
}

/** One thing that goes wrong, or several at once. */
interface Before {
  readonly title: string
  readonly faults: readonly Fault[]
}

const singles = (sim: Sim): Before[] =>
  incidentsOf(sim.state.plan)
    .filter(i => i.fault.kind !== 'agent')
    .map(({ title, fault }) => ({ title, faults: [fault] }))

/** What the table of single faults does not leave behind: fencing that fails, a machine that stays away, standby. */
const together = ({ nodes }: Cluster): Before[] =>
  nodes.flatMap(({ name: node }) => [
    { title: `${node} in standby`, faults: [{ kind: 'standby', node, on: true }] },
    {
      title: `${node} is dead`,
      faults: [
        { kind: 'bmc', node, state: 'lying' },
        { kind: 'power', node, action: 'off' },
      ],
    },
    {
      title: `${node} off, and its fence device out of order`,
      faults: [
        { kind: 'bmc', node, state: 'down' },
        { kind: 'power', node, action: 'off' },
      ],
    },
  ])

/** Of each node only the first fence device: nothing stands in for it. */
const withoutSpares = (model: Cluster): Cluster => ({
  ...model,
  nodes: model.nodes.map(n => ({ ...n, fence: n.fence.slice(0, 1) })),
})

const models: readonly (readonly [string, Cluster])[] = [
  ...['postgresql-pair', 'haproxy-active-active', 'three-nodes', 'witness-pair'].map(n => [n, cluster(n)] as const),
  ['postgresql-pair without spare fence devices', withoutSpares(cluster('postgresql-pair'))],
]

for (const [name, model] of models) {
  test(`what is called protected survives: ${name}`, async t => {
    const start = booted(model)
    assert.equal(
      (await ask(model, start)).answer,
      'protected',
      JSON.stringify(reasons(await ask(model, start)), null, 1),
    )
    const tally = new Map<Answer, number>()
    let tooCareful = 0
    const nothing: Before = { title: 'nothing has happened', faults: [] }
    for (const { title, faults } of [nothing, ...singles(start), ...together(model)]) {
      const hurt = fork(start, options)
      if (!faults.every(fault => inject(hurt, fault).ok)) continue
      if (!rest(hurt)) continue
      const judged = await ask(model, hurt)
      tally.set(judged.answer, (tally.get(judged.answer) ?? 0) + 1)
      let survivedAll = true
      for (const node of model.nodes.map(n => n.name).filter(n => hurt.answers(n))) {
        const then = fork(hurt, options)
        breakForGood(then, node, faults)
        rest(then)
        for (const service of judged.services) {
          const survived = serves(then, service.service) && !loses(then, service.service)
          survivedAll &&= survived
          assert.ok(
            survived || service.answer !== 'protected',
            `${title}: ${service.service} was called protected, and the loss of ${node} was not survived`,
          )
        }
      }
      if (judged.answer === 'unprotected' && survivedAll) {
        tooCareful += 1
        t.diagnostic(`careful: ${title}: ${reasons(judged).map(r => r.text)[0]}`)
      }
    }
    t.diagnostic(`${[...tally].map(([a, n]) => `${n} ${a}`).join(', ')}; ${tooCareful} times more careful than needed`)
  })
}
