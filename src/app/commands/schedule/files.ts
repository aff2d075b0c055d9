// What `schedule` reads and writes: a file or the standard input, and JSON that is the same for equal answers.
import { readFileSync } from 'node:fs'
import type { Problem } from '../../../core/base/result.ts'

export interface Read {
  readonly text?: string
  readonly problems: readonly Problem[]
}

export function readText(file: string): Read {
  try {
    return { text: readFileSync(file === '-' ? 0 : file, 'utf8'), problems: [] }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = `${file} cannot be read: ${why}`
    return {
      problems: [
        { severity: 'error', code: 'unreadable', message, hint: 'on a cluster node: cibadmin --query > cib.xml' },
      ],
    }
  }
}

/** Keys sorted at every depth, so that equal answers are equal text. */
export const sortedJson = (value: object): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
