// `state.json`: what a lab has started, so that a later process finds it, or ends what a crash has left behind. Nothing is
// ever ended that is not recorded here with its start time.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { found } from '../../core/base/assert.ts'
import { parseJson } from '../../core/base/json.ts'
import { endRecorded, isRunning, type ProcessRecord, recordOf } from './processes.ts'

const processRecord = z.object({ pid: z.number().int().positive(), startedAt: z.string(), bootId: z.string() })
const stateSchema = z.object({ lab: processRecord, machines: z.array(processRecord) })

export interface LabState {
  readonly lab: ProcessRecord
  readonly machines: readonly ProcessRecord[]
  /** The lab process itself is alive. */
  readonly isRunning: boolean
}

const stateFile = (directory: string): string => join(directory, 'state.json')

export function writeState(directory: string, machines: readonly (ProcessRecord | undefined)[]): void {
  if (!existsSync(directory)) return
  const lab = found(recordOf(process.pid), 'this process')
  const text = JSON.stringify({ lab, machines: machines.filter(machine => machine !== undefined) }, null, 2)
  const temporary = `${stateFile(directory)}.new`
  writeFileSync(temporary, `${text}\n`, { mode: 0o600 })
  renameSync(temporary, stateFile(directory))
}

export function readState(directory: string): LabState | undefined {
  if (!existsSync(stateFile(directory))) return undefined
  const read = parseJson(readFileSync(stateFile(directory), 'utf8'))
  const parsed = stateSchema.safeParse(read.ok ? read.value : undefined)
  return parsed.success ? { ...parsed.data, isRunning: isRunning(parsed.data.lab) } : undefined
}

/** Ends what is recorded and still runs, and removes the folder. Returns the ids of what it ended. */
export async function cleanUp(directory: string): Promise<readonly number[]> {
  const state = readState(directory)
  const left = state ? [state.lab, ...state.machines].filter(each => each.pid !== process.pid) : []
  const ended = left.filter(each => endRecorded(each)).map(each => each.pid)
  await rm(directory, { recursive: true, force: true })
  return ended
}
