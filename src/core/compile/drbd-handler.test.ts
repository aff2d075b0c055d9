// The handler as a program: the real script in a real shell, with stand-ins for Pacemaker's tools and /proc/drbd.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { drbdHandlerScript } from './drbd-handler.ts'

interface World {
  readonly quorum?: 0 | 1
  /** Attributes of the peer's node_state; absent: Pacemaker has never seen it. */
  readonly peer?: string
  readonly answers?: boolean
  /** The node that an existing constraint lets be promoted. */
  readonly holder?: string
  readonly role?: string
  readonly disk?: string
  readonly peerWord?: 'confirmed' | 'gone'
}

const member = 'in_ccm="1795341691" crmd="1795341694" join="member" expected="member"'
const oldMember = 'in_ccm="true" crmd="online" join="member" expected="member"'
const fenced = 'in_ccm="0" crmd="0" join="down" expected="down"'
const lost = 'in_ccm="false" crmd="offline" join="member" expected="member"'

const constraint = 'drbd-fence-by-handler-pgdata-pgdata-clone'

function call(verb: 'fence' | 'unfence', world: World): { status: number | null; said: string; changes: string } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-handler-'))
  try {
    const tool = (name: string, text: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}`)
      chmodSync(join(folder, name), 0o755)
    }
    const { peer, holder, role = 'Secondary', disk = 'UpToDate' } = world
    tool(
      'cibadmin',
      `case "$*" in
  *--create*|*--delete*) echo "$*" >>${folder}/changes ;;
  *node_state*alpha*) ${peer === undefined ? 'exit 105' : `echo '<node_state id="1" uname="alpha" ${peer}/>'`} ;;
  *expression*) ${holder === undefined ? 'exit 105' : `echo '<expression id="e" operation="ne" value="${holder}"/>'`} ;;
  *rsc_location*) ${holder === undefined ? 'exit 105' : 'exit 0'} ;;
  *) echo '<cib epoch="9" have-quorum="${world.quorum ?? 1}" dc-uuid="2"/>' ;;
esac`,
    )
    tool('crmadmin', `exit ${world.answers === false ? 124 : 0}`)
    tool('logger', `shift 4; echo "$*" >>${folder}/said`)
    // A clock that runs away, so that the end of patience is reached at the second look.
    tool('sleep', `echo 99999.0 >${folder}/uptime`)
    writeFileSync(join(folder, 'uptime'), '100.5 200.0\n')
    writeFileSync(
      join(folder, 'drbd'),
      `version: 8.4.11\n 0: cs:WFConnection ro:${role}/Unknown ds:${disk}/DUnknown C r-----\n    ns:0 nr:0\n`,
    )
    const script = drbdHandlerScript
      .replaceAll('/proc/drbd', join(folder, 'drbd'))
      .replaceAll('/proc/uptime', join(folder, 'uptime'))
    const args = [...(verb === 'fence' ? ['fence', 'pgdata-clone', 'Promoted'] : ['unfence', 'pgdata-clone'])]
    const ran = spawnSync('sh', ['-c', script, 'drbd-handler', ...args, world.peerWord ?? 'confirmed'], {
      encoding: 'utf8',
      env: {
        PATH: `${folder}:${process.env['PATH']}`,
        DRBD_RESOURCE: 'pgdata',
        DRBD_PEER: 'alpha',
        DRBD_MINOR: '0',
      },
    })
    assert.equal(ran.stderr, '')
    const read = (name: string): string =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : ''
    return { status: ran.status, said: read('said'), changes: read('changes') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('fence', () => {
  const rows: readonly (readonly [string, World, number, RegExp])[] = [
    ['a peer that Pacemaker has fenced', { peer: fenced }, 7, /alpha is down/],
    ['a peer that stopped Pacemaker in order', { peer: 'in_ccm="1" crmd="0" expected="down"' }, 7, /alpha is down/],
    ['a member that answers', { peer: member }, 4, /kept from being promoted/],
    ['a member, as older releases write it', { peer: oldMember }, 4, /kept from being promoted/],
    ['a member that does not answer', { peer: member, answers: false }, 1, /neither confirmed to be down nor reached/],
    ['a lost peer that nobody has fenced yet', { peer: lost }, 1, /neither confirmed/],
    ['a lost peer where there is no fencing', { peer: lost, peerWord: 'gone' }, 7, /alpha is down/],
    ['a peer never seen', {}, 1, /neither confirmed/],
    ['no quorum', { peer: fenced, quorum: 0 }, 1, /neither confirmed/],
    ['the constraint is ours already', { peer: fenced, holder: hostname() }, 7, /alpha is down/],
    ['the constraint is the peer’s', { peer: fenced, holder: 'alpha' }, 1, /only alpha may be promoted/],
    ['a disk that may be old', { peer: fenced, disk: 'Consistent' }, 1, /the peer's data may be newer/],
    ['a disk that may be old, but was the last', { peer: fenced, disk: 'Consistent', holder: hostname() }, 7, /down/],
    ['a Primary waits in the same way', { peer: lost, role: 'Primary' }, 1, /within 3600 s/],
  ]
  for (const [name, world, status, said] of rows)
    test(name, () => {
      const result = call('fence', world)
      assert.equal(result.status, status, result.said)
      assert.match(result.said, said)
      // What is certain is certain because the constraint stands; what is refused has left none.
      const places = status !== 1 && world.holder === undefined
      assert.equal(result.changes.includes(`id="${constraint}" rsc="pgdata-clone"`), places, result.changes)
      if (places) assert.match(result.changes, new RegExp(`role="Promoted" score="-INFINITY".*value="${hostname()}"`))
    })
})

describe('unfence', () => {
  test('removes the constraint once every disk is UpToDate', () => {
    const { status, changes } = call('unfence', { holder: 'beta' })
    assert.equal(status, 0)
    assert.match(changes, new RegExp(`--delete .*${constraint}`))
  })
  test('leaves it while a disk is not', () => {
    assert.deepEqual(call('unfence', { holder: 'beta', disk: 'Inconsistent' }).changes, '')
  })
  test('has nothing to do where there is none', () => {
    const { status, changes } = call('unfence', {})
    assert.deepEqual([status, changes], [0, ''])
  })
})
