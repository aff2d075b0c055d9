import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { found } from '../../core/base/assert.ts'
import type { Cluster } from '../../core/model/types.ts'
import { readCluster } from '../../core/spec/read.ts'
import { labTopology } from './topology.ts'

function example(name: string, change: (text: string) => string = text => text): Cluster {
  const file = join(import.meta.dirname, '../../../examples', `${name}.yaml`)
  return found(readCluster(change(readFileSync(file, 'utf8')), file).value, name)
}
const plugs = (cluster: Cluster): readonly string[] =>
  labTopology(cluster, 'debian13').machines.map(
    ({ name, plugs }) => `${name}: ${plugs.map(plug => `${plug.network} ${plug.address}`).join(', ')}`,
  )

test('each link is a network, and the client is on all of them', () => {
  assert.deepEqual(plugs(example('postgresql-pair')), [
    'alpha: link0 10.10.1.1/24, link1 10.10.2.1/24',
    'beta: link0 10.10.1.2/24, link1 10.10.2.2/24',
    'client: link0 10.10.1.254/24, link1 10.10.2.254/24',
  ])
})

test('a service address that no link carries gets a network of its own', () => {
  const elsewhere = (text: string): string => text.replace('10.10.1.100/24', '192.0.2.100/26')
  assert.deepEqual(plugs(example('postgresql-pair', elsewhere)), [
    'alpha: link0 10.10.1.1/24, link1 10.10.2.1/24, lan0 192.0.2.108/26',
    'beta: link0 10.10.1.2/24, link1 10.10.2.2/24, lan0 192.0.2.109/26',
    'client: link0 10.10.1.254/24, link1 10.10.2.254/24, lan0 192.0.2.126/26',
  ])
})

test('the client never takes an address of the cluster', () => {
  const taken = (text: string): string => text.replace('10.10.1.100/24', '10.10.1.254/24')
  assert.match(plugs(example('postgresql-pair', taken)).at(-1) ?? '', /link0 10\.10\.1\.253\/24/)
})

test('nodes have their disks and BMCs, the client has neither', () => {
  const { machines } = labTopology(example('postgresql-pair'), 'debian13')
  for (const machine of machines) {
    const isNode = machine.name !== 'client'
    assert.equal(machine.hasBmc, isNode)
    assert.deepEqual(
      machine.disks.map(disk => disk.volumeGroup),
      isNode ? ['vg0'] : [],
    )
  }
  const [disk] = machines[0]?.disks ?? []
  assert.ok((disk?.size ?? 0) > 8 * 2 ** 30, 'room for the volume and its metadata')
})

test('every example has a place in the lab', () => {
  for (const name of ['three-nodes', 'haproxy-active-active', 'haproxy-active-passive', 'witness-pair']) {
    const cluster = example(name)
    const { machines } = labTopology(cluster, 'debian13')
    assert.equal(machines.length, cluster.nodes.length + 1, name)
    const addresses = machines.flatMap(machine => machine.plugs.map(plug => plug.address))
    assert.equal(new Set(addresses).size, addresses.length, `${name}: ${addresses.join(' ')}`)
  }
})
