// The survivability matrix: first fault down, second fault across, one field per pair, the single faults on the diagonal.
// It stands alone, and on white paper. The colours differ in brightness too, and each field has a title.
import { showDuration } from '../base/units.ts'
import type { Outcome, Survivability, Verdict } from '../sim/survivability.ts'
import { type Markup, tag, text } from './markup.ts'

const colours: Readonly<Record<Verdict, string>> = {
  unharmed: '#e3f2e6',
  survived: '#8fcf9b',
  late: '#f0c95a',
  down: '#d9776b',
  lost: '#7a1021',
}
const words: Readonly<Record<Verdict, string>> = {
  unharmed: 'no interruption',
  survived: 'back within the budget',
  late: 'back, but late',
  down: 'stays down',
  lost: 'acknowledged writes lost',
}
export const verdictOrder: readonly Verdict[] = ['unharmed', 'survived', 'late', 'down', 'lost']

/** The worst that happens to any service. */
export const worstOf = (outcomes: readonly Outcome[]): Outcome | undefined =>
  [...outcomes].sort((a, b) => verdictOrder.indexOf(b.verdict) - verdictOrder.indexOf(a.verdict) || b.gone - a.gone)[0]

const field = 14
/** About as wide as a letter is at ten pixels. */
const letter = 5.6
const legendWidth = 160

/** Where the fields begin: the names stand left of them, and lean to the right above them. */
interface Origin {
  readonly left: number
  readonly top: number
}

export function matrix(table: Survivability): Markup {
  const names = table.singles.map(row => row.faults[0] ?? '')
  const longest = Math.max(10, ...names.map(name => [...name].length)) * letter
  const origin: Origin = { left: Math.ceil(longest + 20), top: Math.ceil(longest * 0.87 + 20) }
  const { left, top } = origin
  const fields = left + names.length * field
  const width = Math.ceil(Math.max(fields + longest / 2 + 20, 20 + (verdictOrder.length + 1) * legendWidth))
  const height = top + names.length * field + 60
  const pairs = new Map(table.pairs.map(row => [row.faults.join('\n'), row]))
  const cells = names.flatMap((first, row) =>
    names.map((second, column) => {
      const found = row === column ? table.singles[row] : pairs.get(`${first}\n${second}`)
      const name = row === column ? first : `${first}, then ${second}`
      return cell(found && worstOf(found.outcomes), name, row, column, origin)
    }),
  )
  return tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      'font-family': 'sans-serif',
      'font-size': 10,
      role: 'img',
    },
    tag('title', {}, text(`What ${table.cluster} survives: first fault down, second fault across`)),
    tag('rect', { width, height, fill: '#fff' }),
    ...names.map((name, i) => tag('text', { x: left - 6, y: top + i * field + 10, 'text-anchor': 'end' }, text(name))),
    ...names.map((name, i) =>
      tag('text', { transform: `translate(${left + i * field + 10} ${top - 6}) rotate(-60)` }, text(name)),
    ),
    ...cells.flatMap(c => c ?? []),
    ...legend(top + names.length * field + 24),
  )
}

function cell(
  worst: Outcome | undefined,
  name: string,
  row: number,
  column: number,
  { left, top }: Origin,
): Markup | undefined {
  if (!worst) return undefined
  const title = `${name}: ${worst.service} ${words[worst.verdict]}, gone for ${showDuration(worst.gone)}`
  return tag(
    'rect',
    {
      x: left + column * field,
      y: top + row * field,
      width: field - 1,
      height: field - 1,
      fill: colours[worst.verdict],
      stroke: row === column ? '#333' : undefined,
    },
    tag('title', {}, text(title)),
  )
}

const legend = (y: number): Markup[] =>
  [...verdictOrder.map(v => [colours[v], words[v]] as const), ['#fff', 'cannot happen after it'] as const].flatMap(
    ([fill, word], i) => [
      tag('rect', { x: 20 + i * legendWidth, y, width: field, height: field, fill, stroke: '#999' }),
      tag('text', { x: 20 + i * legendWidth + field + 4, y: y + 11 }, text(word)),
    ],
  )
