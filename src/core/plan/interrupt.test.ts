// Interrupt everywhere: bare machines as a dumb model of files, disks and daemons; a plan's steps change it as the real
// ones change real machines. After each step, and in the middle of those that write several things, the work is cut off,
// the machines are looked at again, a new plan is made and carried out: all must end in the same state.
// Not verified: that the scripts do what this model says they do; the lab tests do that on real machines.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { found } from '../base/assert.ts'
import { prng } from '../base/prng.ts'
import { gibibytes } from '../base/units.ts'
import type { Cluster } from '../model/types.ts'
import { readCluster } from '../spec/read.ts'
import { drift, thisRound } from './plan.ts'
import { backingPath } from './questions.ts'
import { showPlan } from './show.ts'
import { bareWorld, planOf, type World } from './testdata/bare-world.ts'
import { carryOut, converge, first, inSomeOrder, stateOf } from './testdata/carry-out.ts'
import type { PlannedStep } from './types.ts'

function example(name: string): Cluster {
  const file = `examples/${name}.yaml`
  return found(readCluster(readFileSync(file, 'utf8'), file).value, name)
}

function twoVolumes(): Cluster {
  const text = readFileSync('examples/postgresql-pair.yaml', 'utf8')
    .replace('cluster: shop', 'cluster: two-volumes')
    .replace(/^( *)pgdata: .*$/m, line => `${line}\n${line.replace('pgdata', 'pgwal')}`)
    .replace('volumes: [pgdata]', 'volumes: [pgdata, pgwal]')
  const { value, problems } = readCluster(text, 'two-volumes.yaml')
  return found(value, problems.map(problem => problem.message).join())
}

const clusters = [...['postgresql-pair', 'witness-pair'].map(example), twoVolumes()]

for (const cluster of clusters) {
  test(`${cluster.name}: from bare machines to the end, and then nothing to do`, () => {
    const world = bareWorld(cluster)
    converge(world, first)
    assert.deepEqual(planOf(world).differences, [])
    assert.deepEqual(
      showPlan(planOf(world), { diffs: true }).map(line => line.text),
      ['Nothing to do: all is as the cluster file says.'],
    )
    const witness = cluster.quorum.kind === 'witness' ? ['witness'] : []
    assert.deepEqual([...world.proven].sort(), ['fencing', 'links', 'replication', 'service', ...witness])
  })

  test(`${cluster.name}: cut off after each step and inside each, it comes to the same end`, () => {
    const whole = bareWorld(cluster)
    const total = converge(whole, first)
    assert(total > 10)
    for (let cut = 0; cut < total; cut += 1)
      for (const inside of [0, 1, 2, 5, 8, Number.POSITIVE_INFINITY]) {
        const world = bareWorld(cluster)
        cutOff(world, cut, inside)
        converge(world, first)
        assert.deepEqual(stateOf(world), stateOf(whole), `cut off at step ${cut}, after ${inside} writes of it`)
      }
  })

  test(`${cluster.name}: steps in any order that the plan allows, cut off again and again`, () => {
    const whole = bareWorld(cluster)
    const total = converge(whole, first)
    for (let seed = 0; seed < 60; seed += 1) {
      const random = prng(seed)
      const any = (ready: readonly PlannedStep[]): PlannedStep => random.pick(ready)
      const world = bareWorld(cluster)
      for (let cuts = random.below(4); cuts >= 0; cuts -= 1) cutOff(world, random.below(total), random.below(12), any)
      converge(world, any)
      assert.deepEqual(stateOf(world), stateOf(whole), `seed ${seed}`)
    }
  })
}

function cutOff(world: World, at: number, inside: number, choose = first): void {
  let left = at
  for (let round = 0; round < 4; round += 1)
    for (const { step } of inSomeOrder(thisRound(planOf(world)), choose)) {
      carryOut(world, step, left === 0 ? inside : undefined)
      if (left === 0) return
      left -= 1
    }
}

test('a hand edit on a node is drift, and is put right without an outage', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  converge(world, first)
  const machine = found([...world.machines.values()][1], 'the second machine')
  const path = '/etc/corosync/corosync.conf'
  const file = found(machine.files.get(path), path)
  machine.files.set(path, { ...file, content: file.content.replace('token:', 'token_x:') })
  const made = planOf(world)
  assert.deepEqual(
    drift(made).map(one => [one.node, one.name, one.change]),
    [[machine.node, path, 'changed']],
  )
  assert(made.differences[0]?.diff?.some(line => line.startsWith('-') && line.includes('token_x:')))
  assert(made.steps.some(step => step.step.kind === 'reload-corosync'))
  assert(made.steps.every(step => step.hazard.level === 'none'))
  converge(world, first)
  assert.deepEqual(planOf(world).steps, [])
})

test('an active firewall lets the cluster in, on the witness too; a hand edit of it is drift', () => {
  const world = bareWorld(example('witness-pair'))
  const all = [...world.machines.values(), found(world.witness, 'a witness')]
  const rules = '*filter\n-A ufw-before-input -i lo -j ACCEPT\nCOMMIT\n'
  const [, second] = all
  for (const machine of all) machine.firewall = machine === second ? 'ufw' : 'firewalld'
  found(second, 'a node').files.set('/etc/ufw/before.rules', { content: rules, mode: 0o600, owner: 'root:adm' })
  converge(world, first)
  for (const machine of all) {
    const path = machine === second ? '/etc/ufw/before.rules' : '/etc/firewalld/policies/holdfast.xml'
    const port = machine === world.witness ? '5403' : '5406'
    assert.match(found(machine.files.get(path), path).content, new RegExp(`port.*${port}`))
  }
  const kept = found(second?.files.get('/etc/ufw/before.rules'), 'the rules')
  assert.deepEqual([kept.mode, kept.owner], [0o600, 'root:adm'])
  kept.content = kept.content.replace('5406', '5407')
  const made = planOf(world)
  assert.deepEqual(
    drift(made).map(one => [one.node, one.name, one.diff?.some(line => line.startsWith('-') && line.includes('5407'))]),
    [[second?.node, '/etc/ufw/before.rules', true]],
  )
  converge(world, first)
})

test('firewalld reads its rules anew, which is told as a hazard', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  for (const machine of world.machines.values()) machine.firewall = 'firewalld'
  const steps = planOf(world).steps.filter(({ step }) => step.kind === 'configure-host')
  assert.deepEqual(
    steps.map(step => step.hazard.level),
    ['short-outage', 'short-outage'],
  )
})

test('a device that carries anything is refused without the word for it', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  const [machine] = world.machines.values()
  const [volume] = world.cluster.volumes
  const path = backingPath(found(volume?.parts[0], 'a part').backing)
  machine?.disks.set(path, { size: gibibytes(100), signatures: new Set(['ext4']) })
  assert.deepEqual(
    planOf(world).troubles.map(one => one.kind),
    ['device-carries'],
  )
})

test('a disk that was replaced joins again and is filled from the other node', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  converge(world, first)
  const before = stateOf(world)
  const [, beta] = world.machines.values()
  const path = backingPath(found(world.cluster.volumes[0]?.parts[0], 'a part').backing)
  const machine = found(beta, 'the second machine')
  machine.disks.set(path, { size: found(machine.disks.get(path), path).size, signatures: new Set() })
  machine.up.delete('pgdata')
  assert.deepEqual(
    planOf(world).steps.map(step => step.id),
    ['create-metadata:beta:pgdata/0', 'bring-up:beta:pgdata'],
  )
  converge(world, first)
  assert.deepEqual(stateOf(world), before)
})

test('a disk that DRBD gave up after an error is attached again, where the other node has the data', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  converge(world, first)
  const before = stateOf(world)
  const [alpha, beta] = world.machines.values()
  found(beta, 'the second machine').up.set('pgdata', 'Diskless')
  const planned = planOf(world)
  assert.deepEqual(
    planned.steps.map(step => [step.id, step.hazard.level]),
    [['adjust-replication:beta', 'none']],
  )
  assert.deepEqual(
    planned.differences.map(({ node, name, change }) => [node, name, change]),
    [['beta', 'pgdata/0', 'changed']],
  )
  converge(world, first)
  assert.deepEqual(stateOf(world), before)
  for (const machine of [alpha, beta]) machine?.up.set('pgdata', 'Diskless')
  assert.deepEqual(planOf(world).steps, [], 'nobody knows whose disk is the good one')
})

test('a stopped cluster is started first, and its configuration compared when it can tell it', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  converge(world, first)
  for (const machine of world.machines.values()) machine.active.clear()
  const made = planOf(world)
  assert.equal(made.complete, false)
  assert.deepEqual(new Set(made.steps.map(step => step.step.kind)), new Set(['start-cluster']))
  converge(world, first)
})

/** The pair's file with the word that what was on the disks may be destroyed. */
function erasing(): Cluster {
  const cluster = found(clusters[0], 'a cluster')
  const parts = (volume: Cluster['volumes'][number]) => volume.parts.map(part => ({ ...part, eraseExisting: true }))
  return { ...cluster, volumes: cluster.volumes.map(volume => ({ ...volume, parts: parts(volume) })) }
}

test('with the word for it a device is wiped, once, and told as data loss', () => {
  const world = bareWorld(erasing())
  const path = backingPath(found(world.cluster.volumes[0]?.parts[0], 'a part').backing)
  for (const machine of world.machines.values())
    machine.disks.set(path, { size: gibibytes(100), signatures: new Set(['ext4', 'drbd']), label: 'old' })
  const wipes = planOf(world).steps.filter(step => step.step.kind === 'wipe-device')
  assert.deepEqual(
    wipes.map(step => step.hazard.level),
    ['data-loss', 'data-loss'],
  )
  converge(world, first)
  assert.deepEqual(planOf(world).steps, [])
})

test('the word never destroys a finished volume: not in a stopped cluster, not without its .res file', () => {
  const world = bareWorld(erasing())
  converge(world, first)
  for (const machine of world.machines.values()) {
    machine.active.clear()
    machine.up.clear()
    machine.files.delete('/etc/drbd.d/pgdata.res')
  }
  assert(!planOf(world).steps.some(step => step.step.kind === 'wipe-device'))
  const path = backingPath(found(world.cluster.volumes[0]?.parts[0], 'a part').backing)
  for (const machine of world.machines.values()) machine.disks.get(path)?.signatures.delete('drbd')
  assert(!planOf(world).steps.some(step => step.step.kind === 'wipe-device'))
  assert.deepEqual(new Set(planOf(world).troubles.map(one => one.kind)), new Set(['device-carries']))
})
