// A drill as a timeline: what the client saw on top, then where the service ran, the copies, the machines, and the
// expectations; the faults are numbered lines through all of it, told in words below.
import { elapsed, type Instant, instant, showDuration } from '../base/units.ts'
import {
  clientOf,
  type DrillReport,
  type Lane,
  type Outage,
  type ServiceReport,
  type StepReport,
} from '../drill/report.ts'
import type { WorldEvent } from '../drill/world.ts'
import { type Markup, nothing, tag, text } from './markup.ts'
import { line, rect, roundStep, svg, widthOf, wordedBox, words } from './svg.ts'

const width = 1000
const left = 190
const right = 16
const laneHeight = 22
const laneGap = 8
const clientHeight = 56

/** Where an instant is, in units of the drawing. */
type Scale = (at: Instant) => number

export function timelineSvg(report: DrillReport): string {
  return timeline(report)
}

export function timeline(report: DrillReport): Markup {
  const span = Math.max(1, report.ended - report.started)
  const scale: Scale = at => left + ((clamp(at, report) - report.started) / span) * (width - left - right)
  const faults = report.events.filter(e => e.source === 'fault' && e.at >= report.started && e.at <= report.ended)
  const rows = [
    ...report.services.map(s => ({ height: clientHeight, draw: (y: number) => clientLane(s, report, scale, y) })),
    ...inOrder(report.lanes).map(lane => ({
      height: laneHeight,
      draw: (y: number) => stateLane(lane, report, scale, y),
    })),
    ...(report.steps.some(isExpectation)
      ? [{ height: laneHeight, draw: (y: number) => expectations(report, scale, y) }]
      : []),
  ]
  const top = 34
  const tops = rows.map((_, i) => top + rows.slice(0, i).reduce((sum, r) => sum + r.height + laneGap, 0))
  const bottom = top + rows.reduce((sum, r) => sum + r.height + laneGap, 0)
  const legend = bottom + 34
  const height = legend + faults.length * 18 + 4
  return svg(
    width,
    height,
    describe(report),
    report.world === 'sim'
      ? words(left - 12, 20, 'simulated', { class: 'warn strong', 'text-anchor': 'end' })
      : nothing,
    axis(report, scale, top, bottom),
    ...rows.map((row, i) => row.draw(tops[i] ?? top)),
    ...faultLines(faults, scale, bottom),
    ...faults.map((fault, i) => faultWords(fault, i, report, legend + i * 18)),
  )
}

const clamp = (at: Instant, { started, ended }: DrillReport): number => Math.min(Math.max(at, started), ended)

const describe = (report: DrillReport): string =>
  `Timeline of ${report.scenario}: ${report.services
    .map(s => `${s.service} was without answer for ${s.outages[0] ? showSpan(s.outages[0]) : 'no time'}`)
    .join('; ')}`

const showSpan = ({ from, to }: Outage): string => showDuration(elapsed(from, to))

/** Seconds since the start: "+12.3 s". */
export const since = (report: DrillReport, at: Instant): string => `+${((at - report.started) / 1_000).toFixed(1)} s`

function axis(report: DrillReport, scale: Scale, top: number, bottom: number): Markup {
  const total = report.ended - report.started
  const step = roundStep(total, 9)
  const ticks = Array.from({ length: Math.floor(total / step) + 1 }, (_, i) => i * step)
  return tag(
    'g',
    {},
    ...ticks.flatMap(tick => {
      const x = left + (tick / Math.max(1, total)) * (width - left - right)
      return [
        line(x, top - 4, x, bottom, { class: 'grid' }),
        words(x, bottom + 14, showTick(tick), { class: 'dim small', 'text-anchor': 'middle' }),
      ]
    }),
    // Faults may stand anywhere, so the scale itself is only marked, not filled.
    line(scale(report.started), bottom, scale(report.ended), bottom, { class: 'grid' }),
  )
}

const showTick = (milliseconds: number): string =>
  milliseconds % 60_000 === 0 && milliseconds > 0 ? `${milliseconds / 60_000} min` : `${milliseconds / 1_000} s`

const label = (y: number, height: number, what: string, detail: string): Markup =>
  tag(
    'g',
    {},
    words(left - 12, y + height / 2 + (detail === '' ? 4 : -2), short(what), { class: 'strong', 'text-anchor': 'end' }),
    detail === ''
      ? nothing
      : words(left - 12, y + height / 2 + 13, detail, { class: 'dim small', 'text-anchor': 'end' }),
  )

/** Long names are cut; the lane's title has them whole. */
const short = (what: string): string => ([...what].length > 24 ? `${[...what].slice(0, 23).join('')}…` : what)

/** Acknowledged writes, second by second; every outage in red, with its length. */
function clientLane(service: ServiceReport, report: DrillReport, scale: Scale, y: number): Markup {
  const most = Math.max(1, ...service.rate)
  const base = y + clientHeight
  const steps = service.rate.map((rate, i) => {
    const until = scale(instant(report.started + (i + 1) * 1_000))
    return `V${xy(base - (rate / most) * (clientHeight - 8))}H${xy(until)}`
  })
  const curve = steps.length > 0 ? `M${xy(left)} ${base}${steps.join('')}V${base}Z` : ''
  return tag(
    'g',
    {},
    label(
      y,
      clientHeight,
      service.asks === undefined ? `client of ${service.service}` : clientOf(service),
      `up to ${Math.round(most)} ${service.asks === undefined ? 'writes' : 'answers'}/s`,
    ),
    curve === '' ? nothing : tag('path', { d: curve, class: 'good' }),
    line(left, base, width - right, base, { class: 'grid' }),
    ...service.outages.map(outage => outageBox(outage, scale, y)),
  )
}

const xy = (n: number): string => String(Math.round(n * 10) / 10)

function outageBox(outage: Outage, scale: Scale, y: number): Markup {
  const [x1, x2] = [scale(outage.from), scale(outage.to)]
  const length = showSpan(outage)
  const inside = widthOf(length) + 8 < x2 - x1
  const atEnd = x2 + widthOf(length) + 12 > width
  return tag(
    'g',
    {},
    rect(x1, y, Math.max(2, x2 - x1), clientHeight, { class: 'solid' }, `outage ${length}`),
    inside
      ? words((x1 + x2) / 2, y + clientHeight / 2 + 5, length, { class: 'onsolid', 'text-anchor': 'middle' })
      : words(atEnd ? x1 - 5 : x2 + 5, y + 16, length, { class: 'bad strong', 'text-anchor': atEnd ? 'end' : 'start' }),
  )
}

/** Service first, then copies, then machines. */
const inOrder = (lanes: readonly Lane[]): Lane[] =>
  (['service', 'replica', 'node'] as const).flatMap(kind => lanes.filter(lane => lane.subject.kind === kind))

function stateLane(lane: Lane, report: DrillReport, scale: Scale, y: number): Markup {
  const [what, detail] = titleOf(lane)
  const nodes = report.lanes.flatMap(l => (l.subject.kind === 'node' ? [l.subject.node] : []))
  return tag(
    'g',
    {},
    tag('title', {}, text(`${what} ${detail}`)),
    label(y, laneHeight, detail === '' ? what : `${what} · ${detail}`, ''),
    ...lane.spans.map(s => {
      const [x1, x2] = [scale(s.from), scale(s.to)]
      return wordedBox(x1, y, Math.max(1.5, x2 - x1), laneHeight, shown(lane, s.state), toneOf(lane, s.state, nodes))
    }),
    ...fencings(lane, report).map(e => bolt(scale(e.at), y)),
  )
}

function titleOf({ subject }: Lane): [string, string] {
  switch (subject.kind) {
    case 'service':
      return [subject.service, 'runs on']
    case 'replica':
      return [subject.resource, subject.node]
    case 'node':
      return [subject.node, '']
    default:
      return subject satisfies never
  }
}

const shown = ({ subject }: Lane, state: string): string =>
  subject.kind === 'node' && state === 'unclean'
    ? 'lost'
    : subject.kind === 'node' && state === 'offline'
      ? 'off'
      : state

function toneOf({ subject }: Lane, state: string, nodes: readonly string[]): string {
  if (subject.kind === 'node') return nodeTones.get(state) ?? 'off'
  if (subject.kind === 'service') {
    const place = nodes.indexOf(state)
    return state === 'stopped' ? 'bad' : place < 0 ? 'warn' : (['a', 'b', 'c'][place % 3] ?? 'a')
  }
  const [role = '', disk = ''] = state.split(' ')
  if (disk === 'UpToDate') return role === 'Primary' ? 'good' : 'off'
  if (disk === 'Inconsistent' || disk === 'Negotiating' || disk === 'Attaching') return 'busy'
  return disk === 'Outdated' || disk === 'Consistent' ? 'warn' : state === 'unknown' ? 'off' : 'bad'
}

const nodeTones: ReadonlyMap<string, string> = new Map([
  ['online', 'good'],
  ['pending', 'busy'],
  ['standby', 'warn'],
  ['unclean', 'bad'],
])

const fencings = ({ subject }: Lane, report: DrillReport): WorldEvent[] =>
  subject.kind === 'node'
    ? report.events.filter(
        e => e.source === 'fencing' && e.text.startsWith(`${subject.node} `) && /\b(is|been) fenced\b/.test(e.text),
      )
    : []

const bolt = (x: number, y: number): Markup =>
  tag(
    'g',
    {},
    tag('title', {}, text('fenced')),
    tag('path', { d: `M${xy(x + 2)} ${y - 3}l-7 14h5l-3 12 10 -15h-5l4 -11z`, class: 'warn', 'stroke-width': 1 }),
  )

/** The first words of the line tell what it is: a statement is only done, an expectation is met or failed. */
const isExpectation = (step: StepReport): boolean => step.verdict !== 'done' && step.to !== undefined

function expectations(report: DrillReport, scale: Scale, y: number): Markup {
  return tag(
    'g',
    {},
    label(y, laneHeight, 'expectations', ''),
    ...report.steps.filter(isExpectation).map(step => {
      const x = scale(step.to ?? report.ended)
      const met = step.verdict === 'met'
      const tone = met ? 'good' : 'bad'
      return tag(
        'g',
        {},
        tag('title', {}, text(`line ${step.line}: ${step.text}`)),
        rect(Math.min(x, width - right) - 9, y + 2, 18, 18, { class: tone, rx: 9 }),
        words(x, y + 16, met ? '✓' : '✕', { class: `${tone} small`, 'text-anchor': 'middle' }),
      )
    }),
  )
}

/** Numbers that would cover each other stand on two rows. */
function faultLines(faults: readonly WorldEvent[], scale: Scale, bottom: number): Markup[] {
  return faults.map((fault, i) => {
    const x = scale(fault.at)
    const before = faults[i - 1]
    const crowded = before !== undefined && x - scale(before.at) < 18 && i % 2 === 1
    const y = crowded ? 26 : 9
    return tag(
      'g',
      {},
      line(x, y + 8, x, bottom, { class: 'bad line', 'stroke-dasharray': '4 3', 'stroke-opacity': '.6' }),
      tag('circle', { cx: x, cy: y, r: 8.5, class: 'bad' }),
      words(x, y + 4, String(i + 1), { class: 'bad small strong', 'text-anchor': 'middle' }),
    )
  })
}

const faultWords = (fault: WorldEvent, i: number, report: DrillReport, y: number): Markup =>
  tag(
    'g',
    {},
    words(left - 12, y, String(i + 1), { class: 'bad strong', 'text-anchor': 'end' }),
    words(left, y, `${since(report, fault.at)}   ${fault.text}`),
  )
