// Explanations as lines of text, broken where they would be too long for the reader's terminal.
import type { Account, Explanation } from './explanation.ts'
import { points, signed } from './words.ts'

export interface Style {
  /** The longest line; words longer than that stay whole. */
  readonly width: number
  readonly strong: (text: string) => string
  readonly weak: (text: string) => string
}

const plain: Style = { width: 110, strong: text => text, weak: text => text }

export const showExplanations = (all: readonly Explanation[], style: Style = plain): readonly string[] =>
  all.flatMap((one, at) => [
    ...(at > 0 && (one.nodes.length > 0 || one.waits.length > 0) ? [''] : []),
    ...showOne(one, style),
  ])

function showOne(one: Explanation, style: Style): readonly string[] {
  const { width, strong } = style
  return [
    ...broken('', one.verdict, width).map(strong),
    ...one.because.flatMap(line => broken('  ', line, width)),
    ...one.nodes.flatMap(account => showAccount(account, style, `  ${account.node}`, 'to run here')),
    ...one.promotion.flatMap(account =>
      showAccount(account, style, `  ${account.node}, for promotion`, 'to be promoted here'),
    ),
    ...one.waits.flatMap(({ action, waitsFor }) => [
      `  ${action} waits for`,
      ...waitsFor.flatMap(name => broken('    ', name, width)),
    ]),
  ]
}

function showAccount(account: Account, { width, strong, weak }: Style, name: string, aim: string): readonly string[] {
  const { score, chosen, parts, aside, but, remedy, remedySuffices } = account
  const total = score === undefined ? 'out of the question' : `score ${points(score)}`
  return [
    strong(`${name}: ${total}${chosen ? ', chosen' : ''}`),
    ...parts.flatMap(part => broken(`    ${signed(part.score).padStart(9)}  `, part.text, width)),
    ...aside.flatMap(part => broken(`    (${signed(part.score)})  `, part.text, width).map(weak)),
    ...but.flatMap(line => broken('    ', line, width)),
    ...showRemedy(remedy, remedySuffices, width, aim),
  ]
}

function showRemedy(
  remedy: readonly string[],
  suffices: boolean | undefined,
  width: number,
  aim: string,
): readonly string[] {
  if (remedy.length === 0)
    return suffices === false ? [`    ${aim}: nothing that Holdfast could try on paper is enough`] : []
  const lines = remedy.flatMap((step, at) => broken(`    ${at === 0 ? aim : 'and then'}: `, step, width))
  return suffices ? lines : [...lines, '    and more: tried on paper, this alone is not enough']
}

/** The text after the head, broken between words; further lines begin below the text. */
function broken(head: string, text: string, width: number): readonly string[] {
  const indent = ' '.repeat(head.length)
  const lines: string[] = []
  let line = head
  for (const word of text.split(' ')) {
    const isFirst = line.length === indent.length && (lines.length > 0 || line === head)
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else line += isFirst ? word : ` ${word}`
  }
  return [...lines, line]
}
