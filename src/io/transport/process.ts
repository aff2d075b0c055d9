// Runs one local process to its end, with a bound in time: the ground under ssh.ts and local.ts.
// The child leads its own process group, so that Ctrl-C in the terminal does not cut a step in two; it is this file that
// ends it, on timeout or abort, by its own id.
import { spawn } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import type { Milliseconds } from '../../core/base/units.ts'

export interface Task {
  readonly argv: readonly [string, ...string[]]
  readonly input?: string | Uint8Array
  /** Standard input stays open and empty until the end: the other side takes its end for ours. */
  readonly holdInput?: boolean
  /** Lines of standard output go here instead of into `stdout`. */
  readonly onLine?: (line: string) => void
  readonly timeout: Milliseconds
  readonly signal?: AbortSignal
}

export type End =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'not-started'; readonly detail: string }

/** Beyond this a Node timer overflows; it means "no bound". */
const longestTimer = 2 ** 31 - 1

export function runProcess(task: Task): Promise<End> {
  if (task.signal?.aborted) return Promise.resolve({ kind: 'aborted' })
  return new Promise(resolve => {
    const [program, ...args] = task.argv
    const child = spawn(program, args, { stdio: 'pipe', detached: true })
    let ended: End | undefined
    const stop = (end: End): void => {
      ended ??= end
      endGroup(child.pid)
    }
    const bounded = task.timeout < longestTimer
    const timer = bounded ? setTimeout(() => stop({ kind: 'timed-out' }), task.timeout) : undefined
    const onAbort = (): void => stop({ kind: 'aborted' })
    task.signal?.addEventListener('abort', onAbort, { once: true })
    const stdout = task.onLine ? lines(task.onLine) : text()
    const stderr = text()
    child.stdout.on('data', stdout.push)
    child.stderr.on('data', stderr.push)
    // A program may end without reading what it was given; its exit status tells, not the broken pipe.
    child.stdin.on('error', () => undefined)
    if (!task.holdInput) child.stdin.end(task.input)
    const finish = (end: End): void => {
      clearTimeout(timer)
      task.signal?.removeEventListener('abort', onAbort)
      resolve(ended ?? end)
    }
    // A process that we ended is over with its own end: an ssh master may hold the pipes until the other side is done.
    child.on('exit', () => {
      if (!ended) return
      child.stdout.destroy()
      child.stderr.destroy()
      finish(ended)
    })
    child.on('error', error => finish({ kind: 'not-started', detail: error.message }))
    child.on('close', (code, signal) =>
      finish({ kind: 'exited', exitCode: code ?? 128 + numberOf(signal), stdout: stdout.end(), stderr: stderr.end() }),
    )
  })
}

/** The group is asked to end, and made to a second later. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  kill(pid, 'SIGTERM')
  setTimeout(() => kill(pid, 'SIGKILL'), 1_000).unref()
}

function kill(groupLeader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupLeader, signal)
  } catch {
    // It has ended by itself meanwhile.
  }
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }
const numberOf = (signal: string | null): number => signalNumbers[signal ?? ''] ?? 0

interface Sink {
  readonly push: (chunk: Buffer) => void
  readonly end: () => string
}

function text(): Sink {
  const chunks: Buffer[] = []
  return { push: chunk => chunks.push(chunk), end: () => Buffer.concat(chunks).toString('utf8') }
}

function lines(onLine: (line: string) => void): Sink {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    push(chunk) {
      const parts = (rest + decoder.write(chunk)).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) onLine(line)
    },
    end() {
      rest += decoder.end()
      if (rest !== '') onLine(rest)
      return ''
    },
  }
}
