// Every problem at once, also where the form is broken somewhere: what is broken is taken out until the rest has a form,
// and the rest is checked for sense. Findings that might come from what was taken out are not told.
import type { z } from 'zod'
import type { Finding } from '../model/finding.ts'
import type { ClusterForm } from './form.ts'
import type { Path } from './places.ts'
import { clusterSchema } from './schema.ts'

export interface Salvaged {
  readonly form: ClusterForm
  readonly isTrustworthy: (finding: Finding) => boolean
}

export function salvage(value: unknown): Salvaged | undefined {
  const copy: unknown = JSON.parse(JSON.stringify(value))
  const damaged: Path[] = []
  // Each round takes something out; a file nests no deeper than this.
  for (let round = 0; round < 12; round += 1) {
    const form = clusterSchema.safeParse(copy)
    if (form.success) return { form: form.data, isTrustworthy: finding => isTrustworthy(finding, damaged) }
    const paths = form.error.issues.flatMap(issue => brokenPaths(issue, copy))
    if (paths.some(path => path.length === 0)) return undefined
    for (const path of paths) remove(copy, path)
    damaged.push(...paths)
  }
  return undefined
}

/** A broken place says nothing of itself; a misspelt key may have been what seems to be missing. */
export function isTrustworthy({ code, path }: Finding, damaged: readonly Path[]): boolean {
  if (aboutTheWhole.includes(code)) return false
  return !damaged.some(broken => {
    const isRemoved = broken.length <= 2
    if (isRemoved && code === `unknown-${String(broken[0]).replace(/s$/, '')}`) return true
    if (aboutAbsence.includes(code) && broken[0] === path[0] && broken[1] === path[1]) return true
    return broken.every((step, index) => step === path[index])
  })
}

const aboutAbsence: readonly string[] = [
  'missing',
  'no-fencing',
  'fence-shares-power',
  'two-backings',
  'part-key',
  'too-small',
]

/** What is said of the whole, or by the absence of something. */
const aboutTheWhole: readonly string[] = [
  'too-few-nodes',
  'two-node-count',
  'majority-of-two',
  'even-nodes',
  'ffsplit-odd',
  'link-count',
  'no-second-link',
  'no-services',
  'unused-volume',
  'one-replica',
  'nowhere-to-go',
  'nowhere-together',
]

/** What to take out: the value itself, or what lacks it; a list as a whole, so that no index moves. */
function brokenPaths(issue: z.core.$ZodIssue, value: unknown): readonly Path[] {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...issue.path, key]) : [issue.path]
  return keys.map(path => upToList(path, value))
}

function upToList(path: Path, value: unknown): Path {
  let at: unknown = value
  for (const [index, step] of path.entries()) {
    if (Array.isArray(at)) return path.slice(0, index)
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return path.slice(0, index)
    at = Reflect.get(at, step)
  }
  return path
}

function remove(value: unknown, path: Path): void {
  const last = path.at(-1)
  let at: unknown = value
  for (const step of path.slice(0, -1)) at = typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined
  if (typeof at === 'object' && at !== null && last !== undefined) Reflect.deleteProperty(at, last)
}
