// Golden files: every example on every platform. `REWRITE=1 node --test …` writes them anew; only commit the changes if
// you understand what caused them. That the real tools accept them is tests/engines/accepted.test.ts.
import assert from 'node:assert/strict'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { found } from '../base/assert.ts'
import type { Cluster } from '../model/types.ts'
import { readCluster } from '../spec/read.ts'
import type { Platform } from './artifacts.ts'
import { compile } from './compile.ts'
import { checkPlatform, platforms } from './platforms.ts'
import { secretSources } from './secrets.ts'
import { showArtifacts } from './show.ts'
import { isAtLeast } from './versions.ts'

const root = join(import.meta.dirname, '../../..')
const examples = globSync(join(root, 'examples/*.yaml')).sort()
const read = (file: string): Cluster => found(readCluster(readFileSync(file, 'utf8'), basename(file)).value, file)
const pair = read(join(root, 'examples/postgresql-pair.yaml'))

describe('golden files', () => {
  for (const example of examples)
    for (const [name, platform] of Object.entries(platforms))
      test(`${basename(example)} on ${name}`, () => {
        const golden = join(import.meta.dirname, 'testdata', name, `${basename(example, '.yaml')}.txt`)
        const cluster = read(example)
        assert.deepEqual(checkPlatform(cluster, platform), [])
        const text = showArtifacts(compile(cluster, platform))
        if (process.env['REWRITE'] === '1') {
          mkdirSync(dirname(golden), { recursive: true })
          writeFileSync(golden, text)
        }
        assert.ok(existsSync(golden), `${golden} is missing: REWRITE=1 writes it`)
        assert.equal(text, readFileSync(golden, 'utf8'))
      })
})

describe('what depends on the versions', () => {
  const cib = (change: Partial<Platform>): string => compile(pair, { ...platforms.debian13, ...change }).cib
  test('fencing-* from Pacemaker 3.0.2, stonith-* before', () => {
    assert.match(cib({ pacemaker: '3.0.2' }), /name="fencing-enabled" value="true"/)
    assert.doesNotMatch(cib({ pacemaker: '3.0.2' }), /stonith-enabled/)
    assert.match(cib({ pacemaker: '3.0.1' }), /name="stonith-enabled" value="true"/)
  })
  test('roles before Pacemaker 2.1 are spelt the old way', () => {
    assert.match(cib({ pacemaker: '2.0.5' }), /with-rsc-role="Master"/)
    assert.match(cib({ pacemaker: '2.0.5' }), /name="master-max"/)
    assert.doesNotMatch(cib({ pacemaker: '2.0.5' }), /romoted/)
  })
  test('three replicas need DRBD 9', () => {
    const three = read(join(root, 'examples/three-nodes.yaml'))
    const cluster = { ...three, volumes: three.volumes.map(v => ({ ...v, nodes: three.nodes.map(n => n.name) })) }
    assert.deepEqual(
      checkPlatform(cluster, platforms.debian13).map(p => p.code),
      ['too-many-replicas'],
    )
    assert.deepEqual(checkPlatform(cluster, platforms['debian13-drbd9']), [])
  })
  test('versions are compared as numbers', () => {
    assert.ok(isAtLeast('3.0.10', '3.0.2'))
    assert.ok(isAtLeast('2.1', '2.1.0'))
    assert.ok(!isAtLeast('2.1.5', '3'))
    assert.ok(!isAtLeast('8.4.11', '9'))
  })
})

test('no secret stands in the CIB, and each secret file is known by its source', () => {
  const artifacts = compile(pair, platforms.debian13)
  assert.doesNotMatch(artifacts.cib, /name="passw(?:or)?d"/)
  const sources = secretSources(pair)
  for (const host of artifacts.hosts.values()) {
    const secrets = host.files.filter(file => file.secret !== undefined)
    assert.ok(secrets.length >= 5)
    for (const file of secrets) {
      assert.equal(file.mode, 0o400)
      assert.equal(file.content, '')
      assert.ok(sources.has(found(file.secret, file.path)), file.path)
    }
  }
})

test('a secret that an agent reads from its configuration only is a placeholder', () => {
  const [alpha, beta] = pair.nodes
  const snmp = {
    agent: 'fence_apc_snmp',
    level: 1,
    parameters: { ip: '10.1.1.1' },
    secrets: { community: { kind: 'file', path: 'x' } },
    sharesPower: false,
  } as const
  const cluster = { ...pair, nodes: [{ ...found(alpha, 'alpha'), fence: [snmp] }, found(beta, 'beta')] }
  assert.match(compile(cluster, platforms.debian13).cib, /name="community" value="\{secret:fence-alpha-community\}"/)
})

test('without fencing there are no devices, and Pacemaker is told so', () => {
  const cluster: Cluster = { ...pair, fencing: { kind: 'none', reason: 'a test of what must not be' } }
  const { cib, hosts } = compile(cluster, platforms.debian13)
  assert.match(cib, /name="stonith-enabled" value="false"/)
  assert.doesNotMatch(cib, /class="stonith"|priority-fencing-delay|fencing-topology/)
  for (const host of hosts.values()) assert.ok(!host.files.some(file => file.path.includes('/secrets/')))
})
