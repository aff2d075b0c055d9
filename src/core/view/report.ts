// A drill's report as one HTML file that needs nothing else: no script, no request, inline SVG and style; it prints on
// paper. The verdict first, then what the client saw and lost, the timeline, where the time went, and every statement.
import { elapsed, showDuration } from '../base/units.ts'
import {
  allAnswered,
  clientOf,
  type DrillReport,
  type Outage,
  type ServiceReport,
  type StepReport,
} from '../drill/report.ts'
import { join, type Markup, nothing, page, tag, text } from './markup.ts'
import { palette, svg, wordedBox, words } from './svg.ts'
import { since, timeline, timelineSvg } from './timeline.ts'

export { timelineSvg }

export function drillReport(report: DrillReport): string {
  return page(
    `${report.scenario} on ${report.cluster}: ${report.verdict}`,
    palette + css,
    tag(
      'main',
      { class: 'hf' },
      head(report),
      ...report.services.map(figures),
      section('What happened', timeline(report)),
      ...report.services.filter(s => s.outages.length > 0).map(split),
      section('The scenario, line by line', steps(report)),
      section('Events', events(report)),
      foot(report),
    ),
  )
}

export const section = (title: string, ...inside: readonly Markup[]): Markup =>
  tag('section', {}, tag('h2', {}, text(title)), ...inside)

const worlds = { sim: 'in simulation', lab: 'on virtual machines', live: 'on the live cluster' } as const

/** The answer first: a sign, a headline, and what it means. */
export const banner = (isGood: boolean, headline: string, ...below: readonly Markup[]): Markup =>
  tag(
    'header',
    { class: isGood ? 'passed' : 'failed' },
    tag('p', { class: 'sign', 'aria-hidden': 'true' }, text(isGood ? '✓' : '✕')),
    tag('div', {}, tag('h1', {}, text(headline)), ...below),
  )

const head = (report: DrillReport): Markup =>
  banner(
    report.verdict === 'passed',
    `${report.scenario}: ${report.verdict}`,
    ...report.services.map(s => tag('p', { class: 'sentence' }, text(sentence(s, report)))),
    ...(report.world === 'sim' ? [tag('p', { class: 'warn' }, text(simulationNote(report)))] : []),
    ...report.steps
      .filter(s => s.verdict === 'failed')
      .map(s => tag('p', { class: 'bad' }, text(`Line ${s.line}: ${s.why ?? s.text}`))),
  )

/** Plainly, so that nobody takes a prediction for a measurement. */
export const simulationNote = ({ simulation }: DrillReport): string => {
  const from = simulation?.calibration === undefined ? 'the built-in table' : simulation.calibration
  const seed = simulation === undefined ? '' : `, seed ${simulation.seed}`
  return `A simulation${seed}: no machine took part; the durations are drawn from ${from}.`
}

function sentence(s: ServiceReport, report: DrillReport): string {
  const [longest] = s.outages
  const silence = longest
    ? longest.to >= report.ended
      ? `got no answer from ${showSpan(longest)} before the end on: the service did not come back`
      : `got no answer for ${showSpan(longest)}`
    : 'noticed nothing'
  const lost =
    s.lost === undefined
      ? 'whether rows were lost could not be found out'
      : s.lost === 0
        ? 'no acknowledged row was lost'
        : `${s.lost} acknowledged ${s.lost === 1 ? 'row was' : 'rows were'} lost`
  return `The client of ${clientOf(s)} ${silence}${s.asks === undefined ? `; ${lost}` : ''}.`
}

const showSpan = ({ from, to }: Outage): string => showDuration(elapsed(from, to))
const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ' ')

function figures(s: ServiceReport): Markup {
  const [longest] = s.outages
  const figure = (name: string, value: string, note: string, tone = ''): Markup =>
    tag(
      'div',
      {},
      tag('dt', {}, text(name)),
      tag('dd', { class: tone }, text(value)),
      tag('dd', { class: 'note' }, text(note)),
    )
  const rto = longest ? `${count(elapsed(longest.from, longest.to))} ms` : '0 ms'
  const lost = s.lost === undefined ? ['unknown', 'warn'] : [count(s.lost), s.lost === 0 ? 'good' : 'bad']
  return tag(
    'dl',
    { class: 'figures', 'aria-label': s.service },
    figure('outage (RTO)', rto, longest ? `longest of ${s.outages.length}` : allAnswered(s)),
    s.asks === undefined
      ? figure('rows lost (RPO)', lost[0] ?? '', `of ${count(s.acknowledged)} acknowledged`, lost[1])
      : figure('answers', count(s.acknowledged), `at ${s.asks}`),
    figure('attempts without answer', count(s.refused), 'refused or timed out'),
  )
}

export const phaseTones: Readonly<Record<Outage['split'][number]['phase'], string>> = {
  detection: 'warn',
  fencing: 'bad',
  promotion: 'b',
  mount: 'c',
  recovery: 'a',
  address: 'good',
  client: 'off',
}

const phaseWords: Readonly<Record<Outage['split'][number]['phase'], string>> = {
  detection: 'until the others were sure that the machine is lost',
  fencing: 'until it was certainly off',
  promotion: 'until the volume was Primary elsewhere',
  mount: 'until its file system was mounted',
  recovery: 'until the program answered',
  address: 'until the service address was up',
  client: 'until the client was connected again',
}

/** Where the longest outage went. */
function split(s: ServiceReport): Markup {
  const [longest] = s.outages
  if (!longest || longest.split.length === 0) return nothing
  return section(
    `Where the ${showSpan(longest)} of ${s.service} went`,
    splitSvg(longest),
    tag(
      'table',
      {},
      ...longest.split.map(part =>
        tag(
          'tr',
          {},
          tag('th', { scope: 'row' }, tag('span', { class: `key ${phaseTones[part.phase]}` }), text(part.phase)),
          tag('td', { class: 'number' }, text(`${count(part.took)} ms`)),
          tag('td', { class: 'number dim' }, text(`${share(part.took, longest)} %`)),
          tag('td', { class: 'dim' }, text(phaseWords[part.phase])),
        ),
      ),
    ),
  )
}

const share = (took: number, { from, to }: Outage): number => Math.round((took / Math.max(1, to - from)) * 100)

function splitSvg(outage: Outage): Markup {
  const total = Math.max(
    1,
    outage.split.reduce((sum, p) => sum + p.took, 0),
  )
  const starts = outage.split.map((_, i) => outage.split.slice(0, i).reduce((sum, p) => sum + p.took, 0))
  return svg(
    1000,
    54,
    `The outage of ${showSpan(outage)}: ${outage.split.map(p => `${p.phase} ${showDuration(p.took)}`).join(', ')}`,
    ...outage.split.map((p, i) => {
      const x = ((starts[i] ?? 0) / total) * 998 + 1
      return wordedBox(x, 2, (p.took / total) * 998, 30, `${p.phase} ${showDuration(p.took)}`, phaseTones[p.phase])
    }),
    words(1, 49, '0', { class: 'dim small' }),
    words(999, 49, showSpan(outage), { class: 'dim small', 'text-anchor': 'end' }),
  )
}

const signs: Readonly<Record<StepReport['verdict'], readonly [sign: string, tone: string]>> = {
  done: ['·', 'dim'],
  met: ['✓ met', 'good'],
  failed: ['✕ failed', 'bad'],
}

function steps(report: DrillReport): Markup {
  const row = (step: StepReport): Markup => {
    const [sign, tone] = signs[step.verdict]
    const why = step.why === undefined ? nothing : tag('div', { class: 'bad' }, text(step.why))
    return tag(
      'tr',
      {},
      tag('td', { class: 'number dim' }, text(String(step.line))),
      tag('td', {}, tag('code', {}, text(step.text)), why),
      tag('td', { class: tone }, text(sign)),
      tag('td', { class: 'number dim' }, text(when(step, report))),
    )
  }
  return tag('table', {}, ...report.steps.map(row))
}

function when({ from, to }: StepReport, report: DrillReport): string {
  if (to === undefined) return from === undefined ? '' : since(report, from)
  return from === undefined || to === from
    ? since(report, to)
    : `${since(report, to)}, after ${showDuration(elapsed(from, to))}`
}

const events = (report: DrillReport): Markup =>
  tag(
    'table',
    { class: 'events' },
    ...report.events.map(e =>
      tag(
        'tr',
        e.source === 'fault' ? { class: 'fault' } : {},
        tag('td', { class: 'number dim' }, text(since(report, e.at))),
        tag('td', { class: 'dim' }, text(e.source)),
        tag('td', { class: 'dim' }, text(e.node ?? '')),
        tag('td', {}, text(e.text)),
      ),
    ),
  )

function foot(report: DrillReport): Markup {
  const at = `${new Date(report.started).toISOString().slice(0, 19).replace('T', ' ')} UTC, `
  const facts = `${report.scenario} on ${report.cluster}, ${worlds[report.world]}, ${report.world === 'sim' ? '' : at}${showDuration(elapsed(report.started, report.ended))}`
  return tag('footer', {}, join([text('Holdfast drill: '), text(facts)]))
}

export const css: string = `
:root{color-scheme:light dark}
body{margin:0;background:#f4f5f7}
main{max-width:1040px;margin:0 auto;padding:24px 20px 60px;color:var(--text);font:16px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header{display:flex;gap:22px;align-items:center;padding:22px 26px;border-radius:16px;border:1px solid;border-left-width:10px}
header.passed{background:var(--good-soft);border-color:var(--good)}header.failed{background:var(--bad-soft);border-color:var(--bad)}
header .sign{flex:none;width:72px;height:72px;margin:0;border-radius:50%;color:var(--card);font-size:44px;line-height:72px;text-align:center}
header.passed .sign{background:var(--good)}header.failed .sign{background:var(--bad)}
h1{margin:0;font-size:clamp(28px,5vw,44px);line-height:1.1;letter-spacing:-.02em}header p{margin:6px 0 0}.sentence{font-size:20px}
section{margin-top:18px;padding:18px 22px;border:1px solid var(--line);border-radius:16px;background:var(--card)}
h2{margin:0 0 12px;font-size:16px;color:var(--dim);font-weight:600}
svg{display:block;width:100%;height:auto}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:18px;margin:18px 0 0}
.figures div{padding:16px 22px;border:1px solid var(--line);border-radius:16px;background:var(--card)}
dt{color:var(--dim)}dd{margin:0;font-size:34px;font-weight:700;line-height:1.2;font-variant-numeric:tabular-nums}dd.note{font-size:14px;font-weight:400;color:var(--dim)}
table{width:100%;border-collapse:collapse}td,th{padding:4px 14px 4px 0;text-align:left;vertical-align:top;font-weight:400;border-bottom:1px solid var(--line)}tr:last-child>*{border-bottom:0}
.number{font-variant-numeric:tabular-nums;white-space:nowrap}td.number:first-child{text-align:right}
code{font:14px/1.5 ui-monospace,"DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.events td{font-size:14px;padding-top:2px;padding-bottom:2px;overflow-wrap:anywhere}.events .fault td{color:var(--bad)}
.dim{color:var(--dim)}main .good{color:var(--good)}main .warn{color:var(--warn)}main .bad{color:var(--bad)}
.key{display:inline-block;width:13px;height:13px;margin-right:9px;border-radius:3px;vertical-align:-1px}
${['good', 'warn', 'bad', 'busy', 'off', 'a', 'b', 'c'].map(t => `.key.${t}{background:var(--${t}-soft);box-shadow:inset 0 0 0 1px var(--${t})}`).join('')}
footer{margin-top:22px;color:var(--dim);font-size:14px}
@media screen and (prefers-color-scheme:dark){body{background:#0f1319}}
@media print{body{background:#fff}main{max-width:none;padding:0}section,.figures div,header{break-inside:avoid}section:has(.events){break-inside:auto}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`
