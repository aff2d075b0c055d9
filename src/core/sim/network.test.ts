import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prng } from '../base/prng.ts'
import { bothWays, change, effectiveLatency, network, passes } from './network.ts'

const nodes = ['a', 'b', 'c']

test('a one-way cut stops one direction, and what needs both', () => {
  const net = network(nodes, 2)
  change(net, { from: 'a', to: 'b', link: 0, oneWay: true }, c => Object.assign(c, { up: false }))
  assert.deepEqual(
    [passes(net, 'a', 'b', 0), passes(net, 'b', 'a', 0), bothWays(net, 'a', 'b', 0), bothWays(net, 'a', 'b', 1)],
    [false, true, false, true],
  )
})

test('a partition need not be transitive', () => {
  const net = network(nodes, 1)
  change(net, { from: 'a', to: 'c', oneWay: false }, c => Object.assign(c, { up: false }))
  assert.deepEqual(
    [bothWays(net, 'a', 'b', 0), bothWays(net, 'b', 'c', 0), bothWays(net, 'a', 'c', 0)],
    [true, true, false],
  )
})

test('a link that is not there cannot be changed', () => {
  const net = network(nodes, 1)
  assert.equal(
    change(net, { from: 'a', to: 'b', link: 3, oneWay: false }, () => undefined),
    false,
  )
  assert.equal(
    change(net, { from: 'a', to: 'nobody', oneWay: false }, () => undefined),
    false,
  )
})

test('loss costs retransmissions, never the message', () => {
  const net = network(nodes, 1)
  const random = prng(1)
  const mean = (): number =>
    Array.from({ length: 2_000 }, () => effectiveLatency(net, 'a', 'b', 0, random)).reduce((x, y) => x + y) / 2_000
  const healthy = mean()
  change(net, { from: 'a', to: 'b', oneWay: false }, c => Object.assign(c, { loss: 0.3 }))
  const lossy = mean()
  assert.ok(healthy < 1 && lossy > 50 && Number.isFinite(lossy), `${healthy} ${lossy}`)
})
