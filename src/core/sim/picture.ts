// The survivability matrix as SVG text: first fault down, second fault across, one field per pair, the single faults on
// the diagonal. Pure strings; every name is escaped. The colours differ in brightness too, and each field has a title.
import { showDuration } from '../base/units.ts'
import type { Outcome, Survivability, Verdict } from './survivability.ts'

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

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The worst that happens to any service. */
export const worstOf = (outcomes: readonly Outcome[]): Outcome | undefined =>
  [...outcomes].sort((a, b) => verdictOrder.indexOf(b.verdict) - verdictOrder.indexOf(a.verdict) || b.gone - a.gone)[0]

const field = 14
const top = 200
const left = 330

export function matrixSvg(table: Survivability): string {
  const names = table.singles.map(row => row.faults[0] ?? '')
  const [width, height] = [left + names.length * field + 20, top + names.length * field + 60]
  const cells = names.flatMap((first, row) =>
    names.flatMap((second, column) => cell(table, first, second, row, column) ?? []),
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="10" role="img">`,
    `<title>${escaped(`What ${table.cluster} survives: first fault down, second fault across`)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...names.map(
      (name, i) => `<text x="${left - 6}" y="${top + i * field + 10}" text-anchor="end">${escaped(name)}</text>`,
    ),
    ...names.map(
      (name, i) =>
        `<text transform="translate(${left + i * field + 10} ${top - 6}) rotate(-60)">${escaped(name)}</text>`,
    ),
    ...cells,
    ...legend(top + names.length * field + 24),
    '</svg>',
    '',
  ].join('\n')
}

function cell(table: Survivability, first: string, second: string, row: number, column: number): string | undefined {
  const found =
    row === column
      ? table.singles[row]
      : table.pairs.find(pair => pair.faults[0] === first && pair.faults[1] === second)
  const worst = found && worstOf(found.outcomes)
  if (!worst) return undefined
  const title = `${row === column ? first : `${first}, then ${second}`}: ${worst.service} ${words[worst.verdict]}, gone for ${showDuration(worst.gone)}`
  const stroke = row === column ? ' stroke="#333"' : ''
  return `<rect x="${left + column * field}" y="${top + row * field}" width="${field - 1}" height="${field - 1}" fill="${colours[worst.verdict]}"${stroke}><title>${escaped(title)}</title></rect>`
}

const legend = (y: number): string[] =>
  verdictOrder.flatMap((verdict, i) => [
    `<rect x="${left + i * 150}" y="${y}" width="${field}" height="${field}" fill="${colours[verdict]}"/>`,
    `<text x="${left + i * 150 + field + 4}" y="${y + 11}">${words[verdict]}</text>`,
  ])
