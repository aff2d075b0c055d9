import assert from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds, nodeName, seconds } from '../../core/base/units.ts'
import { runBatch } from './batch.ts'
import { localTransport } from './local.ts'

test('each command has its own outcome, and nothing in an output can pass for another', async () => {
  const result = await runBatch(
    localTransport(nodeName('alpha')),
    {
      plain: ['echo', "it's", '$(id)'],
      silent: ['true'],
      fails: ['sh', '-c', 'printf "no newline"; echo why >&2; exit 7'],
      missing: ['holdfast-no-such-program'],
      slow: ['sleep', '20'],
      odd: ['printf', '%s', '\n\n0\n\nx\n'],
    },
    { limit: milliseconds(300), timeout: seconds(20) },
  )
  assert.ok(result.ok)
  const { plain, silent, fails, missing, slow, odd } = result.value.outcomes
  assert.deepEqual(plain, { exitCode: 0, stdout: "it's $(id)\n", stderr: '' })
  assert.deepEqual(silent, { exitCode: 0, stdout: '', stderr: '' })
  assert.deepEqual(fails, { exitCode: 7, stdout: 'no newline', stderr: 'why\n' })
  assert.equal(missing.exitCode, 127)
  assert.equal(slow.exitCode, 124)
  assert.deepEqual(odd, { exitCode: 0, stdout: '\n\n0\n\nx\n', stderr: '' })
})

test('the clock of this machine is our own, within the stated uncertainty', async () => {
  const bounds = { limit: seconds(5), timeout: seconds(20) }
  const result = await runBatch(localTransport(nodeName('alpha')), { one: ['true'] }, bounds)
  assert.ok(result.ok)
  const { offset, uncertainty } = result.value.clock
  // A millisecond for the rounding of our own clock at either end.
  assert.ok(Math.abs(offset) <= uncertainty + 1, `${offset} ± ${uncertainty}`)
})
