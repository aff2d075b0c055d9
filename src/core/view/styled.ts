// Lines of text with a meaning attached to each stretch, not a colour: the terminal makes ANSI of it, the page makes
// classes of it, and without colour the words alone still say everything.

export type Tone =
  | 'plain'
  | 'strong'
  | 'dim'
  /** As it should be. */
  | 'good'
  /** Works, but something is missing. */
  | 'warn'
  /** Does not work, or would lose data. */
  | 'bad'
  /** On its way: syncing, joining, starting. */
  | 'busy'
  | 'heading'

export interface Piece {
  readonly text: string
  readonly tone: Tone
}

export type StyledLine = readonly Piece[]

export const piece = (text: string, tone: Tone = 'plain'): Piece => ({ text, tone })
export const plainText = (line: StyledLine): string =>
  line
    .map(p => p.text)
    .join('')
    .trimEnd()

/** Columns as people see them: one per code point, none for combining marks and variation selectors. */
export const columns = (text: string): number => [...text.replace(/\p{Mn}|\p{Variation_Selector}/gu, '')].length

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - columns(text)))

/** The worst of several tones: bad, warn, busy, good, then the quiet ones. */
export function worst(tones: readonly Tone[]): Tone {
  const order: readonly Tone[] = ['bad', 'warn', 'busy', 'good']
  return order.find(tone => tones.includes(tone)) ?? 'plain'
}

/** Rows whose cells stand under each other; each column as wide as its widest cell. */
export function table(rows: readonly (readonly Piece[])[], indent = 2): StyledLine[] {
  const count = Math.max(0, ...rows.map(row => row.length))
  const widths = Array.from({ length: count }, (_, i) => Math.max(0, ...rows.map(row => columns(row[i]?.text ?? ''))))
  return rows.map(row => [
    piece(' '.repeat(indent)),
    ...row.map((cell, i) => (i === row.length - 1 ? cell : piece(pad(cell.text, (widths[i] ?? 0) + 2), cell.tone))),
  ])
}

/** Breaks a line at spaces (a word that is too long anywhere) so that no part is wider than `width`; later parts are
 *  indented. Tones are kept. */
export function wrap(line: StyledLine, width: number, indent: number): StyledLine[] {
  const words = line.flatMap(p =>
    p.text.split(/(?<= )/).flatMap(text => chunks(text, width - indent).map(c => piece(c, p.tone))),
  )
  const out: Piece[][] = [[]]
  let used = 0
  for (const word of words) {
    if (used + columns(word.text.trimEnd()) > width && used > indent) {
      out.push([piece(' '.repeat(indent))])
      used = indent
    }
    out[out.length - 1]?.push(word)
    used += columns(word.text)
  }
  return out
}

const chunks = (text: string, size: number): string[] => {
  const signs = [...text]
  if (signs.length <= size) return [text]
  return [signs.slice(0, size).join(''), ...chunks(signs.slice(size).join(''), size)]
}
