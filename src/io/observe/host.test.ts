// This machine, asked as any other: what is on its disk is known to the test. What only other machines have (LVM, DRBD,
// firewalls) is read from their words in core/live/host-read.test.ts.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodeName } from '../../core/base/units.ts'
import type { HostQuestions } from '../../core/live/host.ts'
import { localTransport } from '../transport/local.ts'
import { observeHost } from './host.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-host-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, content: string, mode: number): string => {
  writeFileSync(join(folder, name), content)
  chmodSync(join(folder, name), mode)
  return join(folder, name)
}
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const needsRoot = process.getuid?.() === 0 ? false : 'hosts are asked as root'

test('files by content, a secret by its hash only, and everything else that was asked', {
  skip: needsRoot,
}, async () => {
  const plain = file('plain', 'líne\nno end', 0o640)
  const empty = file('empty', '', 0o600)
  const secret = file('secret', 'hunter2', 0o400)
  const asked: HostQuestions = {
    files: [
      { path: plain, secret: false },
      { path: join(folder, 'missing'), secret: false },
      { path: secret, secret: true },
      { path: folder, secret: false },
      { path: empty, secret: false },
    ],
    packages: [],
    units: ['corosync.service'],
    devices: [join(folder, 'no-device')],
    users: ['root', 'holdfast-nobody'],
    lvm: false,
    programs: ['/bin/sh', '/no/such/program'],
  }
  const result = await observeHost(localTransport(nodeName('alpha')), asked)
  assert.ok(result.ok)
  const facts = result.value
  const common = { kind: 'file', owner: 'root:root' }
  assert.deepEqual(Object.fromEntries(facts.files), {
    [plain]: { ...common, mode: 0o640, size: 12, sha256: sha256('líne\nno end'), content: 'líne\nno end' },
    [secret]: { ...common, mode: 0o400, size: 7, sha256: sha256('hunter2') },
    [folder]: { kind: 'other', what: 'directory' },
    [empty]: { ...common, mode: 0o600, size: 0, sha256: sha256(''), content: '' },
  })
  assert.ok(!JSON.stringify([...facts.files]).includes('hunter2'))
  assert.deepEqual(Object.fromEntries(facts.users), { root: { uid: 0, gid: 0 } })
  assert.deepEqual([...facts.programs], ['/bin/sh'])
  assert.ok((facts.free.get('/') ?? 0) > 0)
  assert.equal(facts.cib, undefined)
  assert.ok(facts.unseen.has('cib'))
})
