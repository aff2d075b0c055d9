// Conformance with crm_simulate: `node tests/conformance/run.ts [NAME] [--list] [--groups a,b] [--write]` asks the engine
// about the given cases and prints the share of identical answers, by group of features and by kind of answer.
// `--list` shows what differs in each case, `--write` refreshes docs/conformance.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, type Difference, type Group, groups, informative, judged, showDifferences } from './compare.ts'
import { engine } from './engine.ts'
import { absent, featureNames, featureOf, type Given, givenCases } from './given.ts'

export interface Outcome {
  readonly file: string
  readonly feature: string
  /** Where the engine gave no answer: why. */
  readonly unanswered?: string
  readonly differences: readonly Difference[]
}

export function outcomes(cases: readonly Given[]): Outcome[] {
  return cases.map(({ file, text, events, expected }) => {
    const ours = engine(text, events)
    const feature = featureOf(text)
    if (ours.kind !== 'answer') return { file, feature, unanswered: `${ours.kind}: ${ours.why}`, differences: [] }
    return { file, feature, differences: compare(expected, ours.answer) }
  })
}

const agrees = (outcome: Outcome, group: Group): boolean =>
  outcome.unanswered === undefined && outcome.differences.every(d => d.group !== group)

export type Shares = Readonly<Record<Group, number>>

/** How many cases agree, by group. */
export function counts(all: readonly Outcome[]): Shares {
  const count = (group: Group): number => all.filter(outcome => agrees(outcome, group)).length
  return {
    placements: count('placements'),
    fencing: count('fencing'),
    actions: count('actions'),
    ordering: count('ordering'),
    scores: count('scores'),
    final: count('final'),
    nodes: count('nodes'),
    pseudo: count('pseudo'),
    edges: count('edges'),
  }
}

const headings: Readonly<Record<Group, string>> = {
  placements: 'placements',
  fencing: 'fencing',
  actions: 'actions',
  ordering: 'ordering',
  scores: 'scores',
  final: 'final',
  nodes: '(nodes)',
  pseudo: '(pseudo)',
  edges: '(edges)',
}

function table(all: readonly Outcome[]): string[][] {
  const row = (name: string, some: readonly Outcome[], cell: (n: number) => string): string[] => {
    const agreeing = counts(some)
    return [name, String(some.length), ...groups.map(group => cell(agreeing[group]))]
  }
  const percent = (n: number): string => `${((100 * n) / Math.max(1, all.length)).toFixed(1)} %`
  return [
    ['cases with', 'cases', ...groups.map(group => headings[group])],
    ...featureNames.map(name =>
      row(
        name,
        all.filter(o => o.feature === name),
        String,
      ),
    ),
    row('all', all, String),
    row('share', all, percent),
  ]
}

const columns = (rows: readonly string[][]): string => {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map(row => row[at]?.length ?? 0))) ?? []
  const cell = (text: string, at: number): string =>
    at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)
  return rows.map(row => row.map(cell).join('  ')).join('\n')
}

const markdown = (rows: readonly string[][]): string => {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  const [head = [], ...rest] = rows
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rest.map(line)].join('\n')
}

const names = (outcome: Outcome): string =>
  outcome.unanswered === undefined
    ? outcome.differences.map(d => d.group).join(', ')
    : (outcome.unanswered.split('\n')[0] ?? '')

function judgedOnly(all: readonly Outcome[]): Outcome[] {
  const isJudged = (group: Group): boolean => judged.some(j => j === group)
  return all
    .map(outcome => ({ ...outcome, differences: outcome.differences.filter(d => isJudged(d.group)) }))
    .filter(outcome => outcome.unanswered !== undefined || outcome.differences.length > 0)
}

const page = join(import.meta.dirname, '../../docs/conformance.md')
const [begin, end] = ['<!-- begin: written by tests/conformance/run.ts -->', '<!-- end -->']

/** The table and the list in docs/conformance.md; a case's reason, written by hand behind a dash, stays. */
function write(all: readonly Outcome[]): void {
  const before = readFileSync(page, 'utf8')
  const reasons = new Map([...before.matchAll(/^- `([^`]+)`[^—\n]*— (.+)$/gm)].map(m => [m[1] ?? '', m[2] ?? '']))
  const list = judgedOnly(all).map(
    o => `- \`${o.file}\`: ${names(o)}${reasons.has(o.file) ? ` — ${reasons.get(o.file)}` : ''}`,
  )
  const text = [begin, '', markdown(table(all)), '', `Cases that differ: ${list.length}.`, '', ...list, '', end].join(
    '\n',
  )
  const start = before.indexOf(begin)
  writeFileSync(page, before.slice(0, start) + text + before.slice(before.indexOf(end) + end.length))
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      groups: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  })
  if (absent !== undefined) {
    console.log(`skipped: ${absent}`)
    return
  }
  const all = outcomes(givenCases(positionals[0]))
  const chosen = groups.filter(
    group => values.groups?.split(',').includes(group) ?? !informative.some(i => i === group),
  )
  for (const outcome of all) {
    const shown = outcome.differences.filter(d => chosen.includes(d.group))
    if (outcome.unanswered === undefined && shown.length === 0) continue
    console.log(`${outcome.file}: ${outcome.unanswered ?? shown.map(d => d.group).join(', ')}`)
    if (values.list && shown.length > 0) console.log(showDifferences(shown))
  }
  console.log(`\n${columns(table(all))}`)
  if (values.write) write(all)
}

if (import.meta.main) main()
