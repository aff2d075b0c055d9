// Child processes of the lab, and how to know one again later: by process id and the moment it started, so that a
// number which the system has given to somebody else meanwhile is never ended by mistake.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'

export interface ProcessRecord {
  readonly pid: number
  /** Field 22 of /proc/PID/stat: clock ticks after boot. Source: proc_pid_stat(5). */
  readonly startedAt: string
  /** The system's boot id: after a reboot every record is stale. */
  readonly bootId: string
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

function startedAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended; it only waits for its parent.
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

export function recordOf(pid: number): ProcessRecord | undefined {
  const started = startedAt(pid)
  return started === undefined ? undefined : { pid, startedAt: started, bootId: bootId() }
}

export const isRunning = (record: ProcessRecord): boolean =>
  record.bootId === bootId() && startedAt(record.pid) === record.startedAt

/** Ends exactly the recorded process, if it is still the same one. True if there was something to end. */
export function endRecorded(record: ProcessRecord, signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): boolean {
  if (!isRunning(record)) return false
  process.kill(record.pid, signal)
  return true
}

export interface Finished {
  readonly exitCode: number
  readonly lines: readonly string[]
}

export interface RunOptions {
  readonly cwd?: string
  readonly logFile?: string
  /** In addition to this process's own. */
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  readonly onLine?: (line: string) => void
}

/** Runs a command to its end, or to the end of this process; keeps the last lines of both its outputs. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program = '', ...rest] = command
  return new Promise(resolve => {
    const lines: string[] = []
    const log = options.logFile ? createWriteStream(options.logFile, { flags: 'a', mode: 0o600 }) : undefined
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', program, ...rest], {
      cwd: options.cwd,
      // mke2fs and its kind live in folders that are not on everybody's PATH.
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let pending = ''
    const take = (chunk: Buffer): void => {
      log?.write(chunk)
      const parts = (pending + chunk.toString()).split(/[\r\n]+/)
      pending = parts.pop() ?? ''
      for (const line of parts.filter(part => part !== '')) {
        lines.push(line)
        options.onLine?.(line)
      }
      if (lines.length > 400) lines.splice(0, 200)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.stdin.on('error', () => child.stdin.destroy())
    child.stdin.end(options.input ?? '')
    child.on('error', error => resolve({ exitCode: 127, lines: [error.message] }))
    child.on('close', code => {
      log?.end()
      if (pending !== '') lines.push(pending)
      resolve({ exitCode: code ?? 128, lines })
    })
  })
}

/** A child that the kernel ends when this process ends, however it ends (prctl(2) PR_SET_PDEATHSIG). */
export function spawnBound(command: readonly string[], options: { cwd: string; stderr: number }): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
    cwd: options.cwd,
    // A group of its own: Ctrl-C reaches this process, which ends its machines in order.
    detached: true,
    stdio: ['ignore', options.stderr, options.stderr],
  })
}
