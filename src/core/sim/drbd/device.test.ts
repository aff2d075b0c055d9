import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prng } from '../../base/prng.ts'
import { impossible } from '../../drbd/states.ts'
import { differences } from '../disk.ts'
import type { Bench } from './bench-for-tests.ts'
import { bench, pairConfig } from './bench-for-tests.ts'
import { demote, down, openDevice, promote, submit, up } from './device.ts'
import type { ResourceConfig } from './types.ts'

const handler = { patience: { secondary: 80_000, primary: 3_600_000 }, assumesDeath: false }
const careful: ResourceConfig = { ...pairConfig, fencing: 'resource-and-stonith', fencePeerHandler: handler }
const write = (b: Bench, node: string, id: number): string => submit(b.drbd, 'data', node, { id, blocks: [id] })

function connectedPair(config: ResourceConfig): Bench {
  const b = bench(config)
  for (const { node } of config.replicas) up(b.drbd, 'data', node)
  b.run(5_000)
  return b
}

const link = (b: Bench, node: string): string =>
  [...b.at(node).peers.values()].map(p => `${p.connection} ${p.replication}`).join()

test('two equal replicas connect, and are up to date on both sides', () => {
  const b = connectedPair(careful)
  assert.deepEqual(
    [b.at('alpha').disk, b.at('beta').disk, link(b, 'alpha')],
    ['UpToDate', 'UpToDate', 'Connected Established'],
  )
})

test('protocol C: a write is acknowledged when both disks have it', () => {
  const b = connectedPair(careful)
  promote(b.drbd, 'data', 'alpha')
  write(b, 'alpha', 7)
  b.run(1.5)
  assert.equal(b.completed.has(7), false)
  b.run(10)
  assert.deepEqual([b.completed.get(7), b.disks.get('beta')?.blocks.get(7)], [true, 7])
})

test('alone, with fencing, Consistent is not good enough: the peer has to be made sure of', () => {
  const b = bench(careful)
  up(b.drbd, 'data', 'alpha')
  b.run(1_000)
  assert.equal(b.at('alpha').disk, 'Consistent')
  assert.equal(promote(b.drbd, 'data', 'alpha').kind, 'asking')
  b.fencing.answer = true
  const again = bench(careful)
  again.fencing.answer = true
  up(again.drbd, 'data', 'alpha')
  promote(again.drbd, 'data', 'alpha')
  assert.deepEqual([promote(again.drbd, 'data', 'alpha').kind, again.at('alpha').disk], ['done', 'UpToDate'])
})

test('a second Primary is refused, and says who is in the way', () => {
  const b = connectedPair(careful)
  promote(b.drbd, 'data', 'alpha')
  const answer = promote(b.drbd, 'data', 'beta')
  assert.equal(answer.kind === 'refused' && answer.why, 'Multiple primaries not allowed by config (alpha is Primary)')
})

test('a mounted device cannot be demoted, and a Primary cannot go down', () => {
  const b = connectedPair(careful)
  promote(b.drbd, 'data', 'alpha')
  openDevice(b.drbd, 'data', 'alpha', true)
  assert.equal(demote(b.drbd, 'data', 'alpha'), 'Device is held open by someone')
  openDevice(b.drbd, 'data', 'alpha', false)
  assert.equal(down(b.drbd, 'data', 'alpha'), 'Device is Primary')
  assert.equal(demote(b.drbd, 'data', 'alpha'), undefined)
})

test('resource-and-stonith: I/O is frozen from the loss of the peer until the handler is done', () => {
  const b = connectedPair(careful)
  promote(b.drbd, 'data', 'alpha')
  b.setCable('alpha', 'beta', false)
  write(b, 'alpha', 1)
  b.run(20_000)
  assert.deepEqual([b.at('alpha').suspendedByFencing, b.completed.has(1)], [true, false])
  write(b, 'alpha', 2)
  b.run(1_000)
  assert.equal(b.completed.has(2), false)
})

test('after a loss the new Primary’s changes, and only they, are copied back', () => {
  const b = connectedPair(pairConfig)
  promote(b.drbd, 'data', 'alpha')
  write(b, 'alpha', 1)
  b.run(100)
  b.setPower('alpha', false)
  b.run(20_000)
  promote(b.drbd, 'data', 'beta')
  for (const id of [2, 3]) write(b, 'beta', id)
  b.run(100)
  b.setPower('alpha', true)
  up(b.drbd, 'data', 'alpha')
  b.run(60_000)
  assert.equal(b.at('alpha').disk, 'UpToDate')
  assert.deepEqual(differences(b.disks.get('alpha') ?? never(), b.disks.get('beta') ?? never()), [])
  assert.ok(b.journal.some(line => line.includes('alpha: data: SyncTarget of beta: beta went on')))
})

const never = (): never => {
  throw new Error('no such disk')
}

test('both went on alone: split brain is told, and both stay as they are', () => {
  const b = connectedPair(pairConfig)
  promote(b.drbd, 'data', 'alpha')
  b.setCable('alpha', 'beta', false)
  b.run(20_000)
  promote(b.drbd, 'data', 'beta')
  write(b, 'alpha', 1)
  write(b, 'beta', 2)
  b.run(100)
  b.setCable('alpha', 'beta', true)
  b.run(30_000)
  assert.deepEqual([link(b, 'alpha'), link(b, 'beta')], ['StandAlone Off', 'StandAlone Off'])
  assert.deepEqual([b.disks.get('alpha')?.blocks.get(1), b.disks.get('beta')?.blocks.get(2)], [1, 2])
})

test('a Secondary that leaves its Primary knows that its data is outdated, and cannot be promoted', () => {
  const b = connectedPair(careful)
  promote(b.drbd, 'data', 'alpha')
  down(b.drbd, 'data', 'beta')
  b.setPower('alpha', false)
  b.fencing.answer = true
  up(b.drbd, 'data', 'beta')
  b.run(1_000)
  const answer = promote(b.drbd, 'data', 'beta')
  assert.equal(answer.kind === 'refused' && answer.why, 'Need access to UpToDate data (own disk is Outdated)')
})

test('a crashed Primary’s activity log is copied to its peer when they meet again', () => {
  const b = connectedPair(careful)
  promote(b.drbd, 'data', 'alpha')
  b.setCable('alpha', 'beta', false)
  write(b, 'alpha', 5)
  b.run(5)
  b.setPower('alpha', false)
  b.setCable('alpha', 'beta', true)
  b.setPower('alpha', true)
  up(b.drbd, 'data', 'alpha')
  b.run(60_000)
  assert.equal(b.disks.get('beta')?.blocks.get(5), 5)
})

test('quorum: the minority’s Primary is frozen, the majority may promote', () => {
  const three: ResourceConfig = {
    ...pairConfig,
    quorum: true,
    replicas: ['alpha', 'beta', 'gamma'].map(node => ({ node, diskless: false })),
  }
  const b = connectedPair(three)
  promote(b.drbd, 'data', 'alpha')
  b.setCable('alpha', 'beta', false)
  b.setCable('alpha', 'gamma', false)
  b.run(30_000)
  write(b, 'alpha', 1)
  b.run(1_000)
  assert.deepEqual([b.at('alpha').suspendedByQuorum, b.completed.has(1)], [true, false])
  assert.equal(promote(b.drbd, 'data', 'beta').kind, 'done')
})

for (const [name, config] of [
  ['two replicas with fencing', careful],
  ['two replicas without', pairConfig],
] as const) {
  test(`random walks of ${name}: no impossible pair of states ever occurs`, () => {
    for (let seed = 1; seed <= 60; seed += 1) randomWalk(config, seed)
  })
}

function randomWalk(config: ResourceConfig, seed: number): void {
  const b = bench(config, seed)
  const random = prng(seed)
  const nodes = config.replicas.map(r => r.node)
  b.fencing.answer = random.chance(0.8)
  for (let step = 1; step < 80; step += 1) {
    const node = random.pick(nodes)
    const alive = !b.off.has(node)
    const dice = random.below(9)
    if (dice < 2 && alive) up(b.drbd, 'data', node)
    else if (dice === 2 && alive) promote(b.drbd, 'data', node)
    else if (dice === 3 && alive) demote(b.drbd, 'data', node)
    else if (dice === 4 && alive) down(b.drbd, 'data', node)
    else if (dice === 5) b.setPower(node, !alive)
    else if (dice === 6) b.setCable('alpha', 'beta', random.chance(0.6))
    else if (alive && b.at(node).role === 'Primary') write(b, node, step)
    b.run(random.next() ** 4 * 30_000)
    for (const at of nodes) checkPossible(b, at, seed)
  }
}

function checkPossible(b: Bench, node: string, seed: number): void {
  const r = b.at(node)
  if (!r.up) return
  for (const p of r.peers.values()) {
    const state = {
      role: r.role,
      disk: r.disk,
      connection: p.connection,
      replication: p.replication,
      peerRole: p.role,
      peerDisk: p.disk,
    }
    const broken = impossible.find(rule => rule.broken(state))
    assert.equal(broken, undefined, `seed ${seed}, ${node}: ${broken?.name} ${JSON.stringify(state)}`)
  }
}

test('a write that was under way to the last up-to-date disk fails when that disk is lost', () => {
  const b = connectedPair(pairConfig)
  promote(b.drbd, 'data', 'alpha')
  const alpha = b.at('alpha')
  alpha.disk = 'Inconsistent'
  b.setCable('alpha', 'beta', false)
  write(b, 'alpha', 9)
  b.run(60_000)
  assert.deepEqual([link(b, 'alpha'), b.completed.get(9)], ['Connecting Off', false])
})

test('a resync never copies an old block over a write that the peer has before the source', () => {
  const b = connectedPair(pairConfig)
  promote(b.drbd, 'data', 'alpha')
  b.setCable('alpha', 'beta', false)
  b.run(30_000)
  write(b, 'alpha', 7)
  b.run(1_000)
  b.setCable('alpha', 'beta', true)
  const resync = () => b.at('alpha').peers.get('beta')?.resync
  while (!resync()) b.run(1)
  b.run((resync()?.endsAt ?? 0) - b.queue.now - 10)
  b.at('alpha').diskBusyUntil = b.queue.now + 50
  submit(b.drbd, 'data', 'alpha', { id: 8, blocks: [7] })
  b.run(5)
  assert.equal(b.disks.get('beta')?.blocks.get(7), 8)
  b.run(1_000)
  assert.deepEqual(
    ['alpha', 'beta'].map(node => b.disks.get(node)?.blocks.get(7)),
    [8, 8],
  )
})

test('a Primary whose peer has not answered a write yet does not step back', () => {
  const b = connectedPair(pairConfig)
  promote(b.drbd, 'data', 'alpha')
  const disk = b.disks.get('beta')
  if (disk) disk.health = 'hang'
  write(b, 'alpha', 7)
  b.run(100)
  assert.equal(demote(b.drbd, 'data', 'alpha'), 'I/O is under way')
  assert.equal(b.completed.has(7), false)
})

test('a Primary without its disk that finds its peer again leaves its own disk behind', () => {
  const b = connectedPair(pairConfig)
  promote(b.drbd, 'data', 'alpha')
  b.setCable('alpha', 'beta', false)
  const disk = b.disks.get('alpha')
  if (disk) disk.health = 'error'
  write(b, 'alpha', 7)
  b.run(30_000)
  assert.equal(b.at('alpha').disk, 'Diskless')
  b.setCable('alpha', 'beta', true)
  b.run(30_000)
  write(b, 'alpha', 8)
  b.run(1_000)
  assert.deepEqual([b.completed.get(8), b.disks.get('beta')?.blocks.get(8)], [true, 8])
  assert.ok(b.at('beta').meta.current > b.at('alpha').meta.current)
})
