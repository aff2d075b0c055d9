// Starts a lab that outlives this process: spawns daemon.ts, passes its progress on, and lets go of it once it stands.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { found } from '../../core/base/assert.ts'
import { fail, type Result } from '../../core/base/result.ts'
import type { Lab, LabFailure, LabOptions } from './contract.ts'
import type { DaemonLine } from './daemon.ts'
import { openLab } from './open.ts'
import { labsDirectory, makePrivate } from './paths.ts'

/** Where the lab process writes what nobody expected. It outlives the lab. */
export const daemonLog = (clusterName: string): string => join(labsDirectory(), `${clusterName}.log`)

export async function startDetachedLab(options: LabOptions): Promise<Result<Lab, LabFailure>> {
  const { onProgress, ...asked } = options
  makePrivate(labsDirectory())
  const log = openSync(daemonLog(options.clusterName), 'w', 0o600)
  const daemon = spawn(process.execPath, [join(import.meta.dirname, 'daemon.ts')], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', log],
  })
  closeSync(log)
  const input = found(daemon.stdin, 'the input of the lab process')
  const output = found(daemon.stdout, 'the output of the lab process')
  input.on('error', () => undefined)
  input.write(`${JSON.stringify(asked)}\n`)
  for await (const line of createInterface({ input: output })) {
    const said: DaemonLine = JSON.parse(line)
    if (said.kind === 'progress') onProgress?.(said.progress)
    if (said.kind === 'failed') return fail(said.failure)
    if (said.kind === 'up') break
  }
  input.destroy()
  output.destroy()
  daemon.unref()
  return openLab(options.clusterName)
}
