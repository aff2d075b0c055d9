// Texts as real machines (Debian 12 and 13) wrote them, cut to what matters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  readCib,
  readEngines,
  readListening,
  readMetadata,
  readNames,
  readOsRelease,
  readPackages,
  readProbes,
  readUnits,
} from './host-read.ts'

test('the distribution, with and without quotes', () => {
  const text = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nID=debian\n'
  assert.deepEqual(readOsRelease(text), { id: 'debian', version: 13, prettyName: 'Debian GNU/Linux 13 (trixie)' })
})

test('packages: only what is installed, not what was removed and left its configuration', () => {
  const text = 'corosync\t3.1.7-1+deb12u2\tinstalled\npacemaker\t2.1.5-1+deb12u1\tconfig-files\n'
  assert.deepEqual([...readPackages(text)], [['corosync', '3.1.7-1+deb12u2']])
})

test('versions of the engines: what is loaded counts before what lies on the disk', () => {
  const told = {
    pacemaker: 'Pacemaker 3.0.0\nWritten by Andrew Beekhof and the Pacemaker project contributors\n',
    corosync: "Corosync Cluster Engine, version '3.1.9'\n",
    module: '9.2.12\n',
    loaded: '8.4.11\n',
    utils: 'DRBDADM_API_VERSION=1\nDRBDADM_VERSION=9.22.0\n',
  }
  assert.deepEqual(readEngines(told), {
    pacemaker: '3.0.0',
    corosync: '3.1.9',
    drbd: '8.4.11',
    drbdLoaded: true,
    drbdUtils: '9.22.0',
  })
  const none = { pacemaker: '', corosync: '', module: '', loaded: '', utils: '' }
  assert.deepEqual(readEngines(none), { drbdLoaded: false })
})

test('units in the order of the question', () => {
  const text =
    'LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n'
  assert.deepEqual(Object.fromEntries(readUnits(text, ['corosync.service', 'drbd.service', 'no.service'])), {
    'corosync.service': { load: 'loaded', enabled: 'enabled', active: 'active' },
    'drbd.service': { load: 'masked', enabled: 'masked', active: 'inactive' },
    'no.service': { load: 'not-found', enabled: '', active: 'inactive' },
  })
})

const dump08 = `# DRBD meta data dump
# 2026-11-22 08:08:25 +0000 [1795334905]
version "v08";

# md_size_sect 80
uuid {
    0x0000000000000004; 0x0000000000000000; 0x0000000000000000; 0x0000000000000000;
    flags 0x00000000;
}
`
const dump09 = `version "v09";

max-peers 1;
node-id -1;
current-uuid 0x1F2E3D4C5B6A7988;
flags 0x00000080;
peer[0] {
    bitmap-uuid 0x0000000000000000;
}
`

test('DRBD metadata of both formats, and none', () => {
  assert.deepEqual(readMetadata(dump08), { version: 'v08', currentUuid: '0000000000000004' })
  assert.deepEqual(readMetadata(dump09), { version: 'v09', currentUuid: '1F2E3D4C5B6A7988' })
  assert.equal(readMetadata('No valid meta data found\n'), undefined)
})

test('probes are told apart, whatever stands in them', () => {
  const text = `@device 0 /dev/dm-0\n{"signatures": []}\n@metadata\n${dump08}@device 2 /dev/vdc\n@metadata\n`
  assert.deepEqual(
    readProbes(text, ['/dev/vg0/pgdata', '/dev/missing', '/dev/vdc']).map(({ asked, path }) => [asked, path]),
    [
      ['/dev/vg0/pgdata', '/dev/dm-0'],
      ['/dev/vdc', '/dev/vdc'],
    ],
  )
})

test('names that resolve, to several addresses, and not at all', () => {
  assert.deepEqual(Object.fromEntries(readNames('0 127.0.1.1\n0 10.1.1.1\n', ['alpha', 'beta'])), {
    alpha: ['127.0.1.1', '10.1.1.1'],
    beta: [],
  })
})

test('listening ports, with and without a program, IPv6 too', () => {
  const text = `udp UNCONN 0 0 10.10.1.1:5405 0.0.0.0:* users:(("corosync",pid=669,fd=30))
tcp LISTEN 0 128 [::]:22 [::]:*
`
  assert.deepEqual(readListening(text), [
    { protocol: 'udp', address: '10.10.1.1', port: 5405, process: 'corosync' },
    { protocol: 'tcp', address: '::', port: 22 },
  ])
})

test('the CIB with the three numbers that tell its version', () => {
  const text = '<cib epoch="19" num_updates="37" admin_epoch="2" have-quorum="1">\n</cib>\n'
  assert.deepEqual(readCib(text), { text, adminEpoch: 2, epoch: 19, updates: 37 })
  assert.equal(readCib('Could not connect'), undefined)
})
