// The cluster file's text → the model, or every problem of its form at once, each with its place.
// Source: product.md, "The person it is for"; the form is in schema.ts.
import { isAlias, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { type Checked, hasErrors, type Problem, type Span } from '../base/result.ts'
import type { Cluster } from '../model/types.ts'
import { build } from './build.ts'
import { complaints } from './complaints.ts'
import type { ClusterForm } from './form.ts'
import { type Path, spanOf } from './places.ts'
import { clusterSchema } from './schema.ts'

export interface Decoded extends Checked<Cluster> {
  /** Where the file says what a path of the cluster file names: `['nodes', 'alpha', 'links', 0]`. */
  readonly locate: (path: Path, what?: 'key' | 'value') => Span
}

export function decode(text: string, file: string): Decoded {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    merge: false,
    stringKeys: true,
  })
  const locate = (path: Path, what: 'key' | 'value' = 'value'): Span =>
    spanOf(document.contents, path, lines, file, what)
  const at = ([start, end]: readonly number[]): Span => {
    const from = lines.linePos(start ?? 0)
    const to = lines.linePos(end ?? start ?? 0)
    return {
      file,
      line: Math.max(1, from.line),
      column: Math.max(1, from.col),
      endLine: Math.max(1, to.line),
      endColumn: Math.max(1, to.col),
    }
  }
  const problems: Problem[] = [...document.errors, ...document.warnings].map(fault => ({
    severity: 'error',
    code: 'not-yaml',
    message: fault.message.split('\n')[0] ?? 'not YAML',
    at: at(fault.pos),
  }))
  visit(document, (_, node) => {
    if (!isAlias(node)) return
    const message = 'a cluster file uses no aliases (`*name`): write the value where it belongs'
    problems.push({ severity: 'error', code: 'alias', message, at: at(node.range ?? [0, 0]) })
  })
  if (hasErrors(problems)) return { problems, locate }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    const hint = 'begin with a copy of examples/postgresql-pair.yaml'
    return {
      problems: [{ severity: 'error', code: 'empty', message: 'the cluster file is empty', at: at([0, 0]), hint }],
      locate,
    }
  }
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  const form = clusterSchema.safeParse(value)
  if (!form.success) return { problems: complaints(form.error.issues, locate, value), locate }
  const gaps = formProblems(form.data, locate)
  return hasErrors(gaps) ? { problems: gaps, locate } : { value: build(form.data), problems: gaps, locate }
}

/** What depends on two keys at once: a volume has parts or is one, and each part has exactly one backing. */
function formProblems(form: ClusterForm, locate: Decoded['locate']): readonly Problem[] {
  const problems: Problem[] = []
  const error = (code: string, message: string, path: Path, hint: string) =>
    problems.push({ severity: 'error', code, message, at: locate(path, 'key'), hint })
  for (const [name, volume] of Object.entries(form.volumes ?? {})) {
    const path = ['volumes', name]
    const { parts } = volume
    const group = volume['volume-group']
    if (parts === undefined) {
      if (volume.size === undefined)
        error('missing', `\`volumes.${name}\` needs \`size\``, path, 'such as `size: 8 GiB`')
    } else {
      if (Object.keys(parts).length === 0)
        error('missing', `\`volumes.${name}.parts\` is empty`, [...path, 'parts'], 'name at least one')
      for (const key of ['size', 'device', 'filesystem', 'mount', 'erase-existing'] as const)
        if (volume[key] !== undefined)
          error(
            'part-key',
            `\`volumes.${name}\` has parts, so \`${key}\` belongs to each of them`,
            [...path, key],
            'move it below `parts`',
          )
    }
    const pieces =
      parts === undefined
        ? [[path, volume] as const]
        : Object.entries(parts).map(([p, part]) => [[...path, 'parts', p], part] as const)
    for (const [where, { device }] of pieces) {
      const label = `\`${where.join('.')}\``
      if (device === undefined && group === undefined)
        error(
          'missing',
          `${label} does not say where its data lies`,
          where,
          '`volume-group: NAME` makes a logical volume there; `device: /dev/…` takes a whole device',
        )
      if (device !== undefined && group !== undefined)
        error('two-backings', `${label} has both a device and a volume group`, [...where, 'device'], 'keep one of them')
    }
  }
  return problems
}
