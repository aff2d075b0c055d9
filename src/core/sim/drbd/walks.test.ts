// Random walks: whatever is done to replicas, in whatever order, they move along the rows of the state tables only (a
// move that has no row throws), never come to a pair of states that the documentation rules out, and, once everything is
// well again, two that are connected and up to date hold the same blocks.
// Not covered: resyncs of real size, and what an application sees (the oracles of random histories look at that); equal
// blocks of three disks, which the model does not keep to in every walk (docs/simulator.md, "Open").
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Prng, prng } from '../../base/prng.ts'
import { impossible } from '../../drbd/states.ts'
import { differences } from '../disk.ts'
import { type Bench, bench, pairConfig } from './bench-for-tests.ts'
import { adjust, demote, diskAnswers, down, promote, submit, up } from './device.ts'
import type { ResourceConfig } from './types.ts'

const threeConfig: ResourceConfig = {
  ...pairConfig,
  replicas: ['alpha', 'beta', 'gamma'].map(node => ({ node, diskless: false })),
  quorum: true,
}

const configs: Readonly<Record<string, ResourceConfig>> = {
  'a pair without fencing': pairConfig,
  'a pair with fencing': { ...pairConfig, fencing: 'resource-and-stonith' },
  'a pair that heals its split brains': {
    ...pairConfig,
    afterSplitBrain: ['discard-zero-changes', 'discard-secondary', 'disconnect'],
  },
  'three replicas with quorum': threeConfig,
  'two replicas and a diskless voter': {
    ...threeConfig,
    replicas: threeConfig.replicas.map(r => ({ ...r, diskless: r.node === 'gamma' })),
  },
}

let nextWrite = 1

/** What may be done; each is refused, or does nothing, where it cannot be. */
const steps: readonly ((b: Bench, node: string, other: string, random: Prng) => void)[] = [
  (b, node) => {
    if (!b.off.has(node)) promote(b.drbd, 'data', node)
  },
  (b, node) => void demote(b.drbd, 'data', node),
  (b, node) => {
    if (!b.off.has(node)) up(b.drbd, 'data', node)
  },
  (b, node, _other, random) => {
    if (random.chance(0.3)) down(b.drbd, 'data', node)
  },
  (b, node, other, random) => b.setCable(node, other, random.chance(0.6)),
  (b, node, _other, random) => b.setPower(node, random.chance(0.6)),
  (b, node) => {
    if (!b.off.has(node)) submit(b.drbd, 'data', node, { id: nextWrite, blocks: [nextWrite++ % 16] })
  },
  (b, _node, _other, random) => {
    b.fencing.answer = random.pick([undefined, true, false])
  },
  (b, node, _other, random) => setDisk(b, node, random.pick(['working', 'working', 'error', 'hang'] as const)),
  (b, node) => {
    if (!b.off.has(node)) adjust(b.drbd, 'data', node)
  },
]

function setDisk(b: Bench, node: string, health: 'working' | 'error' | 'hang'): void {
  const disk = b.disks.get(node)
  if (disk) disk.health = health
  if (health !== 'hang') diskAnswers(b.drbd, 'data', node)
}

function check(b: Bench, nodes: readonly string[], what: string): void {
  for (const r of nodes.map(b.at)) {
    if (!r.up) continue
    for (const { connection, replication, role, disk, node } of r.peers.values()) {
      const state = { role: r.role, disk: r.disk, connection, replication, peerRole: role, peerDisk: disk }
      const rule = impossible.find(i => i.broken(state))
      assert.equal(rule?.name, undefined, `${what}: ${r.node} towards ${node}: ${JSON.stringify(state)}`)
    }
  }
}

/** Everything works again, and somebody who knows says so. */
function mend(b: Bench, nodes: readonly string[]): void {
  b.fencing.answer = true
  for (const node of nodes) {
    setDisk(b, node, 'working')
    b.setPower(node, true)
    for (const other of nodes) if (other !== node) b.setCable(node, other, true)
  }
  for (const node of nodes) up(b.drbd, 'data', node)
  b.run(120_000)
  for (const node of nodes) adjust(b.drbd, 'data', node)
  b.run(600_000)
}

for (const [name, config] of Object.entries(configs))
  test(`${name}: 150 random walks keep to the tables`, () => {
    const nodes = config.replicas.map(r => r.node)
    const seen = new Set<string>()
    for (let seed = 1; seed <= 150; seed += 1) {
      const random = prng(seed)
      const b = bench(config, seed)
      for (const node of nodes) up(b.drbd, 'data', node)
      b.run(2_000)
      for (let step = 0; step < 60; step += 1) {
        const node = random.pick(nodes)
        const other = random.pick(nodes.filter(n => n !== node))
        random.pick(steps)(b, node, other, random)
        check(b, nodes, `seed ${seed}, step ${step}`)
        b.run(random.chance(0.5) ? random.below(50) : random.below(30_000))
        check(b, nodes, `seed ${seed}, after step ${step}`)
        for (const r of nodes.map(b.at)) seen.add(r.disk)
      }
      mend(b, nodes)
      check(b, nodes, `seed ${seed}, mended`)
      if (config !== threeConfig) agree(b, nodes, seed)
    }
    for (const disk of ['UpToDate', 'Inconsistent', 'Diskless']) assert.ok(seen.has(disk), `some replica was ${disk}`)
  })

function agree(b: Bench, nodes: readonly string[], seed: number): void {
  for (const r of nodes.map(b.at))
    for (const p of r.peers.values()) {
      if (p.connection !== 'Connected' || p.disk !== 'UpToDate' || r.disk !== 'UpToDate') continue
      const [own, theirs] = [b.disks.get(r.node), b.disks.get(p.node)]
      if (own && theirs) assert.deepEqual(differences(own, theirs), [], `seed ${seed}: ${r.node} and ${p.node}`)
    }
}

test('a disk that hangs keeps what it was given, finishes it in its order, and forgets it with the power', () => {
  const b = bench(pairConfig)
  for (const node of ['alpha', 'beta']) up(b.drbd, 'data', node)
  b.run(2_000)
  promote(b.drbd, 'data', 'alpha')
  setDisk(b, 'beta', 'hang')
  for (const id of [1, 2]) submit(b.drbd, 'data', 'alpha', { id, blocks: [7] })
  b.run(1_000)
  assert.deepEqual([b.completed.size, b.disks.get('beta')?.blocks.get(7)], [0, undefined])
  setDisk(b, 'beta', 'working')
  b.run(10)
  assert.deepEqual(
    [[...b.completed], b.disks.get('beta')?.blocks.get(7)],
    [
      [
        [1, true],
        [2, true],
      ],
      2,
    ],
  )
  setDisk(b, 'beta', 'hang')
  submit(b.drbd, 'data', 'alpha', { id: 3, blocks: [7] })
  b.run(100)
  b.setPower('beta', false)
  setDisk(b, 'beta', 'working')
  b.run(60_000)
  assert.equal(b.disks.get('beta')?.blocks.get(7), 2)
})
