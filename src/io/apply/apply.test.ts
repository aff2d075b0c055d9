// The parts of apply that touch no machine: answers of scripts as troubles, the journal, secrets and their redactor, and
// the lines that a script gets.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { nodeName } from '../../core/base/units.ts'
import { troubleText } from '../../core/plan/trouble-text.ts'
import type { Step } from '../../core/plan/types.ts'
import { outcomeTrouble } from './failure.ts'
import { openJournal, readEntries, unfinished } from './journal.ts'
import { commandOf } from './script.ts'
import { fillIn, redactor } from './secrets.ts'

const alpha = nodeName('alpha')
const replica = { resource: 'pgdata', part: 0, minor: 0, device: '/dev/sdb' }
const create: Step = { kind: 'create-metadata', node: alpha, replica }
const outcome = (stdout: string, stderr = '', exitCode = 65) => ({ stdout, stderr, exitCode })

test('a refusal of a script becomes its trouble, anything else a failed step', () => {
  assert.equal(outcomeTrouble(create, outcome('', '', 0)), undefined)
  assert.deepEqual(outcomeTrouble(create, outcome('holdfast-refused device-carries /dev/sdb ext4,LVM2_member\n')), {
    kind: 'device-carries',
    node: alpha,
    device: '/dev/sdb',
    volume: 'pgdata',
    signatures: ['ext4', 'LVM2_member'],
  })
  assert.deepEqual(outcomeTrouble(create, outcome('holdfast-refused name-wrong alpha 10.0.0.1 127.0.1.1')), {
    kind: 'name-wrong',
    node: alpha,
    name: 'alpha',
    expected: '10.0.0.1',
    found: ['127.0.1.1'],
  })
  const failed = outcomeTrouble(create, outcome('', 'a\nb\n', 10))
  assert(failed?.kind === 'step-failed' && failed.exitCode === 10 && failed.detail === 'a; b')
})

test('a disk that fills up during a step, as coreutils, dash and apt say it', () => {
  const sayings = [
    'base64: write error: No space left on device',
    "cp: error writing '/etc/drbd.d/pgdata.res.before-holdfast': No space left on device",
    'mktemp: failed to create file via template ‘/etc/corosync/.x.XXXX’: No space left on device',
    "E: You don't have enough free space in /var/cache/apt/archives/.",
  ]
  for (const said of sayings) {
    const trouble = outcomeTrouble(create, outcome('', `${said}\n`, 1))
    assert(trouble?.kind === 'disk-filled' && trouble.detail === said)
    assert.match(troubleText(trouble).message, /^alpha ran out of disk space during "write DRBD metadata/)
  }
})

test('packages that apt cannot install, with its own reason', () => {
  const step: Step = { kind: 'install-packages', node: alpha, packages: ['drbd-utils'] }
  const lock = `W: Some index files failed to download. They have been ignored, or old ones used instead.
E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)
E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?
`
  const trouble = outcomeTrouble(step, outcome('Reading package lists...\n', lock, 100))
  assert(trouble?.kind === 'package-absent')
  assert.match(
    troubleText(trouble).message,
    /^alpha: drbd-utils could not be installed: Could not get lock .*process 812/,
  )
  assert.deepEqual(outcomeTrouble(step, outcome('holdfast-refused package-absent drbd-utils\n')), {
    kind: 'package-absent',
    node: alpha,
    packages: ['drbd-utils'],
    detail: 'no package source has it',
  })
})

test('a device that something holds open', () => {
  const said = 'open(/dev/sdb) failed: Device or resource busy\nExclusive open failed. Do it anyways?\n'
  const trouble = outcomeTrouble(create, outcome('', said, 20))
  assert(trouble?.kind === 'device-in-use' && trouble.device === '/dev/sdb')
})

test('a port that is blocked is told with the address, and what it answers', () => {
  const sync: Step = {
    kind: 'first-sync',
    node: alpha,
    resource: 'pgdata',
    replicas: [
      { ...replica, node: alpha },
      { ...replica, node: nodeName('beta') },
    ],
  }
  const trouble = outcomeTrouble(
    sync,
    outcome('holdfast-progress waiting\nholdfast-refused port-blocked Connecting 10.10.2.2 7789 silent\n'),
  )
  assert(trouble?.kind === 'port-blocked')
  const { message, look, wayOut } = troubleText(trouble)
  assert.match(
    message,
    /^beta cannot be reached from alpha by DRBD \(pgdata is Connecting\): TCP port 7789 of 10\.10\.2\.2/,
  )
  assert.equal(look, 'ssh alpha nc -vz -w 3 10.10.2.2 7789')
  assert.match(wayOut, /firewall of beta/)
  const odd = outcomeTrouble(sync, outcome('holdfast-refused port-blocked Connecting\n'))
  assert(odd?.kind === 'port-blocked' && odd.answer === 'silent')
})

test('secrets go on standard input only, and every field of a line is one word', () => {
  const file = { path: '/etc/holdfast/secrets/x', content: '', mode: 0o400, owner: 'root:root', secret: 'x', then: [] }
  const step: Step = {
    kind: 'configure-host',
    node: alpha,
    stopAndMask: ['a.service'],
    disable: [],
    enable: [],
    files: [file],
    actions: ['drbd-adjust', 'sysctl'],
  }
  const command = commandOf(step, new Map([['x', Buffer.from('hunter2')]]))
  assert(!command.args.join(' ').includes('hunter2'))
  assert.deepEqual(command.input?.toString().split('\n'), [
    'pending drbd-adjust',
    'pending sysctl',
    'mask a.service',
    `file /etc/holdfast/secrets/x 400 root:root ${Buffer.from('hunter2').toString('base64')}`,
    'action sysctl',
    '',
  ])
  assert.throws(() =>
    commandOf({ ...step, files: [{ ...file, path: '/etc/a b' }] }, new Map([['x', Buffer.from('y')]])),
  )
  assert.throws(() => commandOf(step, new Map()), /secret x/)
})

test('a command of a preparation keeps its words, whatever is in them', () => {
  const argv = ['initdb', '-D', '/srv/a b', "it's"]
  const preparation = {
    service: 'db',
    volume: 'pgdata',
    directories: [],
    files: [],
    commands: [{ creates: '/srv/x', user: 'postgres', argv }],
  }
  const step: Step = {
    kind: 'prepare-volume',
    node: alpha,
    resource: 'pgdata',
    resources: ['pgdata'],
    parts: [],
    preparation,
  }
  const [, , , ...words] = commandOf(step, new Map()).input?.toString().split('\n')[0]?.split(' ') ?? []
  assert.deepEqual(
    words.map(word => Buffer.from(word, 'base64').toString()),
    argv,
  )
})

test('the redactor takes out every secret value, also as XML writes it', () => {
  const redact = redactor(
    new Map([
      ['a', Buffer.from('p<w&d')],
      ['b', Buffer.from('long p<w&d more')],
    ]),
  )
  assert.equal(redact('x p<w&d y p&lt;w&amp;d z long p<w&d more'), 'x (secret) y (secret) z (secret)')
  assert.equal(fillIn('<a value="{secret:a}"/>', new Map([['a', Buffer.from('p<w&d')]])), '<a value="p&lt;w&amp;d"/>')
  assert.equal(fillIn('{secret:unknown}', new Map()), '{secret:unknown}')
})

test('the journal tells what was begun and did not end, also after a line that a crash cut off', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-journal-'))
  process.env['XDG_STATE_HOME'] = folder
  try {
    const now = (): Date => new Date(0)
    {
      using journal = openJournal('shop', now)
      assert.equal(journal.interrupted, undefined)
      journal.write({ what: 'apply-begun' })
      journal.write({ what: 'begun', step: 'a' })
      journal.write({ what: 'done', step: 'a' })
      journal.write({ what: 'begun', step: 'b' })
    }
    const path = join(folder, 'holdfast/shop/apply.jsonl')
    writeFileSync(path, '{"at":"1970', { flag: 'a' })
    assert.deepEqual(unfinished(readEntries(path)), { since: '1970-01-01T00:00:00.000Z', steps: ['b'] })
    using again = openJournal('shop', now)
    assert.deepEqual(again.interrupted?.steps, ['b'])
  } finally {
    delete process.env['XDG_STATE_HOME']
    rmSync(folder, { recursive: true })
  }
})

test('an administrator’s disk that is full does not cut an apply in two', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-journal-'))
  const said: string[] = []
  writeFileSync(join(folder, 'holdfast'), 'a file where the folder should be')
  process.env['XDG_STATE_HOME'] = folder
  try {
    using journal = openJournal(
      'shop',
      () => new Date(0),
      text => said.push(text),
    )
    journal.write({ what: 'apply-begun' })
    journal.write({ what: 'begun', step: 'a' })
    assert.equal(journal.interrupted, undefined)
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', /apply\.jsonl cannot be kept: /)
  } finally {
    delete process.env['XDG_STATE_HOME']
    rmSync(folder, { recursive: true })
  }
})
