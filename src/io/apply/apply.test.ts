// The parts of apply that touch no machine: answers of scripts as troubles, the journal, secrets and their redactor, and
// the lines that a script gets.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { nodeName } from '../../core/base/units.ts'
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

test('a full disk is told by its folder', () => {
  const said = "mktemp: failed to create file via template '/etc/corosync/.x': No space left on device"
  const trouble = outcomeTrouble(create, outcome('', said, 1))
  assert(trouble?.kind === 'disk-full' && trouble.path === '/etc/corosync')
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
