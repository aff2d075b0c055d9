// Runs the installed crm_simulate: bounded in time, at most two at once, arguments as a list. The reference that the
// policy engine is judged by. `-S` schedules, then simulates the transition: one run answers every question.
import { execFile } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface Run {
  readonly code: number
  /** The report in XML, with scores. */
  readonly report: string
  /** The log at "info": says of resources that stay where they will be. */
  readonly log: string
  readonly graph: string
  /** The CIB after the simulated transition; empty where it was not simulated. */
  readonly output: string
  readonly timedOut: boolean
}

const program = process.env['CRM_SIMULATE'] ?? 'crm_simulate'

export function isInstalled(): boolean {
  const places = program.includes('/') ? [program] : pathFolders().map(folder => join(folder, program))
  return places.some(place => {
    try {
      accessSync(place, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const pathFolders = (): string[] => (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')

/** A gate for at most `places` at once, first come, first served. */
function gate(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = places
  const waiting: (() => void)[] = []
  return async work => {
    if (free > 0) free -= 1
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
const pool = gate(2)

export interface Options {
  /** Options of crm_simulate, as `--node-fail`, `n1`. */
  readonly events?: readonly string[]
  readonly simulate?: boolean
  readonly timeoutMs?: number
}

export function crmSimulate(
  file: string,
  { events = [], simulate = true, timeoutMs = 60_000 }: Options = {},
): Promise<Run> {
  return pool(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-conformance-'))
    const [graph, output] = [join(folder, 'graph.xml'), join(folder, 'output.xml')]
    const steps = simulate ? ['-S', '-O', output] : ['-R']
    try {
      const args = ['-x', file, ...steps, '-s', '-VVVV', '-G', graph, '--output-as=xml', ...events]
      return { ...(await execute(args, timeoutMs)), graph: textOf(graph), output: textOf(output) }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}

function execute(args: readonly string[], timeoutMs: number): Promise<Omit<Run, 'graph' | 'output'>> {
  const env = { ...process.env, LC_ALL: 'C' }
  return new Promise(resolve => {
    execFile(
      program,
      args,
      { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 2 ** 28 },
      (error, report, log) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ code, report, log, timedOut: error?.killed === true })
      },
    )
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
