import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { milliseconds, nodeName, seconds } from '../../core/base/units.ts'
import { transportContract } from './contract.ts'
import { sshTransport } from './ssh.ts'
import type { SshTarget } from './ssh-words.ts'
import { sshdIsMissing, startSshd, type TestSshd } from './sshd-for-tests.ts'
import type { Command } from './transport.ts'

const alpha = nodeName('alpha')
const skip = sshdIsMissing()
const echo: Command = { program: 'echo', args: ['hello'], timeout: seconds(20) }

let sshd: TestSshd
before(async () => {
  if (!skip) sshd = await startSshd()
})
after(() => sshd?.[Symbol.dispose]())

/** The kind of the failure that a command meets, and what it said. */
async function failureOf(change: Partial<SshTarget>, command = echo): Promise<{ kind: string; detail: string }> {
  await using transport = sshTransport(alpha, { ...sshd.target, ...change })
  const result = await transport.run(command)
  assert.ok(!result.ok, 'it should have failed')
  return { kind: result.failure.kind, detail: 'detail' in result.failure ? result.failure.detail : '' }
}

/** One that has ended and waits for its parent has no command line. */
function runs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}

if (skip) test('transport over ssh', { skip })
else {
  transportContract({ name: 'ssh', transport: () => sshTransport(alpha, sshd.target), canBeCut: true })

  describe('what can go wrong over ssh', () => {
    test('a wrong host key', async () => {
      const failure = await failureOf({ knownHostsFile: sshd.wrongKnownHosts })
      assert.equal(failure.kind, 'host-key')
      assert.match(failure.detail, /Host key verification failed/)
    })

    test('a host that is not known yet', async () => {
      assert.equal((await failureOf({ knownHostsFile: '/dev/null' })).kind, 'host-key')
    })

    test('a key that is not let in', async () => {
      const failure = await failureOf({ identityFile: sshd.strangersKey })
      assert.equal(failure.kind, 'authentication')
      assert.match(failure.detail, /publickey/)
    })

    test('a port where nobody listens, and a name that nobody has', async () => {
      const closed = await failureOf({ port: 1 })
      assert.equal(closed.kind, 'unreachable')
      assert.match(closed.detail, /refused/)
      assert.equal((await failureOf({ host: 'no-such-host.invalid' })).kind, 'unreachable')
    })

    test('a host name that looks like an option is a host name', async () => {
      assert.equal((await failureOf({ host: '-oProxyCommand=touch /tmp/holdfast-was-here' })).kind, 'unreachable')
    })

    test('a machine that takes the connection and says nothing', async () => {
      const { createServer } = await import('node:net')
      const mute = createServer()
      await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve))
      const address = mute.address()
      const port = address && typeof address === 'object' ? address.port : 0
      const failure = await failureOf({ port }, { ...echo, timeout: milliseconds(500) })
      mute.close()
      assert.deepEqual(failure, { kind: 'unreachable', detail: 'no connection after 500 ms' })
    })

    test('the connection dies under a command, and the next command has a new one', async () => {
      await using transport = sshTransport(alpha, sshd.target)
      assert.ok((await transport.run(echo)).ok)
      const lines = Promise.withResolvers<string>()
      const command = { program: 'sh', args: ['-c', 'echo here; sleep 100'], timeout: seconds(60) }
      const running = transport.follow(command, lines.resolve, new AbortController().signal)
      await lines.promise
      sshd.dropConnections()
      const result = await running
      assert.equal(!result.ok && result.failure.kind, 'connection-lost')
      assert.deepEqual(await transport.run(echo), { ok: true, value: { exitCode: 0, stdout: 'hello\n', stderr: '' } })
    })

    test('nothing outlives a controller that is killed', async () => {
      const program = `
        const { sshTransport } = await import(${JSON.stringify(join(import.meta.dirname, 'ssh.ts'))})
        const transport = sshTransport('alpha', ${JSON.stringify(sshd.target)})
        const command = { program: 'sh', args: ['-c', 'echo $$; exec sleep 1000'], timeout: Infinity }
        await transport.follow(command, console.log, new AbortController().signal)`
      const controller = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'pipe' })
      const [pid] = await once(controller.stdout.setEncoding('utf8'), 'data')
      assert.ok(runs(Number(pid)))
      controller.kill('SIGKILL')
      // Bounded by the test runner; a command that stays would keep this waiting.
      while (runs(Number(pid))) await new Promise(resolve => setTimeout(resolve, 20))
    })

    test('many commands at once share the one connection', async () => {
      await using transport = sshTransport(alpha, sshd.target)
      const command: Command = { program: 'sh', args: ['-c', 'echo $SSH_CONNECTION'], timeout: seconds(60) }
      const results = await Promise.all(Array.from({ length: 25 }, () => transport.run(command)))
      assert.equal(new Set(results.map(result => result.ok && result.value.stdout)).size, 1)
    })

    test('a login that is not root becomes root by sudo, or the failure says why not', async () => {
      sshd.putProgram('id', 'echo 1000')
      sshd.putProgram('sudo', 'echo "sudo: a password is required" >&2; exit 1')
      await using transport = sshTransport(alpha, sshd.target)
      const asRoot: Command = { ...echo, asRoot: true }
      assert.ok((await transport.run(echo)).ok, 'what needs no root does without')
      assert.deepEqual(await transport.run(asRoot), {
        ok: false,
        failure: { kind: 'sudo', node: alpha, detail: 'sudo: a password is required' },
      })
      sshd.putProgram('sudo', '[ "$1 $2" = "-n --" ] && shift 2 && BY_SUDO=yes exec "$@"')
      const command: Command = { program: 'sh', args: ['-c', 'echo "$BY_SUDO"; cat'], input: 'x', timeout: seconds(20) }
      const result = await transport.run({ ...command, asRoot: true })
      assert.equal(result.ok && result.value.stdout, 'yes\nx')
    })
  })
}
