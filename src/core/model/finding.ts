// What a semantic check finds: a problem with the path of the cluster file that it is about, because the model itself
// knows no lines. The path's spelling is the file's: `['volumes', 'pgdata', 'erase-existing']`.
import type { Problem } from '../base/result.ts'
import { closest } from '../base/suggest.ts'

export type FilePath = readonly (string | number)[]

export interface Finding extends Problem {
  readonly path: FilePath
}

type Make = (code: string, path: FilePath, message: string, hint?: string) => Finding

const maker =
  (severity: 'error' | 'warning'): Make =>
  (code, path, message, hint) => ({ severity, code, message, path, ...(hint !== undefined && { hint }) })

export const error: Make = maker('error')
export const warning: Make = maker('warning')

/** "did you mean `alpha`?", or what there is to choose from. */
export function choice(word: string, words: readonly string[], kind: string): string {
  const near = closest(word, words)
  if (near !== undefined) return `did you mean \`${near}\`?`
  if (words.length > 12) return `it is none of its ${words.length} ${kind}s`
  return words.length === 0 ? `there is no ${kind} in this file` : `there is: ${words.map(w => `\`${w}\``).join(', ')}`
}

/** Those that have come before, each with what came first. */
export function repeated<T>(items: readonly T[], key: (item: T) => string): readonly { item: T; first: T }[] {
  const seen = new Map<string, T>()
  return items.flatMap(item => {
    const first = seen.get(key(item))
    if (first === undefined) seen.set(key(item), item)
    return first === undefined ? [] : [{ item, first }]
  })
}
