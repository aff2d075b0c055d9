// A bounded number of spoilt CIBs in a process of their own, so that an endless loop is a failure with a name and not a
// test run that hangs.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const count = 600

test(`${count} spoilt CIBs: an answer or problems, no exception, no endless loop`, async () => {
  const seed = Math.floor(Date.now() / 1000) % 1e8
  const program = join(import.meta.dirname, 'mutants.ts')
  const args = [program, '--seed', String(seed), '--count', String(count)]
  const { code, killed, out, err } = await new Promise<{ code: number; killed: boolean; out: string; err: string }>(
    resolve =>
      execFile(process.execPath, args, { timeout: 100_000, killSignal: 'SIGKILL' }, (error, out, err) =>
        resolve({ code: error === null ? 0 : 1, killed: error?.killed === true, out, err }),
      ),
  )
  const last = out.trimEnd().split('\n').at(-1)
  assert.ok(
    !killed,
    `did not end in time; the last one was: node tests/conformance/mutants.ts --seed ${last} --count 1`,
  )
  assert.equal(code, 0, err)
  assert.equal(last, String(seed + count - 1))
})
