// Predicted beside measured as one HTML file, in the form of the drill's report: the parts of the outage under each other
// on one scale, then the end state, the order of events, the verdicts and both timelines.
import { type Milliseconds, milliseconds, showDuration } from '../base/units.ts'
import type { Comparison, OutageComparison, Pair } from '../drill/compare.ts'
import type { DrillReport } from '../drill/report.ts'
import { differs, ratio, since, summary } from './comparison.ts'
import { type Markup, page, tag, text } from './markup.ts'
import { banner, css, phaseTones, section, simulationNote } from './report.ts'
import { palette, svg, widthOf, wordedBox, words } from './svg.ts'
import { timeline } from './timeline.ts'

export function comparisonReport(c: Comparison, predicted: DrillReport, measured: DrillReport): string {
  return page(
    `${c.scenario} on ${c.cluster}: predicted and measured`,
    palette + css,
    tag(
      'main',
      { class: 'hf' },
      head(c, predicted),
      ...c.services.flatMap(({ service, outages }) =>
        outages.map(outage => section(`Where the outage of ${service} went`, bars(outage), outageTable(outage))),
      ),
      section('In the end', rows(c.end.map(row => ({ ...row, what: row.subject })))),
      section('Order of events, since the first fault', orderTable(c)),
      section('Verdicts', rows(c.steps.map(row => ({ ...row, what: row.text })))),
      section('Predicted', timeline(predicted)),
      section('Measured', timeline(measured)),
    ),
  )
}

const head = (c: Comparison, predicted: DrillReport): Markup =>
  banner(
    c.agrees,
    `${c.scenario}: ${c.agrees ? 'as predicted' : 'not as predicted'}`,
    tag('p', { class: 'sentence' }, text(`${summary(c).replace(/^./, first => first.toUpperCase())}.`)),
    tag('p', {}, text(`Predicted: ${simulationNote(predicted)}`)),
  )

/** Both on one scale, so that the eye sees what is longer. */
function bars({ whole, parts }: OutageComparison): Markup {
  const longest = Math.max(1, whole.predicted ?? 0, whole.measured ?? 0)
  const bar = (which: 'predicted' | 'measured', y: number): Markup[] => {
    let x = 90
    return [
      words(82, y + 20, which, { class: 'small', 'text-anchor': 'end' }),
      ...parts.map(part => {
        const width = ((part[which] ?? 0) / longest) * 830
        const box = wordedBox(
          x,
          y,
          width,
          30,
          `${part.phase} ${showDuration(span(part[which]))}`,
          phaseTones[part.phase],
        )
        x += width
        return box
      }),
      words(x + 6, y + 20, showDuration(span(whole[which])), { class: 'dim small' }),
    ]
  }
  const label = (['predicted', 'measured'] as const).map(w => `${w} ${showDuration(span(whole[w]))}`).join(', ')
  return svg(
    990 + widthOf('1 min 59 s', 11) / 4,
    76,
    `The outage: ${label}`,
    ...bar('predicted', 2),
    ...bar('measured', 40),
  )
}

const span = (value: Milliseconds | undefined): Milliseconds => value ?? milliseconds(0)

const cell = (what: string, tone = ''): Markup => tag('td', tone === '' ? {} : { class: tone }, text(what))
const headings = (first: string, last = ''): Markup =>
  tag('tr', {}, ...[first, 'predicted', 'measured', last].map(word => tag('th', { class: 'dim' }, text(word))))

function outageTable({ whole, parts }: OutageComparison): Markup {
  const row = (what: string, times: Pair<Milliseconds>, tone: string): Markup =>
    tag(
      'tr',
      {},
      tag('th', { scope: 'row' }, tag('span', { class: `key ${tone}` }), text(what)),
      cell(times.predicted === undefined ? '–' : showDuration(times.predicted), 'number'),
      cell(times.measured === undefined ? '–' : showDuration(times.measured), 'number'),
      cell(ratio(times), 'number dim'),
    )
  return tag(
    'table',
    {},
    headings('part', 'times as long'),
    ...parts.map(part => row(part.phase, part, phaseTones[part.phase])),
    row('together', whole, 'off'),
  )
}

const rows = (all: readonly (Pair<string> & { readonly what: string })[]): Markup =>
  tag(
    'table',
    {},
    headings(''),
    ...all.map(row =>
      tag(
        'tr',
        {},
        tag('td', {}, tag('code', {}, text(row.what))),
        cell(row.predicted ?? '–'),
        cell(row.measured ?? '–'),
        differs(row) ? cell('✕ differs', 'bad') : cell('✓', 'good'),
      ),
    ),
  )

const orderTable = (c: Comparison): Markup =>
  tag(
    'table',
    {},
    headings('event'),
    ...c.order.map(row =>
      tag(
        'tr',
        {},
        cell(row.what),
        cell(row.predicted === undefined ? '–' : since(row.predicted), 'number'),
        cell(row.measured === undefined ? '–' : since(row.measured), 'number'),
        cell(row.outOfOrder ? 'in another order' : '', 'warn'),
      ),
    ),
  )
