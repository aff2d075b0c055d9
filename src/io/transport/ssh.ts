// One machine over the system's OpenSSH. The first command opens a master connection, which is a child of ours and ends
// when its standard input does: so nothing outlives this program, even after kill -9. All commands are sessions of that
// master, through a socket in a private folder. A lost master is opened again by the next command.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { milliseconds, type NodeName } from '../../core/base/units.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'
import { type End, runProcess } from './process.ts'
import { quoteCommand } from './quoting.ts'
import { readFileBy, wordsOf, writeFileBy } from './remote.ts'
import { complaintOf, inShort, type SshTarget, sshWords } from './ssh-words.ts'
import { provenSudo } from './sudo.ts'
import type { Command, Outcome, Transport } from './transport.ts'

/** Nothing is connected before the first command. */
export const sshTransport = (node: NodeName, target: SshTarget): Transport => new SshTransport(node, target)

/** sshd allows ten sessions on a connection by default; the master's own is one, and some are being followed. */
const sessionsAtOnce = 5
const forever = milliseconds(Number.POSITIVE_INFINITY)
/** Says that the exit status 255 is the command's own and not ssh's. */
const ownStatus = 'holdfast: the command itself ended with 255'
const withOwnStatus = `"$@"; s=$?; [ "$s" -ne 255 ] || echo '${ownStatus}' >&2; exit "$s"`

class SshTransport implements Transport {
  readonly node: NodeName
  readonly #target: SshTarget
  #folder: string | undefined
  /** The value says whether the login is root. */
  #master: Promise<Result<boolean, TransportFailure>> | undefined
  readonly #closing = new AbortController()
  readonly #sudo: () => Promise<TransportFailure | undefined>
  #busy = 0
  readonly #waiting: (() => void)[] = []

  constructor(node: NodeName, target: SshTarget) {
    this.node = node
    this.#target = target
    this.#sudo = provenSudo(node, (command, signal) => this.#session(command, { sudo: true, follow: false }, signal))
  }

  async run(command: Command, signal?: AbortSignal): Promise<Result<Outcome, TransportFailure>> {
    const ready = await this.#ready(command, signal)
    if (!ready.ok) return ready
    return this.#inTurn(() => this.#session(command, { sudo: ready.value, follow: false }, signal))
  }

  async follow(
    command: Command,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Outcome, TransportFailure>> {
    const ready = await this.#ready(command, signal)
    if (!ready.ok) return ready
    return this.#session(command, { sudo: ready.value, follow: true }, signal, onLine)
  }

  readFile(path: string): ReturnType<Transport['readFile']> {
    return readFileBy(command => this.run(command), this.node, path)
  }

  writeFile(...[path, file]: Parameters<Transport['writeFile']>): ReturnType<Transport['writeFile']> {
    return writeFileBy(command => this.run(command), path, file)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#master
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true })
    this.#folder = undefined
  }

  /** Connected, and root by sudo where it must be; the value says whether sudo is needed. Bounded by the command's time. */
  async #ready(command: Command, signal?: AbortSignal): Promise<Result<boolean, TransportFailure>> {
    const isRoot = await this.#soon(this.#connected(), command, signal)
    if (!isRoot.ok) return isRoot
    if (!command.asRoot || isRoot.value) return ok(false)
    const refused = await this.#sudo()
    return refused ? fail(refused) : ok(true)
  }

  /** The connection goes on being made when this command gives up on it: the next one may find it ready. */
  #soon<T>(
    work: Promise<Result<T, TransportFailure>>,
    command: Command,
    signal?: AbortSignal,
  ): Promise<Result<T, TransportFailure>> {
    const { promise, resolve } = Promise.withResolvers<Result<T, TransportFailure>>()
    const detail = `no connection after ${command.timeout} ms`
    const late = setTimeout(
      () => resolve(fail({ kind: 'unreachable', node: this.node, detail })),
      Math.min(command.timeout, 60_000),
    )
    const onAbort = (): void => resolve(fail({ kind: 'aborted', node: this.node, command: command.program }))
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    void work.then(resolve)
    return promise.finally(() => {
      clearTimeout(late)
      signal?.removeEventListener('abort', onAbort)
    })
  }

  #connected(): Promise<Result<boolean, TransportFailure>> {
    this.#master ??= this.#connect()
    return this.#master
  }

  /** The master's own session tells who we are, and then waits for us to end. */
  #connect(): Promise<Result<boolean, TransportFailure>> {
    const { promise, resolve } = Promise.withResolvers<Result<boolean, TransportFailure>>()
    const remote = quoteCommand(['exec', 'sh', '-c', 'id -u; exec cat >/dev/null'])
    const ended = runProcess({
      argv: sshWords(this.#target, this.#socket(), 'master', remote),
      holdInput: true,
      onLine: line => /^\d+$/.test(line) && resolve(ok(line === '0')),
      timeout: forever,
      signal: this.#closing.signal,
    })
    void ended.then(end => {
      if (this.#master === promise) this.#master = undefined
      resolve(fail(this.#notConnected(end)))
    })
    return promise
  }

  #notConnected(end: End): TransportFailure {
    const node = this.node
    if (end.kind === 'not-started') return { kind: 'unreachable', node, detail: end.detail }
    if (end.kind !== 'exited') return { kind: 'unreachable', node, detail: 'the connection was closed' }
    return complaintOf(node, end.stderr) ?? { kind: 'unreachable', node, detail: inShort(end.stderr) }
  }

  /** Its folder is readable by nobody else, so that nobody else can use the connection. */
  #socket(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'holdfast-'))
    return join(this.#folder, 's')
  }

  async #session(
    command: Command,
    how: { sudo: boolean; follow: boolean },
    signal?: AbortSignal,
    onLine?: (line: string) => void,
  ): Promise<Result<Outcome, TransportFailure>> {
    const remote = quoteCommand(['exec', 'sh', '-c', withOwnStatus, 'sh', ...wordsOf(command, how)])
    const end = await runProcess({
      argv: sshWords(this.#target, this.#socket(), 'session', remote),
      timeout: command.timeout,
      holdInput: how.follow,
      ...(command.input === undefined ? {} : { input: command.input }),
      ...(signal ? { signal } : {}),
      ...(onLine ? { onLine } : {}),
    })
    return this.#told(end, command)
  }

  #told(end: End, command: Command): Result<Outcome, TransportFailure> {
    const node = this.node
    switch (end.kind) {
      case 'exited': {
        if (end.exitCode !== 255) return ok({ exitCode: end.exitCode, stdout: end.stdout, stderr: end.stderr })
        const own = `${ownStatus}\n`
        if (end.stderr.endsWith(own)) {
          return ok({ exitCode: 255, stdout: end.stdout, stderr: end.stderr.slice(0, -own.length) })
        }
        const detail = inShort(end.stderr) || 'the connection closed'
        return fail(
          complaintOf(node, end.stderr) ?? { kind: 'connection-lost', node, command: command.program, detail },
        )
      }
      case 'timed-out':
        return fail({ kind: 'timed-out', node, command: command.program, after: command.timeout })
      case 'aborted':
        return fail({ kind: 'aborted', node, command: command.program })
      case 'not-started':
        return fail({ kind: 'unreachable', node, detail: end.detail })
      default:
        return end satisfies never
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    while (this.#busy >= sessionsAtOnce) await new Promise<void>(resolve => this.#waiting.push(resolve))
    this.#busy += 1
    try {
      return await work()
    } finally {
      this.#busy -= 1
      this.#waiting.shift()?.()
    }
  }
}
