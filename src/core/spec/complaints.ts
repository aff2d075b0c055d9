// zod's issues in the words of the cluster file: one problem for each, at its place, with a way out.
import { z } from 'zod'
import type { Problem, Span } from '../base/result.ts'
import { closest } from '../base/suggest.ts'
import type { Path } from './places.ts'
import { anyService, clusterSchema } from './schema.ts'

type Issue = z.core.$ZodIssue
export type Locate = (path: Path, what: 'key' | 'value') => Span

export const complaints = (issues: readonly Issue[], locate: Locate, value: unknown): readonly Problem[] =>
  firstOfEach(issues.flatMap(issue => complaint(issue, [], locate, value)))

/** A value of the wrong kind fails every other rule for it as well: the first complaint says it. */
const firstOfEach = (problems: readonly Problem[]): readonly Problem[] => {
  const wrong = new Set(
    problems.filter(({ code }) => code === 'wrong-type').map(({ at }) => `${at?.line}:${at?.column}`),
  )
  return problems.filter(({ code, at }) => code !== 'bad-value' || !wrong.has(`${at?.line}:${at?.column}`))
}

function complaint(issue: Issue, parent: Path, locate: Locate, value: unknown): readonly Problem[] {
  const path = [...parent, ...issue.path]
  const at = locate(path, 'value')
  const error = (code: string, message: string, hint?: string): readonly Problem[] => [
    { severity: 'error', code, message, at, ...(hint !== undefined && { hint }) },
  ]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey(key, path, locate, value))
    case 'invalid_type':
      return valueAt(value, path) === undefined
        ? error('missing', `${named(path.slice(0, -1))} needs \`${String(path.at(-1) ?? '')}\``)
        : error('wrong-type', `${named(path)}: ${plain(issue)}`)
    case 'invalid_value':
      return error(
        'not-one-of',
        `${named(path)} is ${shown(valueAt(value, path))}`,
        choice(valueAt(value, path), issue.values.map(String)),
      )
    case 'invalid_union':
      return unionComplaint(issue, path, locate, value)
    case 'invalid_key':
      return [
        {
          severity: 'error',
          code: 'bad-name',
          message: `\`${String(path.at(-1))}\`: ${plain(issue.issues[0] ?? issue)}`,
          at: locate(path, 'key'),
        },
      ]
    default:
      return error('bad-value', `${named(path)}: ${plain(issue)}`)
  }
}

/** The alternative that the value was meant to be, if its kind fits only one; else the union's own sentence. */
function unionComplaint(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  locate: Locate,
  value: unknown,
): readonly Problem[] {
  if (issue.discriminator !== undefined) return unknownKind(issue, path, locate, value)
  const meant = issue.errors.filter(errors => !errors.some(inner => inner.path.length === 0 && isWrongKind(inner)))
  const [only] = meant
  if (meant.length === 1 && only !== undefined) return only.flatMap(inner => complaint(inner, path, locate, value))
  return [
    { severity: 'error', code: 'bad-value', message: `${named(path)}: ${issue.message}`, at: locate(path, 'value') },
  ]
}

/** Which keys a service has depends on its blueprint; without one, those that every kind has are checked. */
function unknownKind(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  locate: Locate,
  value: unknown,
): readonly Problem[] {
  const service = path.slice(0, -1)
  const here = valueAt(value, path)
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
  const kind: Problem = {
    severity: 'error',
    code: here === undefined ? 'missing' : 'not-one-of',
    message: here === undefined ? `${named(service)} needs \`blueprint\`` : `${named(path)} is ${shown(here)}`,
    at: locate(path, 'value'),
    hint: choice(here, options),
  }
  const others = anyService.safeParse(valueAt(value, service)).error?.issues ?? []
  return [kind, ...others.flatMap(inner => complaint(inner, service, locate, value))]
}

const isWrongKind = (issue: Issue): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value'

function unknownKey(key: string, path: Path, locate: Locate, value: unknown): Problem {
  const allowed = keysAt(path, value)
  const hint = choice(key, allowed)
  return {
    severity: 'error',
    code: 'unknown-key',
    message: `${named(path)} has no key \`${key}\``,
    at: locate([...path, key], 'key'),
    hint,
  }
}

function choice(word: unknown, words: readonly string[]): string {
  const near = typeof word === 'string' && word.length > 2 ? closest(word, words) : undefined
  return near === undefined ? `expected one of: ${words.map(w => `\`${w}\``).join(', ')}` : `did you mean \`${near}\`?`
}

const named = (path: Path): string => (path.length === 0 ? 'the cluster file' : `\`${path.map(String).join('.')}\``)
const shown = (value: unknown): string =>
  value === undefined ? 'missing' : `\`${String(JSON.stringify(value)).slice(0, 60)}\``
const plain = (issue: Issue): string => {
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input'))
    return `expected ${kinds[issue.expected] ?? issue.expected}`
  return issue.message.replace(/^Invalid input: /, '').replace(/^Too (?:small|big): /, '')
}
const kinds: Readonly<Record<string, string>> = {
  array: 'a list, such as `[a, b]`',
  object: 'keys with values',
  record: 'names, each with its keys',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = new Map<PropertyKey, unknown>(Object.entries(at)).get(String(step))
  }
  return at
}

/** The keys that the form allows at a path: read from the JSON Schema, where they can be walked. */
function keysAt(path: Path, value: unknown): readonly string[] {
  let options: readonly Shape[] = [wholeShape()]
  let at: unknown = value
  for (const step of path) {
    options = options.flatMap(shape => alternatives(shape)).flatMap(shape => below(shape, step))
    at = valueAt(at, [step])
  }
  const kind = valueAt(at, ['blueprint'])
  const shapes = options.flatMap(alternatives)
  const fitting = shapes.filter(shape => kind === undefined || literal(shape, 'blueprint') === kind)
  return [...new Set((fitting.length > 0 ? fitting : shapes).flatMap(shape => Object.keys(shape.properties ?? {})))]
}

type Shape = z.core.JSONSchema.BaseSchema
let madeShape: Shape | undefined
/** Made when the first unknown key is met; a good file never needs it. */
function wholeShape(): Shape {
  madeShape ??= z.toJSONSchema(clusterSchema, { io: 'input' })
  return madeShape
}
const isShape = (shape: unknown): shape is Shape => typeof shape === 'object' && shape !== null
const alternatives = (shape: Shape): readonly Shape[] =>
  [shape, ...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].filter(isShape)
const literal = (shape: Shape, key: string): unknown => {
  const property = shape.properties?.[key]
  return isShape(property) ? property.const : undefined
}
const below = (shape: Shape, step: PropertyKey): readonly Shape[] =>
  [typeof step === 'number' ? shape.items : (shape.properties?.[String(step)] ?? shape.additionalProperties)].filter(
    isShape,
  )
