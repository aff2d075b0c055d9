// Problems as text for people: what is wrong, where, the lines themselves with the place marked, and the way out.
//
//     error: `volumes.pgdata` has no key `sise`
//       --> cluster.yaml:19:13
//        |
//     19 |   pgdata: { sise: 8 GiB }
//        |             ^^^^
//        = did you mean `size`?
import type { Problem, Span } from '../base/result.ts'

/** How each piece is shown; a terminal gives colours, everybody else the text itself. */
export interface Paint {
  readonly error: (text: string) => string
  readonly warning: (text: string) => string
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
  readonly hint: (text: string) => string
}

const same = (text: string): string => text
export const plain: Paint = { error: same, warning: same, strong: same, faint: same, hint: same }

export const renderProblems = (problems: readonly Problem[], source: string, paint: Paint = plain): string =>
  problems.map(problem => renderProblem(problem, source.split(/\r?\n/).map(withoutSecrets), paint)).join('\n')

/** A password that stands in the file is wrong there, and must not get into a log as well. */
const withoutSecrets = (line: string): string =>
  line.replaceAll(
    /((?:pass(?:word|wd|phrase)|secret|token|community|api_?key)['"]?\s*:\s*)([^\s{,}#](?:[^,}#]*[^\s,}#])?)/gi,
    (_, key, value) => key + '•'.repeat(value.length),
  )

function renderProblem(problem: Problem, source: readonly string[], paint: Paint): string {
  const colour = paint[problem.severity]
  const head = `${colour(`${problem.severity}[${problem.code}]`)}: ${paint.strong(problem.message)}`
  const where = problem.at === undefined ? [] : excerpt(problem.at, source, colour, paint)
  const margin = ' '.repeat(problem.at === undefined ? 2 : String(problem.at.line).length)
  const hint = problem.hint === undefined ? [] : [`${margin} ${paint.faint('=')} ${paint.hint(problem.hint)}`]
  return `${[head, ...where, ...hint].join('\n')}\n`
}

function excerpt(
  at: Span,
  source: readonly string[],
  colour: (text: string) => string,
  paint: Paint,
): readonly string[] {
  const number = String(at.line)
  const margin = ' '.repeat(number.length)
  const place = `${margin}${paint.faint('-->')} ${at.file}:${at.line}:${at.column}`
  const line = source[at.line - 1]
  if (line === undefined) return [place]
  const shown = line.replaceAll('\t', ' ')
  const isOneLine = at.endLine === undefined || at.endLine === at.line
  const end = isOneLine ? (at.endColumn ?? at.column + 1) : shown.trimEnd().length + 1
  const mark = ' '.repeat(at.column - 1) + '^'.repeat(Math.max(1, end - at.column))
  return [
    place,
    paint.faint(`${margin} |`),
    `${paint.faint(`${number} |`)} ${shown}`,
    `${paint.faint(`${margin} |`)} ${colour(mark)}`,
  ]
}
