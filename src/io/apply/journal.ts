// What apply has begun and done, line by line on the administrator's own disk, each line synced before the next thing
// happens. It is for people and for the message of the next run; what there is to do is always found out from the machines.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseJson } from '../../core/base/json.ts'

export interface JournalEntry {
  readonly at: string
  readonly what: 'apply-begun' | 'apply-done' | 'apply-stopped' | 'begun' | 'done' | 'failed'
  readonly step?: string
  readonly detail?: string
}

export interface Journal extends Disposable {
  write(entry: Omit<JournalEntry, 'at'>): void
  /** What the last apply left unfinished, if it did not end. */
  readonly interrupted: { readonly since: string; readonly steps: readonly string[] } | undefined
}

export const stateDirectory = (cluster: string): string =>
  join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'holdfast', cluster)

export function openJournal(
  cluster: string,
  now: () => Date,
  complain: (text: string) => void = text => console.error(`holdfast: ${text}; going on without it`),
): Journal {
  const folder = stateDirectory(cluster)
  const path = join(folder, 'apply.jsonl')
  const lost = { said: false }
  /** It is for people: that it cannot be kept (disk full, home read-only) must not cut an apply in two. */
  const kept = <T>(work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      if (!lost.said) complain(`the journal ${path} cannot be kept: ${error instanceof Error ? error.message : error}`)
      lost.said = true
      return undefined
    }
  }
  const opened = kept(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return { interrupted: unfinished(readEntries(path)), file: openSync(path, 'a', 0o600) }
  })
  return {
    interrupted: opened?.interrupted,
    write: entry => {
      if (!opened || lost.said) return
      kept(() => {
        writeSync(opened.file, `${JSON.stringify({ at: now().toISOString(), ...entry })}\n`)
        fsyncSync(opened.file)
      })
    },
    [Symbol.dispose]: () => {
      if (opened) closeSync(opened.file)
    },
  }
}

export function readEntries(path: string): readonly JournalEntry[] {
  try {
    return readFileSync(path, 'utf8').split('\n').flatMap(parseEntry)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

const kinds = ['apply-begun', 'apply-done', 'apply-stopped', 'begun', 'done', 'failed'] as const

/** A line that a crash cut off is no entry. */
function parseEntry(line: string): readonly JournalEntry[] {
  const read = parseJson(line)
  if (!read.ok) return []
  const { value } = read
  if (typeof value !== 'object' || value === null || !('at' in value) || !('what' in value)) return []
  const what = kinds.find(kind => kind === value.what)
  if (typeof value.at !== 'string' || what === undefined) return []
  const step = 'step' in value && typeof value.step === 'string' ? { step: value.step } : {}
  return [{ at: value.at, what, ...step }]
}

export function unfinished(entries: readonly JournalEntry[]): Journal['interrupted'] {
  const start = entries.findLastIndex(entry => entry.what === 'apply-begun')
  const last = entries.slice(start)
  const begun = last[0]
  if (start < 0 || !begun || last.some(entry => entry.what === 'apply-done')) return undefined
  const ended = new Set(last.filter(entry => entry.what === 'done' || entry.what === 'failed').map(entry => entry.step))
  const steps = last.flatMap(entry =>
    entry.what === 'begun' && entry.step !== undefined && !ended.has(entry.step) ? [entry.step] : [],
  )
  return { since: begun.at, steps }
}
