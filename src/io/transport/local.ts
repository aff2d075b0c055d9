// This machine as a node: the same port without ssh. For a controller that runs on one of its nodes, and for tests.
import { fail, ok, type Result } from '../../core/base/result.ts'
import { milliseconds, type NodeName } from '../../core/base/units.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'
import { type End, runProcess } from './process.ts'
import { readFileBy, wordsOf, writeFileBy } from './remote.ts'
import { provenSudo } from './sudo.ts'
import type { Command, Outcome, Transport } from './transport.ts'

export function localTransport(node: NodeName): Transport {
  const isRoot = process.getuid?.() === 0
  const attempt = (command: Command, signal?: AbortSignal): Promise<Result<Outcome, TransportFailure>> =>
    start(command, { sudo: command.asRoot === true && !isRoot, follow: false }, signal)
  const sudo = provenSudo(node, attempt)

  const start = async (
    command: Command,
    how: { sudo: boolean; follow: boolean },
    signal?: AbortSignal,
    onLine?: (line: string) => void,
  ): Promise<Result<Outcome, TransportFailure>> => {
    const end = await runProcess({
      argv: wordsOf(command, how),
      timeout: command.timeout,
      holdInput: how.follow,
      ...(command.input === undefined ? {} : { input: command.input }),
      ...(signal ? { signal } : {}),
      ...(onLine ? { onLine } : {}),
    })
    return told(end, node, command)
  }

  const run = async (command: Command, signal?: AbortSignal): Promise<Result<Outcome, TransportFailure>> => {
    const refused = command.asRoot && !isRoot ? await sudo() : undefined
    return refused ? fail(refused) : attempt(command, signal)
  }

  return {
    node,
    run,
    async follow(command, onLine, signal) {
      const refused = command.asRoot && !isRoot ? await sudo() : undefined
      if (refused) return fail(refused)
      return start(command, { sudo: command.asRoot === true && !isRoot, follow: true }, signal, onLine)
    },
    readFile: path => readFileBy(run, node, path),
    writeFile: (path, file) => writeFileBy(run, path, file),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

function told(end: End, node: NodeName, command: Command): Result<Outcome, TransportFailure> {
  switch (end.kind) {
    case 'exited':
      return ok({ exitCode: end.exitCode, stdout: end.stdout, stderr: end.stderr })
    case 'timed-out':
      return fail({ kind: 'timed-out', node, command: command.program, after: milliseconds(command.timeout) })
    case 'aborted':
      return fail({ kind: 'aborted', node, command: command.program })
    case 'not-started':
      return fail({ kind: 'unreachable', node, detail: end.detail })
    default:
      return end satisfies never
  }
}
