import assert from 'node:assert/strict'
import { test } from 'node:test'
import { found } from '../../core/base/assert.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import { alpha, balancers, beta, pair } from '../../core/view/testdata/clusters.ts'
import { ago, dbOn, healthyBalancers, healthyPair } from '../../core/view/testdata/snapshots.ts'
import { arrival, type Decision, decide, type Move } from './decide.ts'

const db = found(pair.services[0], 'a service')
const web = found(balancers.services[0], 'a service')

const codes = (decision: Decision): readonly string[] =>
  decision.kind === 'refused' ? decision.reasons.map(reason => reason.code) : [decision.kind]

const withBeta = (change: Partial<Snapshot['nodes'][number]>): Snapshot => ({
  ...healthyPair,
  nodes: healthyPair.nodes.map(node => (node.name === beta ? { ...node, ...change } : node)),
})
const noMove: Move = { service: db, from: alpha, to: beta, units: ['db'], leftovers: [] }

test('a healthy pair: the group moves to the only other node', () => {
  const decision = decide(pair, healthyPair, db, undefined)
  assert.deepEqual(decision, { kind: 'possible', move: noMove })
})

test('where it is already, nothing moves, and what an earlier switchover left is found', () => {
  const leftovers = ['cli-prefer-db', 'cli-prefer-other']
  assert.deepEqual(decide(pair, { ...healthyPair, leftovers }, db, alpha), {
    kind: 'already-there',
    on: alpha,
    leftovers: [{ constraint: 'cli-prefer-db', unit: 'db' }],
  })
})

const refusals: readonly (readonly [name: string, snapshot: Snapshot, code: string])[] = [
  ['standby', withBeta({ standby: true }), 'target-standby'],
  ['offline', withBeta({ membership: 'offline' }), 'target-absent'],
  ['a ban by hand', { ...healthyPair, leftovers: ['cli-ban-db-on-beta'] }, 'target-banned'],
  [
    'no quorum',
    { ...healthyPair, quorum: healthyPair.quorum.map(view => ({ ...view, quorate: false })) },
    'target-quorum',
  ],
  [
    'an outdated replica',
    {
      ...healthyPair,
      replicas: healthyPair.replicas.map(each => (each.node === beta ? { ...each, disk: 'Outdated' as const } : each)),
    },
    'target-replica',
  ],
  [
    'maintenance of the cluster',
    { ...healthyPair, resources: healthyPair.resources.map(row => ({ ...row, managed: false })) },
    'unmanaged',
  ],
  [
    'stopped',
    { ...healthyPair, resources: healthyPair.resources.map(row => ({ ...row, role: 'Stopped' as const, nodes: [] })) },
    'not-running',
  ],
  [
    'active twice',
    {
      ...healthyPair,
      resources: healthyPair.resources.map(row => (row.id === 'pgdata-fs' ? { ...row, nodes: [alpha, beta] } : row)),
    },
    'active-twice',
  ],
  [
    'nobody answers',
    {
      ...healthyPair,
      nodes: healthyPair.nodes.map(node => ({ ...node, reachable: false })),
      unseen: [alpha, beta].map(node => ({ node, what: 'everything' as const, why: 'no route' })),
    },
    'unseen',
  ],
]
for (const [name, snapshot, code] of refusals) {
  test(`refused: ${name}`, () => assert.ok(codes(decide(pair, snapshot, db, beta)).includes(code), code))
}

test('addresses that share the load are not moved: they would come back', () => {
  assert.deepEqual(codes(decide(balancers, healthyBalancers, web, beta)), ['shares-load'])
})

test('it has arrived when every part runs there, and failed when a part has failed there since', () => {
  const there: Snapshot = { ...healthyPair, resources: dbOn(beta, alpha) }
  assert.deepEqual(arrival(pair, noMove, healthyPair, there), { kind: 'arrived' })
  assert.equal(arrival(pair, noMove, healthyPair, healthyPair).kind, 'moving')
  const failed = { resource: 'db-postgresql', node: beta, operation: 'start', reason: 'no space', failCount: 1_000_000 }
  const now = { ...healthyPair, failures: [{ ...failed, at: ago(0) }] }
  assert.deepEqual(arrival(pair, noMove, healthyPair, now), {
    kind: 'failed',
    why: 'db-postgresql failed on beta (start): no space',
  })
  assert.equal(arrival(pair, noMove, now, now).kind, 'moving', 'an old failure says nothing about this move')
})
