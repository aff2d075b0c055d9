import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { found } from '../../core/base/assert.ts'
import { endRecorded, isRunning, recordOf, run } from './processes.ts'
import { cleanUp, readState, writeState } from './state.ts'

const sleeper = () => spawn('sleep', ['600'], { stdio: 'ignore' })

test('only the process that was recorded is ended, never a later one with its number', async () => {
  const child = sleeper()
  const record = found(recordOf(found(child.pid, 'its id')), 'its record')
  assert.ok(isRunning(record))
  assert.equal(endRecorded({ ...record, startedAt: `${record.startedAt}0` }), false)
  assert.equal(endRecorded({ ...record, bootId: 'another boot' }), false)
  assert.ok(isRunning(record))
  const ended = once(child, 'exit')
  assert.equal(endRecorded(record), true)
  await ended
  assert.ok(!isRunning(record))
  assert.equal(endRecorded(record), false)
})

test('what a lab has left is found by its records and ended, with its folder', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-state-'))
  const [mine, other] = [sleeper(), sleeper()]
  writeState(directory, [recordOf(found(mine.pid, 'its id')), undefined])
  assert.equal(readState(directory)?.isRunning, true, 'this process is alive')
  const ended = once(mine, 'exit')
  assert.deepEqual(await cleanUp(directory), [mine.pid])
  await ended
  assert.ok(!existsSync(directory))
  assert.ok(recordOf(found(other.pid, 'its id')), 'others are left alone')
  other.kill()
})

test('a state file that is not one stops nobody', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-state-'))
  for (const text of ['', '{', '{"lab": 1}', '{"lab":{"pid":-1,"startedAt":"1","bootId":""},"machines":[]}']) {
    writeFileSync(join(directory, 'state.json'), text)
    assert.equal(readState(directory), undefined)
  }
  assert.deepEqual(await cleanUp(directory), [])
  assert.ok(!existsSync(directory))
})

test('a command gives its lines and its status; one that does not exist too', async () => {
  assert.deepEqual(await run(['sh', '-c', 'echo one; echo two >&2; exit 3']), { exitCode: 3, lines: ['one', 'two'] })
  assert.notEqual((await run(['holdfast-no-such-program'])).exitCode, 0)
})

test('a child ends with the process that started it, however that ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-bound-'))
  const file = join(folder, 'pid')
  const program = `
    const { spawnBound } = await import(${JSON.stringify(join(import.meta.dirname, 'processes.ts'))})
    const child = spawnBound(['sleep', '600'], { cwd: '/', stderr: 2 })
    ;(await import('node:fs')).writeFileSync(${JSON.stringify(file)}, String(child.pid))`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' })
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await sleep(20)
  const child = Number(readFileSync(file, 'utf8'))
  // It is `setpriv` until it has become `sleep`, and only then bound.
  while (readFileSync(`/proc/${child}/comm`, 'utf8').trim() !== 'sleep') await sleep(20)
  parent.kill('SIGKILL')
  while (recordOf(child)) await sleep(20)
  rmSync(folder, { recursive: true })
})
