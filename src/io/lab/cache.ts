// Folders of the cache are made beside their place and moved there whole: a half-made one is never taken for whole, and
// two processes that make the same one do not disturb each other. What interrupted builds left is removed on the way.
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ok, type Result } from '../../core/base/result.ts'
import { recordOf } from './processes.ts'

const marker = '.building-'

async function removeLeftovers(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = Number(entry.split(marker)[1])
    if (Number.isNaN(pid) || recordOf(pid) !== undefined) continue
    await rm(join(parent, entry), { recursive: true, force: true })
  }
}

export async function intoCache<F>(
  directory: string,
  make: (building: string) => Promise<Result<void, F>>,
): Promise<Result<void, F>> {
  await removeLeftovers(dirname(directory))
  const building = join(dirname(directory), `${basename(directory)}${marker}${process.pid}`)
  await mkdir(building, { recursive: true })
  const made = await make(building)
  if (!made.ok) return made
  // Another process was faster: its folder is as good as ours.
  if (existsSync(directory)) await rm(building, { recursive: true, force: true })
  else await rename(building, directory)
  return ok(undefined)
}
