// The survivability table as one HTML file, in the form of the drill's report: the verdict, the matrix of pairs, every single
// fault, the stories, and the pairs that a service does not come back from.
import { showDuration } from '../base/units.ts'
import type { Outcome, Survivability, SurvivabilityRow, Verdict } from '../sim/survivability.ts'
import { acceptable } from '../sim/survivability.ts'
import { type Markup, nothing, page, tag, text } from './markup.ts'
import { matrix, worstOf } from './matrix.ts'
import { banner, css, section } from './report.ts'
import { palette } from './svg.ts'

const tones: Readonly<Record<Verdict, string>> = {
  unharmed: 'dim',
  survived: 'good',
  late: 'warn',
  down: 'bad',
  lost: 'bad',
}
const said: Readonly<Record<Verdict, string>> = {
  unharmed: 'no interruption',
  survived: '✓ survived',
  late: 'late',
  down: '✕ stays down',
  lost: '✕ writes lost',
}

export function survivabilityReport(table: Survivability): string {
  const worst = table.pairs.filter(row => ['down', 'lost'].includes(worstOf(row.outcomes)?.verdict ?? ''))
  return page(
    `What ${table.cluster} survives`,
    palette + css,
    tag(
      'main',
      { class: 'hf' },
      head(table),
      table.pairs.length === 0
        ? nothing
        : section('Every pair of faults: the first down, the second across', matrix(table)),
      section('Every single fault', rows(table.singles)),
      table.stories.length === 0 ? nothing : section('Stories of several steps', rows(table.stories)),
      worst.length === 0 ? nothing : section(`${worst.length} pairs that a service does not survive`, rows(worst)),
    ),
  )
}

function head(table: Survivability): Markup {
  const good = table.complete && acceptable(table)
  const bad = table.singles.filter(row => row.outcomes.some(o => !['unharmed', 'survived'].includes(o.verdict)))
  const sentence = good
    ? `Each of ${table.singles.length} single faults is survived within the budget, and nothing acknowledged is lost.`
    : `${bad.length} of ${table.singles.length} single faults cost a service more than its budget, its data or its life.`
  return banner(
    good,
    `What ${table.cluster} survives`,
    tag('p', { class: 'sentence' }, text(sentence)),
    tag('p', { class: 'warn' }, text('A simulation: no machine took part; its times are typical, not measured.')),
  )
}

const rows = (all: readonly SurvivabilityRow[]): Markup =>
  tag(
    'table',
    {},
    tag(
      'tr',
      {},
      ...['fault', 'ends', 'on', 'gone', 'rows lost', 'why'].map(w => tag('th', { class: 'dim' }, text(w))),
    ),
    ...all.flatMap(row => row.outcomes.map((o, i) => outcomeRow(i === 0 ? row.faults.join(', then ') : '', o))),
  )

const outcomeRow = (faults: string, o: Outcome): Markup =>
  tag(
    'tr',
    {},
    tag('td', {}, text(faults)),
    tag('td', { class: tones[o.verdict] }, text(`${o.service}: ${said[o.verdict]}`)),
    tag('td', {}, text(o.endsOn.join(', ') || '–')),
    tag('td', { class: 'number' }, text(o.gone === 0 ? '–' : showDuration(o.gone))),
    tag('td', { class: 'number' }, text(o.lost === undefined ? '?' : String(o.lost))),
    tag('td', { class: 'dim' }, text(o.why)),
  )
