// Every rule of the answer, by example: each situation is judged as its row in testdata/situations.ts says.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { milliseconds } from '../base/units.ts'
import { protection } from './protection.ts'
import { downRules } from './rules/down.ts'
import { lossRules } from './rules/loss.ts'
import { takeoverRules } from './rules/takeover.ts'
import { warningRules } from './rules/warnings.ts'
import { balancers, beta, pair } from './testdata/clusters.ts'
import { situations } from './testdata/situations.ts'
import { healthyBalancers, healthyPair, resource, withNode } from './testdata/snapshots.ts'
import { reasons } from './wording.ts'

for (const { name, cluster, snapshot, before, ...expected } of situations) {
  test(`protection: ${name}`, () => {
    const p = protection(cluster, snapshot, before)
    const found = reasons(p)
    assert.equal(p.answer, expected.answer, JSON.stringify(found, null, 1))
    assert.deepEqual(
      found.map(r => r.code),
      expected.reasons.map(([code]) => code),
      JSON.stringify(found, null, 1),
    )
    for (const [i, [, text]] of expected.reasons.entries()) assert.ok(found[i]?.text.includes(text), found[i]?.text)
    assert.deepEqual(
      p.warnings.map(w => w.code),
      expected.warnings,
    )
  })
}

test('every rule of every table is met by some situation', () => {
  const met = new Set(
    situations.flatMap(s => {
      const p = protection(s.cluster, s.snapshot, s.before)
      return [...reasons(p).map(r => r.code), ...p.warnings.map(w => w.code)]
    }),
  )
  const codes = [...downRules, ...lossRules, ...takeoverRules, ...warningRules].map(r => r.code)
  const shownElsewhere = [
    'not-primary',
    'one-link',
    'fence-spare',
    'fence-same-power',
    'witness',
    'asynchronous',
    'clock',
  ]
  assert.deepEqual(codes.filter(c => !met.has(c)).toSorted(), shownElsewhere.toSorted())
})

const warns = (p: ReturnType<typeof protection>): string[] => p.warnings.map(w => w.code)

test('not-primary: the volume is Secondary where its service runs', () => {
  const replicas = healthyPair.replicas.map(r => ({ ...r, role: 'Secondary' as const }))
  const p = protection(pair, { ...healthyPair, replicas })
  assert.equal(p.answer, 'down')
  assert.deepEqual(
    p.services[0]?.down.map(d => d.code),
    ['not-primary'],
  )
})

test('a witness carries the quorum of two nodes, and one that does not vote does not', () => {
  const cluster = {
    ...pair,
    quorum: { kind: 'witness', host: 'gamma', management: { host: 'gamma' }, algorithm: 'ffsplit' },
  } as const
  const views = (votes: number, witness: 'voting' | 'not-voting') =>
    healthyPair.quorum.map(q => ({ ...q, votes, expected: 3, witness }))
  assert.equal(protection(cluster, { ...healthyPair, quorum: views(3, 'voting') }).answer, 'protected')
  const without = protection(cluster, { ...healthyPair, quorum: views(2, 'not-voting') })
  assert.equal(without.answer, 'unprotected')
  assert.ok(without.services[0]?.risks.every(r => r.reasons.some(x => x.text.includes('the witness does not vote'))))
  assert.deepEqual(warns(without), ['witness'])
})

test('warnings by the cluster file: one link, fencing on the same power, an asynchronous protocol', () => {
  const cluster = {
    ...pair,
    nodes: pair.nodes.map(n => ({
      ...n,
      links: n.links.slice(0, 1),
      fence: n.fence.map(d => ({ ...d, sharesPower: true })),
    })),
    volumes: pair.volumes.map(v => ({ ...v, protocol: 'A' as const })),
  }
  const p = protection(cluster, healthyPair)
  assert.equal(p.answer, 'protected')
  assert.deepEqual(warns(p), ['one-link', 'fence-same-power', 'fence-same-power', 'asynchronous'])
})

test('a second fencing level stands in for the first', () => {
  const cluster = {
    ...pair,
    nodes: pair.nodes.map(n => ({ ...n, fence: [...n.fence, ...n.fence.map(d => ({ ...d, level: 2 }))] })),
  }
  const spare = healthyPair.fencing.devices.flatMap(d => [
    { ...d, healthy: false },
    { ...d, id: `${d.id}-2` },
  ])
  const p = protection(cluster, { ...healthyPair, fencing: { ...healthyPair.fencing, devices: spare } })
  assert.equal(p.answer, 'protected')
  assert.deepEqual(warns(p), ['fence-spare', 'fence-spare'])
})

test('both devices of one level are needed', () => {
  const cluster = { ...pair, nodes: pair.nodes.map(n => ({ ...n, fence: [...n.fence, ...n.fence] })) }
  const devices = healthyPair.fencing.devices.flatMap(d => [d, { ...d, id: `${d.id}-2`, healthy: false }])
  const p = protection(cluster, { ...healthyPair, fencing: { ...healthyPair.fencing, devices } })
  assert.equal(p.answer, 'unprotected')
})

test('a clock that is apart is told', () => {
  const p = protection(pair, withNode(healthyPair, beta, { clockOffset: milliseconds(-4_000) }))
  assert.deepEqual(warns(p), ['clock'])
})

test('a service that needs an unprotected one is not protected itself', () => {
  const [db] = pair.services
  const [web] = balancers.services
  assert.ok(db && web)
  const cluster = { ...pair, services: [db, { ...web, after: ['db'] }] }
  const snapshot = {
    ...healthyPair,
    resources: [...healthyPair.resources, ...healthyBalancers.resources.filter(r => r.nodes.every(n => n !== 'gamma'))],
  }
  assert.equal(protection(cluster, snapshot).answer, 'protected')
  const p = protection(cluster, { ...snapshot, leftovers: ['cli-ban-db-on-beta'] })
  assert.deepEqual(
    p.services.map(s => [s.service, s.answer, s.risks.flatMap(r => r.reasons.map(x => x.code))]),
    [
      ['db', 'unprotected', ['target-banned']],
      ['web', 'unprotected', ['needs']],
    ],
  )
})

test('companions move together: what keeps one back keeps both back', () => {
  const [db] = pair.services
  assert.ok(db)
  const app = { ...db, name: 'app', blueprint: 'postgresql', volumes: [], addresses: [], with: ['db'] }
  const cluster = { ...pair, services: [db, app] }
  const snapshot = {
    ...healthyPair,
    resources: [
      ...healthyPair.resources,
      resource(
        'app-postgresql',
        'systemd:app',
        'Started',
        healthyPair.nodes.slice(0, 1).map(n => n.name),
        ['app'],
      ),
    ],
  }
  assert.equal(protection(cluster, snapshot).answer, 'protected')
  const p = protection(cluster, { ...snapshot, leftovers: ['cli-ban-db-on-beta'] })
  assert.deepEqual(
    p.services.map(s => s.answer),
    ['unprotected', 'unprotected'],
  )
})

test('what is not seen is never called protected: taking away any one sight does not improve the answer', () => {
  const blind = [
    { ...healthyPair, replicas: [] },
    { ...healthyPair, quorum: [] },
    { ...healthyPair, resources: [] },
    { ...healthyPair, fencing: { enabled: false, devices: [], history: [] } },
    { ...healthyPair, nodes: healthyPair.nodes.map(n => ({ ...n, membership: 'unknown' as const })) },
    { ...healthyPair, nodes: [] },
  ]
  for (const snapshot of blind) assert.notEqual(protection(pair, snapshot).answer, 'protected')
})

test('every code is documented, and every documented code exists', () => {
  const doc = readFileSync(new URL('../../../docs/status-json.md', import.meta.url), 'utf8')
  const documented = new Set([...doc.matchAll(/<code>([a-z-]+)<\/code>/g)].map(m => m[1]))
  const codes = [...downRules, ...lossRules, ...takeoverRules, ...warningRules].map(r => r.code)
  assert.deepEqual([...documented].toSorted(), [...new Set([...codes, 'needs', 'unseen'])].toSorted())
})
