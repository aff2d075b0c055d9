import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { found } from '../base/assert.ts'
import { nodeName } from '../base/units.ts'
import { compile } from '../compile/compile.ts'
import { platforms } from '../compile/platforms.ts'
import type { Fault } from '../drill/world.ts'
import { readCluster } from '../spec/read.ts'
import { boot, fork } from './boot.ts'
import { defaultDurations, typical } from './durations.ts'
import { inject } from './faults.ts'
import { planFrom } from './from-artifacts.ts'
import type { Sim } from './sim.ts'

function planOf(example: string) {
  const file = new URL(`../../../examples/${example}.yaml`, import.meta.url)
  const cluster = found(readCluster(readFileSync(file, 'utf8'), example).value, example)
  const platform = cluster.nodes.length > 2 ? platforms['debian13-drbd9'] : platforms.debian13
  return found(planFrom(compile(cluster, platform), {}).value, example)
}

/** Everything that requests leave behind, but for the moments at which they were answered. */
function traces(sim: Sim): unknown {
  sim.account()
  return {
    books: sim.state.clients.map(c => [c.nextRow, c.acknowledged.map(a => [a.row, a.twice]), [...c.newest]]),
    disks: [...sim.state.disks].map(([name, disk]) => [name, disk.blocks]),
    wal: [...sim.state.contents].map(([name, { wal, cleanlyStopped }]) => [name, wal, cleanlyStopped]),
    bitmaps: [...sim.state.drbd.resources.values()].flatMap(({ config, replicas }) =>
      [...replicas.values()].map(r => config.replicas.map(c => c.diskless || r.meta.dirty.get(c.node)?.size)),
    ),
  }
}

const durations = typical(defaultDurations)

for (const example of ['postgresql-pair', 'haproxy-active-active', 'three-nodes'])
  test(`${example}: a client that dozes leaves behind what one leaves that asks at every tick`, () => {
    const { sim } = boot(planOf(example), { seed: 1, durations })
    const [awake, dozing] = [fork(sim, { seed: 1, durations }), fork(sim, { seed: 1, durations, doze: true })]
    for (const s of [awake, dozing]) s.advance(sim.now() + 400_050)
    assert.ok(dozing.state.clients.every(c => c.doze))
    assert.ok(dozing.state.queue.sequence < awake.state.queue.sequence / 4, 'far fewer events')
    assert.deepEqual(traces(dozing), traces(awake))
  })

const power: Fault = { kind: 'power', node: nodeName('beta'), action: 'off' }
const error: Fault = { kind: 'disk', node: nodeName('beta'), volume: 'pgdata', state: 'error' }
const hang: Fault = { kind: 'disk', node: nodeName('alpha'), volume: 'pgdata', state: 'hang' }
const killed: Fault = { kind: 'kill', node: nodeName('alpha'), what: 'service:db', signal: 'KILL' }

for (const fault of [power, error, hang, killed])
  test(`what happens to a service wakes its client: ${fault.kind} of ${'node' in fault && fault.node}`, () => {
    const { sim } = boot(planOf('postgresql-pair'), { seed: 1, durations })
    const [awake, dozing] = [fork(sim, { seed: 1, durations }), fork(sim, { seed: 1, durations, doze: true })]
    for (const s of [awake, dozing]) {
      s.advance(sim.now() + 10_000)
      inject(s, fault)
      assert.ok(s.state.clients.every(c => !c.doze))
      s.advance(sim.now() + 300_000)
      s.account()
    }
    const gap = (s: Sim): number => {
      const times = s.state.clients[0]?.acknowledged.map(a => a.at) ?? []
      return Math.max(...times.map((at, index) => at - (times[index - 1] ?? at)))
    }
    assert.deepEqual(
      dozing.state.clients.map(c => c.acknowledged.at(-1)?.twice),
      awake.state.clients.map(c => c.acknowledged.at(-1)?.twice),
    )
    assert.ok(Math.abs(gap(dozing) - gap(awake)) < 11_000, `${gap(dozing)} ms beside ${gap(awake)} ms`)
  })
