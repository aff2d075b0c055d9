import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { found } from '../base/assert.ts'
import { prng } from '../base/prng.ts'
import { readCluster } from '../spec/read.ts'
import { isNetworkOrBroadcast, parseAddress, sameNetwork, unusable } from './addresses.ts'
import { fenceId, idsOf, isName, isReservedName, owners } from './names.ts'

const example = (name: string) => {
  const path = join(import.meta.dirname, '../../../examples', `${name}.yaml`)
  return found(readCluster(readFileSync(path, 'utf8'), path).value, name)
}

describe('addresses', () => {
  const address = (text: string) => found(parseAddress(text), text)
  test('what is one and what is not', () => {
    for (const good of [
      '0.0.0.0',
      '10.1.2.3',
      '255.255.255.255',
      '::',
      '::1',
      'fd00::1',
      '1:2:3:4:5:6:7:8',
      '1::8',
      'FE80::a',
    ])
      assert.ok(parseAddress(good), good)
    for (const bad of [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.-4',
      'a.b.c.d',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      'g::',
      '1:2:3:4:5:6:7:8::',
    ])
      assert.equal(parseAddress(bad), undefined, bad)
  })
  test('one value for every spelling', () => {
    assert.deepEqual(parseAddress('fd00:0:0::0:1'), parseAddress('FD00::1'))
  })
  test('networks', () => {
    assert.ok(sameNetwork(address('10.1.1.1'), address('10.1.1.254'), 24))
    assert.ok(!sameNetwork(address('10.1.1.1'), address('10.1.2.1'), 24))
    assert.ok(sameNetwork(address('10.1.1.1'), address('10.1.2.1'), 16))
    assert.ok(!sameNetwork(address('10.1.1.1'), address('::1'), 0))
    assert.ok(isNetworkOrBroadcast(address('10.1.1.255'), 24) && isNetworkOrBroadcast(address('10.1.1.0'), 24))
    assert.ok(!isNetworkOrBroadcast(address('10.1.1.255'), 16) && !isNetworkOrBroadcast(address('10.1.1.0'), 31))
    assert.equal(unusable(address('127.0.0.2')), 'a loopback address')
    assert.equal(unusable(address('ff02::1')), 'a multicast address')
    assert.equal(unusable(address('192.0.2.1')), undefined)
  })
  test('a random address is read back as what it was made of', () => {
    const random = prng(7)
    for (let run = 0; run < 500; run += 1) {
      const four = Array.from({ length: 4 }, () => random.below(256))
      assert.equal(
        address(four.join('.')).value,
        four.reduce((sum, part) => sum * 256n + BigInt(part), 0n),
      )
      const six = Array.from({ length: 8 }, () => random.below(65_536))
      const text = six.map(group => group.toString(16)).join(':')
      assert.equal(
        address(text).value,
        six.reduce((sum, group) => sum * 65_536n + BigInt(group), 0n),
      )
    }
  })
})

describe('names', () => {
  test('the grammar', () => {
    for (const good of ['a', 'db', 'pg-data', 'n1', 'a-1-b']) assert.ok(isName(good), good)
    for (const bad of ['', '-a', 'a-', 'a--b', '1a', 'A', 'a_b', 'a.b', 'a b', 'a;b', 'a'.repeat(33)])
      assert.ok(!isName(bad), bad)
    for (const taken of ['db-ip', 'db-ip-2', 'x-fs', 'fence-x', 'prefer-x', 'cli-x'])
      assert.ok(isReservedName(taken), taken)
    for (const free of ['db', 'ip', 'fs-db', 'fencing']) assert.ok(!isReservedName(free), free)
  })
  test('from the cluster to ids and back', () => {
    const cluster = example('three-nodes')
    const [service] = cluster.services
    const ids = idsOf(found(service, 'db'), cluster)
    assert.deepEqual(ids, ['db', 'pg-data-fs', 'pg-wal-fs', 'db-postgresql', 'db-ip'])
    const back = owners(cluster)
    for (const id of ids) assert.deepEqual(back.get(id), { kind: 'service', service })
    assert.equal(back.get('pg')?.kind, 'volume')
    assert.equal(back.get('pg-drbd')?.kind, 'volume')
    const gamma = found(cluster.nodes[2], 'gamma')
    assert.deepEqual(back.get(fenceId(gamma, 1)), { kind: 'fence', node: gamma, device: gamma.fence[1] })
  })
})
