// The survivability table and the result of random histories as lines for the terminal.
import { milliseconds, showDuration } from '../base/units.ts'
import type { HistoriesReport } from '../sim/histories.ts'
import type { Outcome, Survivability, SurvivabilityRow, Verdict } from '../sim/survivability.ts'
import { verdictOrder, worstOf } from './matrix.ts'
import { type Piece, piece, type StyledLine, type Tone, table } from './styled.ts'

const tones: Readonly<Record<Verdict, Tone>> = {
  unharmed: 'good',
  survived: 'good',
  late: 'warn',
  down: 'bad',
  lost: 'bad',
}
const words: Readonly<Record<Verdict, string>> = {
  unharmed: 'unharmed',
  survived: 'survived',
  late: 'LATE',
  down: 'DOWN',
  lost: 'LOST DATA',
}

export function survivabilityLines(result: Survivability): StyledLine[] {
  const several = result.services.length > 1
  return [
    [piece(`What ${result.cluster} survives`, 'heading'), piece(' (simulated)', 'dim')],
    ...(result.complete ? [] : [[piece('  Not every service started after the simulated boot.', 'bad')]]),
    [],
    ...table([heading, ...result.singles.flatMap(row => rowCells(row, several))]),
    ...section('stories of several steps', result.stories, several),
    ...pairLines(result),
  ]
}

const heading: readonly Piece[] = ['fault', 'ends', 'where', 'gone', 'lost', 'why'].map(text => piece(text, 'dim'))

const section = (title: string, rows: readonly SurvivabilityRow[], several: boolean): StyledLine[] =>
  rows.length === 0 ? [] : [[], [piece(title, 'heading')], ...table(rows.flatMap(row => rowCells(row, several)))]

const rowCells = (row: SurvivabilityRow, several: boolean): Piece[][] =>
  row.outcomes.map((outcome, index) => [
    piece(index === 0 ? row.faults.join(', then ') : ''),
    ...outcomeCells(outcome, several),
  ])

const outcomeCells = (o: Outcome, several: boolean): Piece[] => [
  piece(`${several ? `${o.service} ` : ''}${words[o.verdict]}`, tones[o.verdict]),
  piece(o.endsOn.join(', ') || '-'),
  piece(o.gone === 0 ? '-' : showDuration(o.gone), o.verdict === 'late' || o.verdict === 'down' ? 'strong' : 'plain'),
  o.lost === undefined ? piece('?', 'warn') : piece(String(o.lost), o.lost === 0 ? 'plain' : 'bad'),
  piece(o.why, 'dim'),
]

/** Pairs in a few words: how many end how, and the worst of them by name. */
function pairLines(result: Survivability): StyledLine[] {
  if (result.pairs.length === 0) return []
  const worst = result.pairs.flatMap(row => {
    const outcome = worstOf(row.outcomes)
    return outcome ? [{ row, outcome }] : []
  })
  const counts = verdictOrder
    .map(v => ({ v, n: worst.filter(w => w.outcome.verdict === v).length }))
    .filter(c => c.n > 0)
  const lost = worst.filter(w => w.outcome.verdict === 'lost')
  const shown = lost.length > 0 ? lost : worst.filter(w => w.outcome.verdict === 'down').slice(0, 5)
  return [
    [],
    [
      piece(`${result.pairs.length} pairs of faults`, 'heading'),
      piece(', the second after the cluster came to rest: ', 'dim'),
      ...counts.flatMap(({ v, n }, i) => [piece(i === 0 ? '' : ', '), piece(`${n} ${words[v]}`, tones[v])]),
    ],
    ...table(shown.map(({ row, outcome }) => [piece(row.faults.join(', then ')), ...outcomeCells(outcome, false)])),
  ]
}

export function historiesLines(
  report: HistoriesReport,
  elapsed: number,
  replay: (seed: number) => string,
): StyledLine[] {
  const { outage } = report
  const span = (n: number): string => showDuration(milliseconds(n))
  const clean = report.violations.length === 0
  return [
    [
      piece(clean ? 'PASSED' : 'FAILED', clean ? 'good' : 'bad'),
      piece(
        `  ${report.histories} histories, seeds ${report.firstSeed} to ${report.firstSeed + report.histories - 1}: `,
      ),
      piece(`${report.violations.length} violations`, clean ? 'good' : 'bad'),
    ],
    [],
    ...table([
      [
        piece('faults'),
        piece(
          [...report.byFamily]
            .sort()
            .map(([family, n]) => `${family} ${n}`)
            .join(', '),
        ),
      ],
      [
        piece('longest outage of a history'),
        piece(
          `median ${span(outage.median)}, 90 % ${span(outage.p90)}, 99 % ${span(outage.p99)}, worst ${span(outage.worst)} (seed ${outage.worstSeed})`,
        ),
      ],
      [
        piece('simulated'),
        piece(
          `${span(report.simulatedMilliseconds)} in ${span(elapsed)}, ${Math.round((report.histories / Math.max(1, elapsed)) * 1_000)} histories a second`,
        ),
      ],
    ]),
    ...soleCopies(report),
    ...report.violations
      .slice(0, 10)
      .map(v => [piece(`  seed ${v.seed}  `, 'bad'), piece(`${v.violation.oracle}: ${v.violation.what}`)]),
    ...(report.smallest ? smallestLines(report.smallest, replay) : []),
  ]
}

/** What no invariant promises, but a person should know: the only copy of a row was on a node that lost. */
function soleCopies({ soleCopyLosses }: HistoriesReport): StyledLine[] {
  const first = soleCopyLosses[0]
  if (!first) return []
  const text = `${soleCopyLosses.length} histories end without rows that had only one copy when they were acknowledged (two faults in a row; first: seed ${first.seed}, ${first.rows} rows)`
  return [[piece(`  ${text}`, 'warn')]]
}

function smallestLines(
  smallest: NonNullable<HistoriesReport['smallest']>,
  replay: (seed: number) => string,
): StyledLine[] {
  return [
    [],
    [piece(`the smallest history that still fails (seed ${smallest.seed})`, 'heading')],
    ...table(
      smallest.incidents.map(i => [
        piece(`${(i.at / 1_000).toFixed(1)} s`),
        piece(i.title),
        piece(`for ${showDuration(milliseconds(i.lasts))}`, 'dim'),
      ]),
    ),
    [],
    [piece('replay it with  ', 'dim'), piece(replay(smallest.seed), 'strong')],
  ]
}
