// The one place where words become text for a shell: what crosses ssh is read by the login shell of the other side.
// Single quotes keep everything but themselves; the backslash stands outside of them, so that fish reads it as POSIX
// shells do. Source: POSIX.1-2017, Shell Command Language, 2.2.1 and 2.2.2.
import { assert } from '../../core/base/assert.ts'

/** One word that a shell reads back as exactly `word`. No argument list can carry a NUL. */
export function quoteWord(word: string): string {
  assert(!word.includes('\0'), 'a NUL in an argument')
  if (word === '') return "''"
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(word)) return word
  return word.replace(/['\\]|[^'\\]+/g, part => (part === "'" || part === '\\' ? `\\${part}` : `'${part}'`))
}

/** A command line that a shell reads back as exactly these words. */
export const quoteCommand = (words: readonly string[]): string => words.map(quoteWord).join(' ')
