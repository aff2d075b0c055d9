// The contract suite of the port `Transport`: what every adapter must do, whatever is behind it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { milliseconds, seconds } from '../../core/base/units.ts'
import type { Transport } from './transport.ts'

export interface Subject {
  readonly name: string
  readonly transport: () => Transport | Promise<Transport>
  /** A recording knows no time: nothing in it can be cut off. */
  readonly canBeCut: boolean
  /** Where the test's files are; a recording is replayed on the same names. */
  readonly folder?: string
}

const sh = (
  script: string,
  ...args: string[]
): { program: string; args: string[]; timeout: ReturnType<typeof seconds> } => ({
  program: 'sh',
  args: ['-c', script, 'sh', ...args],
  timeout: seconds(60),
})

const ownUser = process.getuid?.() === 0 ? 'root:root' : `${process.getuid?.()}:${process.getgid?.()}`

export function transportContract(subject: Subject): void {
  describe(`the contract of a transport: ${subject.name}`, () => {
    const folder = subject.folder ?? mkdtempSync(join(tmpdir(), 'holdfast-test-'))
    let made: Transport | undefined
    const transport = async (): Promise<Transport> => {
      made ??= await subject.transport()
      return made
    }
    after(async () => {
      await made?.[Symbol.asyncDispose]()
      if (!subject.folder) rmSync(folder, { recursive: true, force: true })
    })

    test('output, messages and exit status come back as they were', async () => {
      for (const status of [0, 1, 124, 127, 255]) {
        const result = await (await transport()).run(
          sh('printf "out é\\n"; printf "no\\n" >&2; exit "$1"', String(status)),
        )
        assert.deepEqual(result, { ok: true, value: { exitCode: status, stdout: 'out é\n', stderr: 'no\n' } })
      }
    })

    test('arguments arrive word for word', async () => {
      const words = ['', "it's", '$(id)', 'a b', '*', '\\', 'x\ny', '--', '-n']
      const result = await (await transport()).run(sh('printf "%s|" "$@"', ...words))
      assert.equal(result.ok && result.value.stdout, words.map(word => `${word}|`).join(''))
    })

    test('a missing program is an exit status, not a broken connection', async () => {
      const result = await (await transport()).run({ program: 'holdfast-no-such', args: [], timeout: seconds(20) })
      assert.equal(result.ok && result.value.exitCode, 127)
    })

    test('binary input arrives whole, and without input there is nothing to read', async () => {
      const input = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256)
      const sum = await (await transport()).run({ ...sh('sha256sum'), input })
      assert.equal(sum.ok && sum.value.stdout, `${createHash('sha256').update(input).digest('hex')}  -\n`)
      const nothing = await (await transport()).run(sh('cat; echo end'))
      assert.equal(nothing.ok && nothing.value.stdout, 'end\n')
    })

    test('large output comes back whole', async () => {
      const result = await (await transport()).run(sh('seq 1 1000000'))
      assert.equal(result.ok && result.value.stdout.length, 6_888_896)
      assert.ok(result.ok && result.value.stdout.endsWith('\n1000000\n'))
    })

    test('the environment is set, and messages are English', async () => {
      const result = await (await transport()).run({ ...sh('echo "$A/$LC_ALL"'), environment: { A: "b 'c" } })
      assert.equal(result.ok && result.value.stdout, "b 'c/C.UTF-8\n")
    })

    test('lines are told one by one while the command runs', async () => {
      const lines: string[] = []
      const command = sh('echo one; echo two; printf three; exit 3')
      const end = await (await transport()).follow(command, line => lines.push(line), new AbortController().signal)
      assert.deepEqual(lines, ['one', 'two', 'three'])
      assert.equal(end.ok && end.value.exitCode, 3)
    })

    test('a command that takes too long is given up', { skip: cutReason(subject) }, async () => {
      const result = await (await transport()).run({ ...sh('sleep 30'), timeout: milliseconds(700) })
      assert.equal(!result.ok && result.failure.kind, 'timed-out')
    })

    test('a command can be aborted', { skip: cutReason(subject) }, async () => {
      const abort = new AbortController()
      const running = (await transport()).run(sh('sleep 30'), abort.signal)
      abort.abort()
      const result = await running
      assert.equal(!result.ok && result.failure.kind, 'aborted')
    })

    test('what was followed ends on the machine too', { skip: cutReason(subject) }, async () => {
      const abort = new AbortController()
      const pid = await new Promise<string>((resolve, reject) => {
        const told = (async () => (await transport()).follow(sh('echo $$; exec sleep 300'), resolve, abort.signal))()
        told.catch(reject)
      })
      abort.abort()
      // Bounded by the command's own time: it waits until the process is gone.
      const gone = await (await transport()).run(
        sh('while kill -0 "$1" 2>/dev/null; do sleep 0.05; done; echo gone', pid),
      )
      assert.equal(gone.ok && gone.value.stdout, 'gone\n')
    })

    test('a file is written whole, with its mode, and read back', async () => {
      const path = join(folder, "a new folder/it's a file")
      const file = { content: 'líne\n\nlast without end', mode: 0o640, owner: ownUser }
      const written = await (await transport()).writeFile(path, file)
      assert.deepEqual(written, { ok: true, value: { exitCode: 0, stdout: '', stderr: '' } })
      const back = await (await transport()).readFile(path)
      assert.equal(back.ok && back.value?.content, file.content)
      assert.equal(back.ok && back.value?.mode, 0o640)
      assert.deepEqual(readdirSync(join(folder, 'a new folder')), ["it's a file"])
    })

    test('a file that is not there is told as such', async () => {
      assert.deepEqual(await (await transport()).readFile(join(folder, 'nothing')), { ok: true, value: undefined })
      assert.deepEqual(await (await transport()).readFile(folder), { ok: true, value: undefined })
    })

    test('a write that fails leaves the old file and no litter', async () => {
      const path = join(folder, 'kept')
      await (await transport()).writeFile(path, { content: 'old', mode: 0o600, owner: ownUser })
      const size = statSync(path).size
      const failed = await (await transport()).writeFile(path, { content: 'new', mode: 0o600, owner: 'no-such-user' })
      assert.ok(failed.ok && failed.value.exitCode !== 0 && failed.value.stderr.includes('no-such-user'))
      assert.equal(statSync(path).size, size)
      const names = readdirSync(folder).filter(name => name.startsWith('.holdfast'))
      assert.deepEqual(names, [])
    })
  })
}

const cutReason = (subject: Subject): string | false => (subject.canBeCut ? false : 'a recording cannot be cut off')
