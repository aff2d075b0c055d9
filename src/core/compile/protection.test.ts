// What stands between a fault and the data: DRBD's fencing or quorum, the delays that keep two nodes from shooting each
// other, the timing that they rest on. Each of these is a rule that nobody would notice missing until the bad day.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { found } from '../base/assert.ts'
import type { Cluster, TimingProfile } from '../model/types.ts'
import { readCluster } from '../spec/read.ts'
import { compile } from './compile.ts'
import { platforms } from './platforms.ts'
import { timingOf } from './timing.ts'
import { toCorosync } from './to-corosync.ts'
import { toDrbd } from './to-drbd.ts'

const example = (name: string): Cluster => {
  const path = join(import.meta.dirname, '../../../examples', `${name}.yaml`)
  return found(readCluster(readFileSync(path, 'utf8'), path).value, name)
}
const pair = example('postgresql-pair')
const three = example('three-nodes')
const { debian13: old, 'debian13-drbd9': nine } = platforms

describe('a volume and its lost peer', () => {
  const drbd = (cluster: Cluster, platform = old) => toDrbd(cluster, found(cluster.volumes[0], 'a volume'), platform)
  const change = (cluster: Cluster, what: object): Cluster => ({
    ...cluster,
    volumes: cluster.volumes.map(volume => ({ ...volume, ...what })),
  })
  test('8.4: fencing in disk, unfencing after the resync', () => {
    const { net, disk, handlers, hosts, paths } = drbd(pair)
    assert.equal(disk['fencing'], 'resource-and-stonith')
    assert.equal(net['fencing'], undefined)
    assert.deepEqual(Object.keys(handlers), ['fence-peer', 'after-resync-target'])
    assert.ok(hosts.every(host => host.id === undefined))
    assert.equal(paths.length, 1)
    assert.equal(paths[0]?.[0]?.address, pair.nodes[0]?.links[1])
  })
  test('9 with two replicas and no third node: fencing in net, its own unfence handler, a path over each link', () => {
    const { net, disk, options, handlers, paths } = drbd(pair, nine)
    assert.equal(net['fencing'], 'resource-and-stonith')
    assert.equal(disk['fencing'], undefined)
    assert.deepEqual(Object.keys(handlers), ['fence-peer', 'unfence-peer'])
    assert.deepEqual(options, { 'auto-promote': 'no' })
    assert.equal(paths.length, 2)
  })
  test('9 with a third node: quorum instead of fencing, never both; the third holds no data', () => {
    const { net, disk, options, handlers, hosts } = drbd(three, nine)
    assert.equal(options['quorum'], 'majority')
    assert.equal(options['on-no-quorum'], 'io-error')
    assert.deepEqual([net['fencing'], disk['fencing'], handlers], [undefined, undefined, {}])
    assert.deepEqual(
      hosts.map(({ volumes }) => volumes.every(volume => volume.disk !== undefined)),
      [true, true, false],
    )
  })
  test('8.4 with a third node in the cluster: still two replicas, still fencing', () => {
    const { disk, hosts } = drbd(three)
    assert.equal(disk['fencing'], 'resource-and-stonith')
    assert.deepEqual(
      hosts.map(({ name }) => name),
      ['alpha', 'beta'],
    )
  })
  test('protocol A, and a cluster without fencing, can only mark the peer', () => {
    assert.equal(drbd(change(pair, { protocol: 'A' })).disk['fencing'], 'resource-only')
    assert.equal(drbd(change(pair, { protocol: 'B' })).disk['fencing'], 'resource-and-stonith')
    const none: Cluster = { ...pair, fencing: { kind: 'none', reason: 'a test of it' } }
    assert.equal(drbd(none).disk['fencing'], 'resource-only')
    assert.equal(drbd(none, nine).net['fencing'], 'resource-only')
  })
  test('a split brain is never resolved by a rule', () => {
    for (const [cluster, platform] of [
      [pair, old],
      [pair, nine],
      [three, nine],
    ] as const)
      for (const when of ['after-sb-0pri', 'after-sb-1pri', 'after-sb-2pri'])
        assert.equal(drbd(cluster, platform).net[when], 'disconnect')
  })
})

describe('timing', () => {
  const profiles: readonly TimingProfile[] = ['lan-fast', 'balanced', 'cloud']
  const timed = (cluster: Cluster, timing: TimingProfile) => timingOf({ ...cluster, timing })
  test('token and consensus of each profile', () => {
    const corosync = (cluster: Cluster, timing: TimingProfile) => {
      const { token, consensus } = toCorosync({ ...cluster, timing })
      return [token, consensus]
    }
    assert.deepEqual(
      profiles.map(profile => corosync(pair, profile)),
      [
        [1_000, 250],
        [3_000, 750],
        [20_000, 5_000],
      ],
    )
    assert.deepEqual(
      profiles.map(profile => corosync(three, profile)),
      [
        [1_000, 1_200],
        [3_000, 3_600],
        [20_000, 24_000],
      ],
    )
  })
  test("with three nodes consensus is at least 1.2 × token, as Corosync asks; on two it stays above join's 50 ms", () => {
    for (const profile of profiles) {
      assert.ok(timed(three, profile).consensus >= 1.2 * timed(three, profile).token)
      assert.ok(timed(pair, profile).consensus > 50)
    }
  })
  test('the head start in fencing is at least twice the tie-break', () => {
    for (const profile of profiles) assert.ok(timed(pair, profile).fencingHead >= 2 * timed(pair, profile).tieBreak)
  })
  test("DRBD's timeout is below ping-int and connect-int", () => {
    for (const profile of profiles) {
      const {
        timeout,
        'ping-int': ping,
        'connect-int': connect,
        'ping-timeout': answer,
      } = timed(pair, profile).replication
      assert.ok(Number(timeout) / 10 < Number(ping) && Number(timeout) / 10 < Number(connect))
      assert.ok(Number(answer) / 10 < Number(ping))
    }
  })
  test('the fencing timeout is longer than the device, token and consensus together', () => {
    for (const timing of profiles) {
      const { cib } = compile({ ...pair, timing }, old)
      const seconds = Number(found(/stonith-timeout" value="([0-9]+)s"/.exec(cib)?.[1], 'a fencing timeout'))
      const { token, consensus } = timed(pair, timing)
      assert.ok(seconds * 1_000 >= 60_000 + token + consensus, timing)
    }
  })
})

describe('two nodes that lose each other', () => {
  test('the devices of exactly one node wait, and it is not the preferred one', () => {
    const delayed = (cluster: Cluster): readonly string[] =>
      [...compile(cluster, old).cib.matchAll(/id="(fence-\S+)-parameters-pcmk_delay_base"/g)].map(
        match => match[1] ?? '',
      )
    assert.deepEqual(delayed(pair), ['fence-beta', 'fence-beta-2'])
    const [service] = pair.services
    const other: Cluster = {
      ...pair,
      services: [{ ...found(service, 'db'), prefer: found(pair.nodes[1], 'beta').name }],
    }
    assert.deepEqual(delayed(other), ['fence-alpha', 'fence-alpha-2'])
    assert.deepEqual(delayed(three), [])
  })
  test('whatever runs where, no two nodes weigh the same', () => {
    const [service] = pair.services
    const services = ['a', 'b', 'c', 'd'].map(name => ({ ...found(service, 'db'), name, volumes: [], addresses: [] }))
    const bare: Cluster = {
      ...pair,
      volumes: [],
      services: services.map(one => ({
        ...one,
        blueprint: 'haproxy',
        parameters: {},
        addresses: [{ address: '10.9.9.9', prefixLength: 24 }],
      })),
    }
    const weights = [...compile(bare, old).cib.matchAll(/name="priority" value="([0-9]+)"/g)].map(match =>
      Number(match[1]),
    )
    assert.equal(weights.length, 4)
    for (let split = 1; split < 2 ** weights.length; split += 1) {
      const here = weights.reduce((sum, weight, index) => sum + ((split >> index) & 1) * weight, 0)
      const all = weights.reduce((sum, weight) => sum + weight, 0)
      assert.notEqual(here, all - here)
    }
  })
  test('with more than two nodes the majority decides, and nobody waits', () => {
    assert.doesNotMatch(compile(three, old).cib, /priority-fencing-delay|pcmk_delay/)
  })
})
