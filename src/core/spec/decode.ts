// The cluster file's text → the model, or every problem of its form at once, each with its place.
// Source: product.md, "The person it is for"; the form is in schema.ts.
import {
  type Document,
  isAlias,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLWarning,
} from 'yaml'
import { type Checked, hasErrors, type Problem, type Span } from '../base/result.ts'
import type { Finding } from '../model/finding.ts'
import type { Cluster } from '../model/types.ts'
import { build } from './build.ts'
import { complaints } from './complaints.ts'
import type { ClusterForm } from './form.ts'
import { gapsOf } from './gaps.ts'
import { type Path, spanBetween, spanOf } from './places.ts'
import { isTrustworthy, salvage } from './salvage.ts'
import { clusterSchema } from './schema.ts'

type Locate = (path: Path, what?: 'key' | 'value') => Span

export interface Decoded extends Checked<Cluster> {
  /** Where the file says what a path of the cluster file names: `['nodes', 'alpha', 'links', 0]`. */
  readonly locate: Locate
  /** Where the form is broken: what is left of the cluster, and which findings about it hold all the same. */
  readonly rest?: { readonly cluster: Cluster; readonly isTrustworthy: (finding: Finding) => boolean }
}

export function decode(text: string, file: string): Decoded {
  const lineCounter = new LineCounter()
  const options = { lineCounter, prettyErrors: false, uniqueKeys: true, merge: false, stringKeys: true } as const
  const document = parseDocument(text, options)
  const locate: Locate = (path, what = 'value') => spanOf(document.contents, path, lineCounter, file, what)
  const problems = yamlProblems(document, lineCounter, file)
  if (problems.length > 0) return { problems, locate }
  return decodeValue(document.toJS({ maxAliasCount: 0 }), locate)
}

function yamlProblems(document: Document.Parsed, lines: LineCounter, file: string): readonly Problem[] {
  const problem = (code: string, message: string, [start = 0, end = start]: readonly number[]): Problem => ({
    severity: 'error',
    code,
    message,
    at: spanBetween(start, end, lines, file),
  })
  const problems = faultsOf(document).map(({ code, message, pos }) =>
    problem('not-yaml', inPlainWords.get(code) ?? message.split('\n')[0] ?? 'not YAML', pos),
  )
  visit(document, (_, node) => {
    const message = 'a cluster file uses no aliases (`*name`): write the value where it belongs'
    if (isAlias(node)) problems.push(problem('alias', message, node.range ?? []))
  })
  const { contents } = document
  if (problems.length === 0 && (contents === null || (isScalar(contents) && contents.value === null))) {
    const hint = 'begin with a copy of examples/postgresql-pair.yaml'
    problems.push({ ...problem('empty', 'the cluster file is empty', [0, 0]), hint })
  }
  return problems
}

/** One slip of the indentation makes the parser stumble again and again: of those only the first. */
function faultsOf({ errors, warnings }: Document.Parsed): readonly (YAMLError | YAMLWarning)[] {
  const twice = errors.filter(({ code }) => code === 'DUPLICATE_KEY')
  const others = errors.filter(({ code }) => code !== 'DUPLICATE_KEY')
  return [...twice, ...others.slice(0, 1), ...warnings]
}

const inPlainWords: ReadonlyMap<string, string> = new Map([
  ['DUPLICATE_KEY', 'this key stands here for the second time'],
  ['MULTIPLE_DOCS', 'a cluster file is one YAML document: take out the `---`'],
])

function decodeValue(value: unknown, locate: Locate): Decoded {
  const { success, data, error } = clusterSchema.safeParse(value)
  if (success) return decodeForm(data, locate)
  const broken = complaints(error.issues, locate, value)
  const rest = salvage(value)
  if (rest === undefined) return { problems: broken, locate }
  const gaps = gapsOf(rest.form).filter(rest.isTrustworthy)
  const problems = [...broken, ...gaps.map(gap => placed(gap, locate))]
  return { problems, locate, rest: { cluster: build(rest.form), isTrustworthy: rest.isTrustworthy } }
}

function decodeForm(form: ClusterForm, locate: Locate): Decoded {
  const gaps = gapsOf(form)
  const cluster = build(form)
  if (!hasErrors(gaps)) return { value: cluster, problems: [], locate }
  const damaged = gaps.map(({ path }) => path)
  const rest = { cluster, isTrustworthy: (finding: Finding) => isTrustworthy(finding, damaged) }
  return { problems: gaps.map(gap => placed(gap, locate)), locate, rest }
}

/** What is missing is shown at the key of what lacks it, a thing as a whole at its name, the rest at its value. */
export const placed = ({ path, ...problem }: Finding, locate: Locate): Problem => ({
  ...problem,
  at: locate(path, problem.code === 'missing' || isThing(path) ? 'key' : 'value'),
})

/** A node, volume, part or service as a whole: its name stands for it. */
const isThing = (path: Finding['path']): boolean =>
  (path.length === 2 && ['nodes', 'volumes', 'services'].includes(String(path[0]))) ||
  (path.length === 4 && path[2] === 'parts')
