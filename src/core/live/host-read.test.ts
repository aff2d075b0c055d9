// Texts as real machines (Debian 12 and 13) wrote them, cut to what matters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCib, readEngines, readListening, readOsRelease, readPackages, readProbes, readUnits } from './host-read.ts'
import { readTexts } from './texts.ts'

test('the distribution, with and without quotes', () => {
  const text = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nID=debian\n'
  assert.deepEqual(readOsRelease(text), { id: 'debian', version: 13, prettyName: 'Debian GNU/Linux 13 (trixie)' })
})

test('packages: only what is installed, not what was removed and left its configuration', () => {
  const text = 'corosync\t3.1.7-1+deb12u2\tinstalled\npacemaker\t2.1.5-1+deb12u1\tconfig-files\n'
  assert.deepEqual([...readPackages(text)], [['corosync', '3.1.7-1+deb12u2']])
})

test('versions of the engines: what is loaded counts before what lies on the disk', () => {
  const packages = new Map([
    ['pacemaker', '3.0.0-1'],
    ['corosync', '1:3.1.9-2+deb13u1'],
  ])
  assert.deepEqual(readEngines(packages, '8.4.11\n', '9.2.12\n'), {
    pacemaker: '3.0.0',
    corosync: '3.1.9',
    drbd: '8.4.11',
  })
  assert.deepEqual(readEngines(new Map(), '', '9.2.12\n'), { drbd: '9.2.12' })
  assert.deepEqual(readEngines(new Map(), '', ''), {})
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

test('devices: what was asked and is there, with what wipefs saw on it', () => {
  // wipefs of util-linux 2.38 on three devices at once; it tells the last part of their names.
  const json = `{
   "signatures": [
      {
         "device": "dm-0",
         "type": "ext4",
         "label": "hf-ready"
      },{
         "device": "dm-0",
         "type": "drbd",
         "label": null
      }
   ]
}
`
  const asked = ['/dev/vg0/pgdata', '/dev/missing', '/dev/vdc']
  assert.deepEqual(readProbes(`0 /dev/dm-0\n2 /dev/vdc\n@wipefs\n${json}`, asked), [
    { asked: '/dev/vg0/pgdata', path: '/dev/dm-0', signatures: ['ext4', 'drbd'], label: 'hf-ready' },
    { asked: '/dev/vdc', path: '/dev/vdc', signatures: [] },
  ])
  assert.deepEqual(readProbes('2 /dev/vdc\n@wipefs\n', asked)[0]?.signatures, [])
  assert.deepEqual(readProbes('', asked), [])
})

test('several small files in one answer', () => {
  const text = '==> /etc/os-release <==\nID=debian\n\n==> /a <==\n\n==> /proc/x <==\n17 4\n'
  assert.deepEqual(
    [...readTexts(text)],
    [
      ['/etc/os-release', 'ID=debian\n'],
      ['/a', ''],
      ['/proc/x', '17 4\n'],
    ],
  )
  assert.equal(readTexts('').size, 0)
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
