// The given cases: cluster states with crm_simulate's recorded answers. They lie beside the project, not in it; where
// they are absent, whatever needs them is skipped with that reason.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from './answer.ts'
import type { Tree } from './tree.ts'
import { all, parse } from './tree.ts'

const folder = process.env['HOLDFAST_POLICY'] ?? join(import.meta.dirname, '../../../shared/policy')

export const absent: string | undefined = existsSync(join(folder, 'expected.jsonl'))
  ? undefined
  : `the collection of recorded answers is not at ${folder} (HOLDFAST_POLICY names another place)`

export interface Given {
  readonly file: string
  readonly text: string
  readonly events: readonly string[]
  readonly expected: Answer
}

/** These cases are about dates, and were asked as of these instants. */
const dates: Readonly<Record<string, string>> = {
  'date-1.xml': '2005-020',
  'date-2.xml': '2005-020T12:30',
  'date-3.xml': '2005-020T11:30',
  'origin.xml': '2014-05-07 00:28:00',
}

export function givenCases(pattern = ''): Given[] {
  const lines = readFileSync(join(folder, 'expected.jsonl'), 'utf8').trimEnd().split('\n')
  return lines.flatMap((line): Given[] => {
    const expected: Answer & { readonly file: string } = JSON.parse(line)
    const { file } = expected
    if (!file.includes(pattern)) return []
    const date = dates[file]
    const events = date === undefined ? [] : ['--set-datetime', date]
    return [{ file, text: readFileSync(join(folder, 'cases', file), 'utf8'), events, expected }]
  })
}

/** What a case needs of the engine, hardest first. */
const features: readonly (readonly [name: string, has: (tree: Tree) => boolean])[] = [
  ['bundles', t => t.name === 'bundle'],
  ['remote and guest nodes', t => pair(t, 'remote-node') || t.attributes['type'] === 'remote'],
  ['tickets', t => t.name === 'rsc_ticket'],
  [
    'unfencing, health, shutdown lock',
    t => pair(t, 'provides') || pair(t, 'node-health-strategy') || pair(t, 'shutdown-lock'),
  ],
  ['templates, dates, tags', t => ['template', 'date_expression', 'tag'].includes(t.name)],
  [
    'sets, require-all, clone-min',
    t => t.name === 'resource_set' || 'require-all' in t.attributes || pair(t, 'clone-min'),
  ],
  ['utilization', t => t.name === 'utilization'],
  ['live migration', t => pair(t, 'allow-migrate')],
  ['promotable clones', t => t.name === 'master' || (pair(t, 'promotable') && t.attributes['value'] === 'true')],
  ['clones', t => t.name === 'clone'],
  ['groups', t => t.name === 'group'],
]
export const featureNames: readonly string[] = ['primitives', ...features.map(([name]) => name).reverse()]

const pair = (tree: Tree, name: string): boolean => tree.name === 'nvpair' && tree.attributes['name'] === name

export function featureOf(text: string): string {
  const root = parse(text)
  const configuration = root?.children.find(c => c.name === 'configuration')
  const trees = configuration ? [...all(configuration)] : []
  return features.find(([, has]) => trees.some(has))?.[0] ?? 'primitives'
}
