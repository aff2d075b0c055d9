// A real sshd on loopback for the tests of ssh.ts: a port of its own, keys of its own, everything in a private folder, and
// a PATH in which `sudo` and `id` are what the test says. It lets in the user who runs the tests, and nobody else.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { SshTarget } from './ssh-words.ts'

const sshd = '/usr/sbin/sshd'
export const sshdIsMissing = (): string | false => (existsSync(sshd) ? false : `${sshd} is not installed`)

export interface TestSshd extends Disposable {
  readonly folder: string
  readonly target: SshTarget
  /** A key that is not let in. */
  readonly strangersKey: string
  /** Known hosts that hold another key for this address. */
  readonly wrongKnownHosts: string
  /** Ends every connection as a machine that dies does: without a word. */
  dropConnections(): void
  /** A program of this name goes before the system's own. */
  putProgram(name: string, script: string): void
}

export async function startSshd(): Promise<TestSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sshd-'))
  for (const name of ['host', 'user', 'stranger']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)])
  }
  const programs = join(folder, 'bin')
  mkdirSync(programs)
  const port = await freePort()
  const publicKey = (name: string): string => readFileSync(join(folder, `${name}.pub`), 'utf8')
  writeFileSync(join(folder, 'authorized'), publicKey('user'))
  writeFileSync(join(folder, 'known'), `[127.0.0.1]:${port} ${publicKey('host')}`)
  writeFileSync(join(folder, 'wrong'), `[127.0.0.1]:${port} ${publicKey('stranger')}`)
  writeFileSync(join(folder, 'config'), configuration(folder, programs, port))
  // Where root runs the test, sshd wants the empty folder that its package makes at boot.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const child = spawn(sshd, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] })
  await listening(child)
  const target = {
    host: '127.0.0.1',
    user: userInfo().username,
    port,
    configFile: '/dev/null',
    identityFile: join(folder, 'user'),
    knownHostsFile: join(folder, 'known'),
  }
  return {
    folder,
    target,
    strangersKey: join(folder, 'stranger'),
    wrongKnownHosts: join(folder, 'wrong'),
    dropConnections: () => {
      // The connection before its command, whose end it would report.
      for (const pid of descendants(child.pid ?? 0)) kill(pid)
    },
    putProgram(name, script) {
      writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(programs, name), 0o755)
    },
    [Symbol.dispose]() {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const configuration = (folder: string, programs: string, port: number): string => `ListenAddress 127.0.0.1:${port}
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/authorized
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
SetEnv PATH=${programs}:/usr/sbin:/usr/bin:/sbin:/bin
`

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', chunk => {
      said += chunk
      if (said.includes('Server listening')) resolve()
    })
    child.on('error', reject)
    child.on('exit', code => reject(new Error(`sshd ended with ${code}: ${said}`)))
  })
}

/** One whose parent has just been killed may have ended by itself. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** The sessions of our own sshd: its children, each before its own. */
function descendants(parent: number): number[] {
  return childrenOf(parent).flatMap(pid => [pid, ...descendants(pid)])
}

/** One that has ended meanwhile has none. */
function childrenOf(pid: number): number[] {
  try {
    return (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? []).map(Number)
  } catch {
    return []
  }
}
