// Every kind of trouble has a sentence that names the machine, and a way out. The texts themselves are golden, so that a
// change of wording is seen; REWRITE=1 writes them anew.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import test from 'node:test'
import { bytes, mebibytes, nodeName, seconds } from '../base/units.ts'
import type { Trouble, TroubleKind } from './trouble.ts'
import { troubleText } from './trouble-text.ts'

const [alpha, beta] = [nodeName('alpha'), nodeName('beta')]

/** The compiler sees to it that no kind is left out. */
const examples: { readonly [K in TroubleKind]: Extract<Trouble, { kind: K }> } = {
  unreachable: { kind: 'unreachable', node: beta, detail: 'ssh: connect to host 10.0.0.2 port 22: No route to host' },
  'host-key': { kind: 'host-key', node: beta, detail: 'REMOTE HOST IDENTIFICATION HAS CHANGED' },
  authentication: { kind: 'authentication', node: beta, detail: 'Permission denied (publickey)' },
  sudo: { kind: 'sudo', node: beta, detail: 'sudo: a password is required' },
  'timed-out': { kind: 'timed-out', node: beta, command: 'lvs', after: seconds(60) },
  'connection-lost': { kind: 'connection-lost', node: beta, command: 'sh', detail: 'Broken pipe' },
  'no-room': {
    kind: 'no-room',
    node: beta,
    detail: 'mktemp: failed to create directory via template ‘/tmp/holdfast.XXXXXXXX’: No space left on device',
  },
  unreadable: { kind: 'unreadable', node: beta, path: '/etc/corosync/authkey', detail: 'Input/output error' },
  aborted: { kind: 'aborted', node: beta, command: 'sh' },
  'package-absent': {
    kind: 'package-absent',
    node: beta,
    packages: ['drbd-utils'],
    detail: 'no package source has it',
  },
  'engine-absent': { kind: 'engine-absent', node: beta, engine: 'drbd', package: 'drbd-dkms' },
  'fence-agent-absent': { kind: 'fence-agent-absent', node: beta, agent: 'fence_redfish' },
  'clock-apart': { kind: 'clock-apart', nodes: [alpha, beta], apart: seconds(75), limit: seconds(2) },
  'clock-alone': { kind: 'clock-alone', node: beta },
  'name-wrong': { kind: 'name-wrong', node: beta, name: 'beta', expected: '10.10.1.2', found: ['127.0.1.1'] },
  'address-absent': { kind: 'address-absent', node: beta, address: '10.10.2.2' },
  'network-absent': { kind: 'network-absent', node: beta, address: '10.10.1.100/24' },
  'port-taken': { kind: 'port-taken', node: beta, port: 7788, by: 'nginx' },
  'port-blocked': {
    kind: 'port-blocked',
    from: alpha,
    to: beta,
    what: 'DRBD (pgdata is Connecting)',
    address: '10.10.2.2',
    port: 7789,
    answer: 'silent',
  },
  'disk-filled': {
    kind: 'disk-filled',
    node: beta,
    step: 'write 3 files',
    detail: 'base64: write error: No space left on device',
  },
  'firewall-closed': {
    kind: 'firewall-closed',
    node: beta,
    firewall: 'nftables',
    openings: ['udp 5405 from 10.10.1.1 (Corosync)'],
    lines: [
      `nft insert rule inet filter input ip saddr { 10.10.1.1 } udp dport 5405 accept comment '"Corosync link 0"'`,
    ],
    certain: true,
  },
  'memory-short': {
    kind: 'memory-short',
    node: beta,
    there: mebibytes(2_048),
    needed: mebibytes(4_096),
    by: ['shared_buffers of db'],
  },
  'disk-full': { kind: 'disk-full', node: beta, path: '/var', free: bytes(0), needed: mebibytes(64) },
  'ids-differ': {
    kind: 'ids-differ',
    user: 'postgres',
    ids: [
      { node: alpha, id: '100:100' },
      { node: beta, id: '101:102' },
    ],
  },
  'device-absent': { kind: 'device-absent', node: beta, device: '/dev/sdb' },
  'device-in-use': { kind: 'device-in-use', node: beta, device: '/dev/sdb', by: 'a mount at /srv' },
  'device-too-small': {
    kind: 'device-too-small',
    node: beta,
    device: '/dev/sdb',
    size: mebibytes(512),
    needed: mebibytes(1024),
  },
  'device-carries': { kind: 'device-carries', node: beta, device: '/dev/sdb', volume: 'pgdata', signatures: ['ext4'] },
  'group-absent': { kind: 'group-absent', node: beta, group: 'vg0' },
  'group-full': { kind: 'group-full', node: beta, group: 'vg0', free: mebibytes(100), needed: mebibytes(8192) },
  'split-brain': { kind: 'split-brain', volume: 'pgdata', nodes: [alpha, beta] },
  'fence-refused': {
    kind: 'fence-refused',
    device: 'fence-beta',
    target: beta,
    detail: 'start on alpha: Unable to connect/login',
  },
  'cib-conflict': { kind: 'cib-conflict', node: alpha, expected: '0.12', found: '0.14' },
  'cib-refused': { kind: 'cib-refused', node: alpha, detail: 'schema violation' },
  'not-joined': { kind: 'not-joined', node: beta, waited: seconds(120), detail: 'its daemons are active,failed' },
  'not-proven': { kind: 'not-proven', node: alpha, what: 'service', detail: 'still waiting for db to answer' },
  'held-by-handler': { kind: 'held-by-handler', resource: 'pgdata', constraint: 'drbd-fence-by-handler-pgdata-pgdata' },
  locked: { kind: 'locked', node: alpha, holder: 'anna@office process 4711' },
  'secret-absent': { kind: 'secret-absent', name: 'fence-alpha-password', detail: 'ENOENT: no such file' },
  unseen: { kind: 'unseen', node: beta, what: 'lvm', detail: 'vgs: not found' },
  'step-failed': {
    kind: 'step-failed',
    node: beta,
    step: 'bring up pgdata',
    exitCode: 10,
    detail: 'no resources defined',
  },
}

const all: readonly Trouble[] = Object.values(examples)

const told = (): string =>
  all
    .map(trouble => {
      const { kind } = trouble
      const { message, look, wayOut } = troubleText(trouble)
      return `${kind}\n  ${message}\n  look: ${look ?? '-'}\n  way out: ${wayOut}\n`
    })
    .join('\n')

test('the sentence, the look and the way out of each trouble', () => {
  const golden = new URL('testdata/troubles.txt', import.meta.url)
  if (process.env['REWRITE'] === '1') writeFileSync(golden, told())
  assert.equal(told(), readFileSync(golden, 'utf8'))
})

test('each names the machine that it is about', () => {
  for (const trouble of all) {
    if (!('node' in trouble)) continue
    const { message, look } = troubleText(trouble)
    assert(`${message} ${look}`.includes(trouble.node), trouble.kind)
  }
})

test('a host key that is not known yet is no changed one', () => {
  const detail =
    'No ED25519 host key is known for 10.0.0.2 and you have requested strict checking.\nHost key verification failed.'
  const { message, wayOut } = troubleText({ kind: 'host-key', node: beta, detail })
  assert.match(message, /^The ssh host key of beta is not known here yet/)
  assert.match(wayOut, /fingerprint/)
})
