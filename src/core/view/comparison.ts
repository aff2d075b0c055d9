// Predicted beside measured, as lines for the terminal: does the prediction hold, the parts of the outage, the end, the order.
import { type Milliseconds, milliseconds, showDuration } from '../base/units.ts'
import type { Comparison, OutageComparison, Pair } from '../drill/compare.ts'
import { type Piece, piece, type StyledLine, table } from './styled.ts'

export function comparisonLines(c: Comparison): StyledLine[] {
  return [
    [
      piece(c.agrees ? 'AGREES' : 'DIFFERS', c.agrees ? 'good' : 'bad'),
      piece(`  ${c.scenario}`, 'strong'),
      piece(` on ${c.cluster}: ${summary(c)}`),
    ],
    ...c.services.flatMap(({ service, outages, lost }) => [
      ...outages.flatMap((outage, i) => outageLines(service, outage, outages.length > 1 ? ` ${i + 1}` : '')),
      ...table([[piece('rows lost'), ...cells(lost, String)]]),
    ]),
    ...section(
      'in the end',
      c.end.map(row => [piece(row.subject), ...agreeing(row)]),
    ),
    ...section(
      'order of events, since the first fault',
      c.order.map(row => [
        piece(row.what),
        ...cells(row, since),
        row.outOfOrder ? piece('in another order', 'warn') : piece(''),
      ]),
    ),
    ...section(
      'verdicts',
      c.steps.map(row => [piece(row.text.replace(/\s+/g, ' ')), ...agreeing(row)]),
    ),
  ]
}

/** What agrees and what does not, in one sentence. */
export function summary(c: Comparison): string {
  const steps = c.steps.filter(differs).length
  const end = c.end.filter(differs).length
  const strays = c.order.filter(row => row.outOfOrder).length
  return [
    steps === 0 ? `all ${c.steps.length} verdicts are the same` : `${steps} of ${c.steps.length} verdicts differ`,
    end === 0 ? 'it ends in the same state' : `${end} of ${c.end.length} states in the end differ`,
    strays === 0
      ? 'events come in the same order'
      : `${strays} ${strays === 1 ? 'event comes' : 'events come'} in another order`,
  ].join(', ')
}

export const differs = (row: Pair<string>): boolean => row.predicted !== row.measured

export const since = (span: Milliseconds): string => `+${(span / 1_000).toFixed(1)} s`

const heading = (title: string): Piece[] => [
  piece(title, 'heading'),
  piece('predicted', 'dim'),
  piece('measured', 'dim'),
  piece(''),
]

const section = (title: string, rows: readonly Piece[][]): StyledLine[] => [[], ...table([heading(title), ...rows])]

const cells = <T>({ predicted, measured }: Pair<T>, show: (value: T) => string): Piece[] => [
  predicted === undefined ? piece('-', 'dim') : piece(show(predicted)),
  measured === undefined ? piece('-', 'dim') : piece(show(measured), 'strong'),
]

const agreeing = (row: Pair<string>): Piece[] => [
  ...cells(row, text => text),
  differs(row) ? piece('differs', 'bad') : piece('✔', 'good'),
]

const outageLines = (service: string, { whole, parts }: OutageComparison, number: string): StyledLine[] => [
  [],
  ...table([
    heading(`outage${number} of ${service}`),
    ...parts.map(part => [piece(part.phase), ...cells(part, showDuration), piece(ratio(part), 'dim')]),
    [piece('together', 'strong'), ...cells(whole, showDuration), piece(ratio(whole), 'dim')],
  ]),
]

/** "× 3.1": how many times as long as predicted. */
export const ratio = ({ predicted, measured }: Pair<Milliseconds>): string =>
  predicted === undefined || measured === undefined || predicted < milliseconds(1)
    ? ''
    : `× ${(measured / predicted).toFixed(1)}`
