// Scenario text → Scenario. Every problem at once, each with line, column and a hint: a name that the cluster does not
// have, a link that is not there, a form that does not exist. `@active` and `@peer` stand for nodes by their part:
// where the first service with a volume runs, and the first other node; they are bound once, before the run.
import { assert, found } from '../base/assert.ts'
import type { Checked, Problem } from '../base/result.ts'
import { closest } from '../base/suggest.ts'
import { type Milliseconds, milliseconds, type NodeName } from '../base/units.ts'
import { type ConnectionState, connectionStates, type DiskState, diskStates } from '../drbd/words.ts'
import { conditionForms, type Form, processes, type StatementBody, statementForms, type Values } from './forms.ts'
import type { Condition, Scenario, Statement, Vocabulary } from './types.ts'
import type { Process } from './world.ts'

/** Which node `@active` and `@peer` are. */
export type Parts = Readonly<Partial<Record<'@active' | '@peer', NodeName>>>

interface Token {
  readonly word: string
  /** From 1. */
  readonly column: number
}

interface Context {
  readonly file: string
  readonly line: number
  readonly vocabulary: Vocabulary
  readonly parts: Parts
}

export function parseScenario(text: string, file: string, vocabulary: Vocabulary, parts: Parts): Checked<Scenario> {
  const problems: Problem[] = []
  const statements: Statement[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const code = raw.replace(/#.*$/, '')
    if (code.trim() === '') continue
    const context: Context = { file, line: index + 1, vocabulary, parts }
    const parsed = parseLine(tokenise(code), context)
    problems.push(...parsed.problems)
    if (parsed.value) statements.push({ line: index + 1, text: withNames(code.trim(), parts), ...parsed.value })
  }
  if (statements.length === 0 && problems.length === 0)
    problems.push({
      severity: 'error',
      code: 'empty-scenario',
      message: 'The scenario has no statement.',
      at: { file, line: 1, column: 1 },
    })
  const name = file.replace(/^.*\//, '').replace(/\.[^.]*$/, '')
  return problems.length > 0 ? { problems } : { value: { name, text, statements }, problems }
}

/** For people: the nodes' names instead of their parts. */
const withNames = (line: string, parts: Parts): string =>
  line.replace(/@active|@peer/g, part => (part === '@active' || part === '@peer' ? (parts[part] ?? part) : part))

const tokenise = (line: string): Token[] =>
  [...line.matchAll(/[:;,]|[^\s:;,]+(?::(?=[^\s])[^\s:;,]+)?/g)].map(match => ({
    word: match[0],
    column: match.index + 1,
  }))

function parseLine(tokens: readonly Token[], context: Context): Checked<StatementBody> {
  const [first, second] = tokens
  if (first?.word !== 'expect' || !second) return match(tokens, statementForms, context)
  if (second.word === 'never')
    return conditionsThen(tokens.slice(2), context, conditions => ({ kind: 'expect-never', conditions }))
  if (second.word === 'outage' || second.word === 'lost') return match(tokens, statementForms, context)
  if (second.word !== 'within' && second.word !== 'for') return { problems: [unknownExpectation(second, context)] }
  const span = parseSpan(tokens[2]?.word ?? '')
  if (span === undefined || span < 0)
    return {
      problems: [
        problem(
          context,
          tokens[2] ?? second,
          'bad-span',
          `"${tokens[2]?.word ?? ''}" is not a span of time.`,
          'Write a number and a unit: 500ms, 5s, 2min.',
        ),
      ],
    }
  const kind = second.word === 'within' ? 'expect-within' : 'expect-for'
  return conditionsThen(tokens.slice(3), context, conditions => ({ kind, span, conditions }))
}

const expectations = ['within', 'for', 'never', 'outage', 'lost']

function unknownExpectation(token: Token, context: Context): Problem {
  const near = closest(token.word, expectations)
  const message = `"${token.word}" is no kind of expectation.`
  const hint = near ? `Did you mean "${near}"?` : `There are: ${expectations.join(', ')}.`
  return problem(context, token, 'not-understood', message, hint)
}

function conditionsThen(
  tokens: readonly Token[],
  context: Context,
  make: (conditions: readonly Condition[]) => StatementBody,
): Checked<StatementBody> {
  const parsed = splitAt(tokens, ';').map(part => parseCondition(part, context))
  const problems = parsed.flatMap(p => p.problems)
  const conditions = parsed.flatMap(p => (p.value ? [p.value] : []))
  return problems.length > 0 ? { problems } : { value: make(conditions), problems }
}

function parseCondition(tokens: readonly Token[], context: Context): Checked<Condition> {
  if (tokens[0]?.word !== 'not') return match(tokens, conditionForms, context)
  const inner = parseCondition(tokens.slice(1), context)
  return inner.value ? { value: { kind: 'not', condition: inner.value }, problems: [] } : { problems: inner.problems }
}

function splitAt(tokens: readonly Token[], separator: string): Token[][] {
  const parts: Token[][] = [[]]
  for (const token of tokens) {
    if (token.word === separator) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

/** Tries every form; where none fits, the one that came furthest tells what was expected there. */
function match<T>(tokens: readonly Token[], forms: readonly Form<T>[], context: Context): Checked<T> {
  const misses: { readonly reached: number; readonly expected: string; readonly form: string }[] = []
  for (const { form, make } of forms) {
    const result = fit(tokens, form.split(' '), context)
    if (result.kind === 'fits') return { value: make(result.values), problems: [] }
    misses.push({ ...result, form })
  }
  const reached = Math.max(...misses.map(miss => miss.reached))
  const furthest = misses.filter(miss => miss.reached === reached)
  const last = tokens.at(-1) ?? { word: '', column: 1 }
  const token = tokens[reached] ?? { word: '', column: last.column + last.word.length }
  const expected = [...new Set(furthest.map(miss => miss.expected))]
  const message =
    token.word === ''
      ? `Something is missing here: expected ${expected.map(describe).join(' or ')}.`
      : `"${token.word}" is not understood here: expected ${expected.map(describe).join(' or ')}.`
  return {
    problems: [
      problem(
        context,
        token,
        token.word === '' ? 'incomplete' : 'not-understood',
        message,
        hintFor(
          token,
          expected,
          furthest.map(miss => miss.form),
          context.vocabulary,
        ),
      ),
    ],
  }
}

function hintFor(token: Token, expected: readonly string[], forms: readonly string[], vocabulary: Vocabulary): string {
  const candidates = expected.flatMap(place => wordsFor(place, vocabulary) ?? [place])
  const near = closest(token.word, candidates)
  if (near) return `Did you mean "${near}"?`
  const known = expected.map(place => wordsFor(place, vocabulary) ?? [])
  if (known.every(words => words.length > 0)) return `There are: ${[...new Set(known.flat())].join(', ')}.`
  return `The forms that begin so: ${forms.slice(0, 6).join('; ')}.`
}

function wordsFor(place: string, vocabulary: Vocabulary): readonly string[] | undefined {
  switch (place) {
    case 'NODE':
    case 'NODES':
      return vocabulary.nodes
    case 'SERVICE':
      return vocabulary.services.map(service => service.name)
    case 'VOLUME':
      return vocabulary.volumes
    case 'DISK':
      return diskStates
    case 'CONNECTION':
      return connectionStates
    case 'PROCESS':
      return [...processes, ...vocabulary.services.map(service => `service:${service.name}`)]
    default:
      return undefined
  }
}

const placeNames: Readonly<Record<string, string>> = {
  NODE: 'a node',
  NODES: 'nodes, with commas between them',
  SERVICE: 'a service',
  VOLUME: 'a volume',
  SPAN: 'a span of time such as 5s',
  PERCENT: 'a share such as 10%',
  NUMBER: 'a number',
  PROCESS: 'a process',
  DISK: 'a disk state',
  CONNECTION: 'a connection state',
  '': 'the end of the line',
}
const describe = (expected: string): string => placeNames[expected] ?? `"${expected}"`

type Fit =
  | { readonly kind: 'fits'; readonly values: Values }
  | { readonly kind: 'misses'; readonly reached: number; readonly expected: string }

function fit(tokens: readonly Token[], form: readonly string[], context: Context): Fit {
  const taken = new Map<string, string[]>()
  let position = 0
  for (const place of form) {
    const count = place === 'NODES' ? tokens.length - position : 1
    const words =
      place === 'NODES'
        ? splitAt(tokens.slice(position), ',').map(part => part.map(t => t.word).join(' '))
        : [tokens[position]?.word ?? '']
    for (const [offset, word] of words.entries()) {
      const value = accept(place, word, context)
      if (value === undefined)
        return { kind: 'misses', reached: position + (place === 'NODES' ? offset * 2 : 0), expected: place }
      if (value !== '') taken.set(place, [...(taken.get(place) ?? []), value])
    }
    position += count
  }
  if (position < tokens.length) return { kind: 'misses', reached: position, expected: '' }
  return { kind: 'fits', values: valuesOf(taken, context.vocabulary) }
}

/** The value that the word stands for at this place; undefined where it does not fit; '' for a literal. */
function accept(place: string, word: string, { vocabulary, parts }: Context): string | undefined {
  switch (place) {
    case 'NODE':
    case 'NODES': {
      const name = word === '@active' || word === '@peer' ? parts[word] : word
      return vocabulary.nodes.find(node => node === name)
    }
    case 'SERVICE':
    case 'VOLUME':
    case 'DISK':
    case 'CONNECTION':
    case 'PROCESS':
      return wordsFor(place, vocabulary)?.find(known => known === word)
    case 'SPAN':
      return parseSpan(word) === undefined ? undefined : word
    case 'PERCENT':
      return /^\d{1,2}(\.\d+)?%$|^100%$/.test(word) ? word.slice(0, -1) : undefined
    case 'NUMBER':
      return /^\d{1,9}$/.test(word) ? word : undefined
    default:
      return word === place ? '' : undefined
  }
}

function valuesOf(taken: ReadonlyMap<string, readonly string[]>, vocabulary: Vocabulary): Values {
  const text = (place: string, index = 0): string => found(taken.get(place)?.[index], `${place} ${index}`)
  const nodeAt = (name: string): NodeName =>
    found(
      vocabulary.nodes.find(node => node === name),
      name,
    )
  const numbers = [...(taken.get('PERCENT') ?? []), ...(taken.get('NUMBER') ?? [])].map(Number)
  return {
    node: index => nodeAt(text('NODE', index)),
    nodes: () => (taken.get('NODES') ?? []).map(nodeAt),
    service: () => text('SERVICE'),
    volume: () => text('VOLUME'),
    span: index => found(parseSpan(text('SPAN', index)), 'span'),
    number: (index = 0) => found(numbers[index], 'number'),
    process: () => processOf(text('PROCESS')),
    disk: () =>
      found(
        diskStates.find(state => state === text('DISK')),
        'disk state',
      ) satisfies DiskState,
    connection: () =>
      found(
        connectionStates.find(state => state === text('CONNECTION')),
        'connection',
      ) satisfies ConnectionState,
  }
}

function processOf(word: string): Process {
  switch (word) {
    case 'corosync':
    case 'pacemakerd':
    case 'pacemaker-controld':
    case 'pacemaker-execd':
    case 'pacemaker-fenced':
      return word
    default:
      assert(word.startsWith('service:'), `process ${word}`)
      return `service:${word.slice('service:'.length)}`
  }
}

const spanUnits: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }

/** `500ms`, `5s`, `2min`, `-1h`. */
export function parseSpan(word: string): Milliseconds | undefined {
  const parsed = /^([+-]?\d{1,9}(?:\.\d+)?)(ms|s|min|h)$/.exec(word)
  if (!parsed) return undefined
  return milliseconds(Number(parsed[1]) * (spanUnits[parsed[2] ?? ''] ?? 0))
}

const problem = (context: Context, token: Token, code: string, message: string, hint: string): Problem => ({
  severity: 'error',
  code,
  message,
  at: {
    file: context.file,
    line: context.line,
    column: token.column,
    endColumn: token.column + Math.max(1, token.word.length),
  },
  hint,
})
