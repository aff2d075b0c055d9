// The machine here is this one, with tools in its PATH that say what was recorded from real ones; the stream is a pipe that
// the test rings. Idle looks are an hour apart, so that only the bell can bring the second picture.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { milliseconds, minutes, nodeName, seconds } from '../../core/base/units.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import { localTransport } from '../transport/local.ts'
import { observe } from './observe.ts'
import { usualRhythm, watch } from './watch.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-watch-'))
after(() => rmSync(folder, { recursive: true, force: true }))
process.env['PATH'] = `${folder}:${process.env['PATH']}`

const put = (name: string, script: string): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}
put('sudo', 'shift 2; exec "$@"')
put('crm_mon', `[ "$1" = --daemonize ] && exit 102; cat ${folder}/monitor`)
put('cibadmin', 'exit 102')
put('corosync-quorumtool', 'echo "Cannot initialize QUORUM service" >&2; exit 1')
put('corosync-cfgtool', 'exit 1')
put('corosync-cmapctl', 'exit 1')
put('drbdsetup', `[ "$*" = events2 ] && exec cat ${folder}/bell; exit 0`)
execFileSync('mkfifo', [join(folder, 'bell')])

/** What crm_mon said on alpha in a recorded situation. */
function say(situation: string): void {
  const file = join(import.meta.dirname, '../../core/live/testdata', `pacemaker-3.0.0-${situation}.txt`)
  const section = readFileSync(file, 'utf8')
    .split(/^=== /m)
    .find(each => each.startsWith('alpha monitor 0\n'))
  writeFileSync(join(folder, 'monitor'), section?.slice(section.indexOf('\n') + 1) ?? '')
}
const standby = (snapshot: Snapshot): boolean => snapshot.nodes[0]?.standby === true
const [alpha, beta] = [nodeName('alpha'), nodeName('beta')]

test('one look: what is there is told, and what is not, with its reason', async () => {
  say('normal')
  const snapshot = await observe('pair', [localTransport(alpha)])
  assert.deepEqual(
    snapshot.nodes.map(node => [node.name, node.reachable, node.membership]),
    [['alpha', true, 'online']],
  )
  assert.deepEqual(snapshot.unseen, [{ node: 'alpha', what: 'corosync', why: 'Cannot initialize QUORUM service' }])
})

test('a bell brings a new picture, and the end leaves nothing running', async () => {
  say('normal')
  const stop = new AbortController()
  const [first, second] = [Promise.withResolvers<Snapshot>(), Promise.withResolvers<Snapshot>()]
  const onSnapshot = (snapshot: Snapshot): void => (standby(snapshot) ? second : first).resolve(snapshot)
  const rhythm = { ...usualRhythm, settle: minutes(60), idle: minutes(60) }
  const watching = watch('pair', [localTransport(alpha)], onSnapshot, stop.signal, rhythm)
  assert.equal(standby(await first.promise), false)
  say('standby')
  appendFileSync(join(folder, 'bell'), 'change device name:pgdata disk:UpToDate\n')
  assert.equal(standby(await second.promise), true)
  stop.abort()
  await watching
})

test('a machine that does not answer is silent in the picture, and holds up nobody', async () => {
  say('normal')
  put('crm_mon', `[ "$1" = --daemonize ] && exit 102; [ -e ${folder}/stuck ] && sleep 60; cat ${folder}/monitor`)
  writeFileSync(join(folder, 'stuck'), '')
  const stop = new AbortController()
  const shown = Promise.withResolvers<Snapshot>()
  const rhythm = { ...usualRhythm, patience: seconds(0.3) }
  const watching = watch('pair', [localTransport(alpha)], shown.resolve, stop.signal, rhythm)
  const snapshot = await shown.promise
  stop.abort()
  await watching
  assert.deepEqual(snapshot.unseen, [{ node: 'alpha', what: 'everything', why: 'alpha does not answer' }])
})

test('what a machine said before it was fenced is no longer believed, however long its connection stays open', async () => {
  say('normal')
  put('crm_mon', `[ "$1" = --daemonize ] && exit 102; cat ${folder}/monitor`)
  const stop = new AbortController()
  const [first, second] = [Promise.withResolvers<Snapshot>(), Promise.withResolvers<Snapshot>()]
  const local = localTransport(beta)
  let asked = 0
  const run: typeof local.run = (command, signal) => {
    asked += 1
    return asked === 1 ? local.run(command, signal) : local.run({ ...command, program: 'sleep', args: ['60'] }, signal)
  }
  const isFenced = ({ fencing }: Snapshot): boolean => fencing.history.some(({ state }) => state === 'success')
  const onSnapshot = (snapshot: Snapshot): void => (isFenced(snapshot) ? second : first).resolve(snapshot)
  const rhythm = { ...usualRhythm, idle: milliseconds(50), settle: milliseconds(50), patience: minutes(60) }
  const watching = watch('pair', [localTransport(alpha), { ...local, run }], onSnapshot, stop.signal, rhythm)
  assert.deepEqual(
    (await first.promise).nodes.map(node => node.reachable),
    [true, true],
  )
  say('beta-fenced')
  const snapshot = await second.promise
  stop.abort()
  await watching
  assert.deepEqual(
    snapshot.nodes.map(node => node.reachable),
    [true, false],
  )
  assert.deepEqual(
    snapshot.unseen.filter(({ what }) => what === 'everything'),
    [{ node: 'beta', what: 'everything', why: 'beta was fenced, and has not answered since' }],
  )
})
