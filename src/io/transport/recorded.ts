// A transport that writes down what another one answered, and one that answers from such a book. For tests of what reads
// machines: record once from real ones, replay anywhere. What goes to standard input is kept as a hash only.
import { createHash } from 'node:crypto'
import { assert } from '../../core/base/assert.ts'
import type { Result } from '../../core/base/result.ts'
import type { NodeName } from '../../core/base/units.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'
import type { Command, Outcome, RemoteFile, Transport } from './transport.ts'

/** One call and its answer. Plain data: a recording is kept as JSON. */
export interface Call {
  readonly question: string
  readonly lines?: readonly string[]
  readonly answer: Result<Outcome | RemoteFile | undefined, TransportFailure>
}

const hash = (input: string | Uint8Array): string => createHash('sha256').update(input).digest('hex').slice(0, 16)

function questionOf(verb: 'run' | 'follow', { program, args, input, asRoot, environment }: Command): string {
  return JSON.stringify([
    verb,
    program,
    args,
    input === undefined ? null : hash(input),
    asRoot ?? false,
    environment ?? {},
  ])
}
const questionOfRead = (path: string): string => JSON.stringify(['readFile', path])
const questionOfWrite = (path: string, file: RemoteFile): string =>
  JSON.stringify(['writeFile', path, hash(file.content), file.mode, file.owner])

/** Answers as `transport` does, and adds each answer to `calls`. */
export function recording(transport: Transport, calls: Call[]): Transport {
  const kept = async <T extends Outcome | RemoteFile | undefined>(
    question: string,
    answering: Promise<Result<T, TransportFailure>>,
  ): Promise<Result<T, TransportFailure>> => {
    const answer = await answering
    calls.push({ question, answer })
    return answer
  }
  return {
    node: transport.node,
    run: (command, signal) => kept(questionOf('run', command), transport.run(command, signal)),
    async follow(command, onLine, signal) {
      const lines: string[] = []
      const keep = (line: string): void => {
        lines.push(line)
        onLine(line)
      }
      const answer = await transport.follow(command, keep, signal)
      calls.push({ question: questionOf('follow', command), lines, answer })
      return answer
    },
    readFile: path => kept(questionOfRead(path), transport.readFile(path)),
    writeFile: (path, file) => kept(questionOfWrite(path, file), transport.writeFile(path, file)),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }
}

const isOutcome = (value: Outcome | RemoteFile | undefined): value is Outcome =>
  value !== undefined && 'exitCode' in value
const isFile = (value: Outcome | RemoteFile | undefined): value is RemoteFile | undefined => !isOutcome(value)

/** A question that was asked several times gets its answers in their order, and then the last one again. */
export function replaying(node: NodeName, calls: readonly Call[]): Transport {
  const asked = new Map<string, number>()
  const answerTo = (question: string): Call => {
    const answers = calls.filter(call => call.question === question)
    const turn = asked.get(question) ?? 0
    asked.set(question, turn + 1)
    const answer = answers[Math.min(turn, answers.length - 1)]
    assert(answer, `not in the recording: ${question}`)
    return answer
  }
  const outcome = ({ answer, question }: Call): Result<Outcome, TransportFailure> => {
    if (!answer.ok) return answer
    assert(isOutcome(answer.value), `a recorded file for ${question}`)
    return { ok: true, value: answer.value }
  }
  return {
    node,
    run: async command => outcome(answerTo(questionOf('run', command))),
    async follow(command, onLine) {
      const call = answerTo(questionOf('follow', command))
      for (const line of call.lines ?? []) onLine(line)
      return outcome(call)
    },
    async readFile(path) {
      const { answer } = answerTo(questionOfRead(path))
      if (!answer.ok) return answer
      assert(isFile(answer.value), `a recorded outcome for ${path}`)
      return { ok: true, value: answer.value }
    },
    writeFile: async (path, file) => outcome(answerTo(questionOfWrite(path, file))),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
