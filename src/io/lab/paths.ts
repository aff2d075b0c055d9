// Where the lab keeps things. Images and snapshots: ${XDG_CACHE_HOME:-~/.cache}/holdfast, safe to delete at any time.
// A running lab: ${XDG_STATE_HOME:-~/.local/state}/holdfast/lab/NAME, gone when the lab is.
import { chmodSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fail, ok, type Result } from '../../core/base/result.ts'
import type { LabFailure } from './contract.ts'

const base = (variable: string, fallback: string): string => {
  const set = process.env[variable]
  return set?.startsWith('/') ? set : join(homedir(), fallback)
}

export const cacheDirectory = (): string => join(base('XDG_CACHE_HOME', '.cache'), 'holdfast')
export const labsDirectory = (): string => join(base('XDG_STATE_HOME', '.local/state'), 'holdfast', 'lab')

/** Cluster names follow the grammar of node names, so that one is always a plain folder. */
export const labDirectory = (clusterName: string): string => join(labsDirectory(), clusterName)

export function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  chmodSync(directory, 0o700)
}

/** unix(7): a socket's path has at most 108 bytes with its final zero. The paths also go through the option languages of
 *  QEMU and socat, where other characters than these would be read as something else. */
export function checkSocketPath(path: string): Result<void, LabFailure> {
  if (!/^[A-Za-z0-9_./@+-]+$/.test(path)) return fail({ kind: 'path-unusable', path, why: 'characters' })
  return Buffer.byteLength(path) < 108 ? ok(undefined) : fail({ kind: 'path-unusable', path, why: 'length' })
}
