// Whether a rule holds, and what an attribute set with rules amounts to.
// Source: "Pacemaker Explained" 2.1, "Rules".
import type { Instant } from '../base/units.ts'
import type { AttributeExpression, DateExpression, Expression, PairSet, Rule } from './types.ts'
import { asInstant, asMilliseconds, asScore } from './values.ts'

export interface RuleContext {
  readonly now: Instant
  /** A node attribute, with #uname, #id, #kind …; absent where rules may not look at nodes. */
  readonly node?: ((name: string) => string | undefined) | undefined
  readonly role?: string | undefined
  readonly resource?:
    | {
        readonly class?: string | undefined
        readonly provider?: string | undefined
        readonly type?: string | undefined
      }
    | undefined
  readonly operation?: { readonly name: string; readonly interval: number } | undefined
  /** For value-source: parameters and meta attributes of the resource in question. */
  readonly parameter?: ((name: string) => string | undefined) | undefined
  readonly meta?: ((name: string) => string | undefined) | undefined
  /** For %0 … %9 in attribute names: what a resource pattern matched. */
  readonly captures?: readonly string[] | undefined
}

export function holds(rule: Rule, context: RuleContext): boolean {
  const or = rule.booleanOp?.toLowerCase() === 'or'
  for (const expression of rule.expressions) {
    const accepted = expressionHolds(expression, context)
    if (accepted && or) return true
    if (!accepted && !or) return false
  }
  return !or || rule.expressions.length === 0
}

function expressionHolds(expression: Expression, context: RuleContext): boolean {
  switch (expression.kind) {
    case 'rule':
      return holds(expression, context)
    case 'expression':
      return attributeHolds(expression, context)
    case 'date_expression':
      return dateHolds(expression, context.now)
    case 'rsc_expression': {
      const { resource } = context
      if (!resource) return false
      const agrees = (a: string | undefined, b: string | undefined): boolean =>
        a === undefined || a.toLowerCase() === b?.toLowerCase()
      return (
        agrees(expression.class, resource.class) &&
        (expression.provider === undefined || expression.provider === resource.provider) &&
        agrees(expression.type, resource.type)
      )
    }
    case 'op_expression': {
      const { operation } = context
      if (!operation || operation.name !== expression.name) return false
      return expression.interval === undefined || asMilliseconds(expression.interval) === operation.interval
    }
    default:
      return expression satisfies never
  }
}

function attributeHolds(expression: AttributeExpression, context: RuleContext): boolean {
  if (expression.attribute === '#role') return roleHolds(expression, context.role)
  const { node } = context
  if (!node) return false
  const name = expression.attribute.replaceAll(/%(\d)/g, (_, digit) => context.captures?.[Number(digit)] ?? '')
  const actual = node(name)
  return compareHolds(expression, actual, expectedValue(expression, context))
}

function expectedValue({ value, valueSource }: AttributeExpression, context: RuleContext): string | undefined {
  if (value === undefined || valueSource === undefined || valueSource === 'literal') return value
  if (valueSource === 'param') return context.parameter?.(value)
  if (valueSource === 'meta') return context.meta?.(value)
  return value
}

function roleHolds({ operation, value }: AttributeExpression, role: string | undefined): boolean {
  if (role === undefined) return false
  if (operation === 'defined') return true
  if (operation === 'eq') return role === value
  return operation === 'ne' && role !== value
}

function compareHolds(
  { operation, type }: AttributeExpression,
  actual: string | undefined,
  wanted: string | undefined,
): boolean {
  if (operation === 'defined') return actual !== undefined
  if (operation === 'not_defined') return actual === undefined
  const sign = compareAs(typeOf(type, operation, actual, wanted), actual, wanted)
  switch (operation) {
    case 'eq':
      return sign === 0
    case 'ne':
      return sign !== 0
    // An attribute that is not there is neither less nor more than anything.
    case 'lt':
      return actual !== undefined && wanted !== undefined && sign < 0
    case 'lte':
      return actual !== undefined && wanted !== undefined && sign <= 0
    case 'gt':
      return actual !== undefined && wanted !== undefined && sign > 0
    case 'gte':
      return actual !== undefined && wanted !== undefined && sign >= 0
    default:
      return false
  }
}

function typeOf(type: string | undefined, operation: string, a: string | undefined, b: string | undefined): string {
  if (type !== undefined) return type
  if (!/^[lg]te?$/.test(operation)) return 'string'
  return a?.includes('.') || b?.includes('.') ? 'number' : 'integer'
}

function compareAs(type: string, a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1
  if (type === 'integer') {
    const [left, right] = [integer(a), integer(b)]
    if (left !== undefined && right !== undefined) return Math.sign(left - right)
  } else if (type === 'number') {
    const [left, right] = [Number.parseFloat(a), Number.parseFloat(b)]
    if (!Number.isNaN(left) && !Number.isNaN(right)) return Math.abs(left - right) < 1e-6 ? 0 : Math.sign(left - right)
  } else if (type === 'version') return compareVersions(a, b)
  return compareText(a.toLowerCase(), b.toLowerCase())
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** "3.7" as an integer is 3: the digits in front count. */
function integer(text: string): number | undefined {
  const match = /^\s*[+-]?\d+/.exec(text)
  return match ? Number(match[0]) : undefined
}

/** Part by part; what is no number counts as 0. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')]
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (integer(left[i] ?? '') ?? 0) - (integer(right[i] ?? '') ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return 0
}

function dateHolds(expression: DateExpression, now: Instant): boolean {
  const start = asInstant(expression.start)
  const end =
    asInstant(expression.end) ??
    (expression.duration && start !== undefined ? plus(start, expression.duration) : undefined)
  switch (expression.operation) {
    case 'gt':
      return start !== undefined && now > start
    case 'lt':
      return end !== undefined && now < end
    case 'date_spec':
      return expression.spec !== undefined && specHolds(expression.spec, now)
    default:
      return (start === undefined || now >= start) && (end === undefined || now <= end) && (start ?? end) !== undefined
  }
}

function plus(start: number, duration: ReadonlyMap<string, string>): number {
  const get = (unit: string): number => Number(duration.get(unit) ?? 0)
  const date = new Date(start)
  date.setUTCFullYear(date.getUTCFullYear() + get('years'), date.getUTCMonth() + get('months'))
  const days = get('weeks') * 7 + get('days')
  return date.getTime() + (((days * 24 + get('hours')) * 60 + get('minutes')) * 60 + get('seconds')) * 1_000
}

function specHolds(spec: ReadonlyMap<string, string>, now: Instant): boolean {
  const date = new Date(now)
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  const weekday = ((date.getUTCDay() + 6) % 7) + 1
  const thursday = new Date(day + (4 - weekday) * 86_400_000)
  const yearDay = (when: Date): number => (when.getTime() - Date.UTC(when.getUTCFullYear(), 0, 1)) / 86_400_000 + 1
  const fields: Readonly<Record<string, number>> = {
    seconds: date.getUTCSeconds(),
    minutes: date.getUTCMinutes(),
    hours: date.getUTCHours(),
    monthdays: date.getUTCDate(),
    weekdays: weekday,
    yeardays: yearDay(new Date(day)),
    months: date.getUTCMonth() + 1,
    weeks: Math.floor((yearDay(thursday) - 1) / 7) + 1,
    years: date.getUTCFullYear(),
    weekyears: thursday.getUTCFullYear(),
  }
  for (const [field, range] of spec) {
    const value = fields[field]
    if (value !== undefined && !inRange(value, range)) return false
  }
  return true
}

function inRange(value: number, range: string): boolean {
  const match = /^(\d*)(-?)(\d*)$/.exec(range)
  if (!match) return false
  const [, low, dash, high] = match
  if (dash === '') return value === Number(low)
  return (low === '' || value >= Number(low)) && (high === '' || value <= Number(high))
}

/** Whether a rule says when and where it counts. */
export const hasRule = (set: PairSet): boolean => set.rule !== undefined

/**
 * Name → value of several sets: the highest score wins, of equal ones the last in the file. What `into` holds already
 * stays. Source: "Pacemaker Explained" 2.1, "Controlling Resource Options"; for equal scores, crm_simulate asked.
 */
export function combine(
  sets: readonly PairSet[],
  context: RuleContext,
  into: Map<string, string> = new Map(),
  first?: string,
): Map<string, string> {
  return fill(inOrder(sets, first), context, into)
}

/** The same where Pacemaker lets each set overwrite those before: the lowest score wins, of equal ones the first. */
export const combineOverwriting = (sets: readonly PairSet[], context: RuleContext): Map<string, string> =>
  fill(inOrder(sets, undefined).toReversed(), context, new Map())

function fill(sets: readonly PairSet[], context: RuleContext, into: Map<string, string>): Map<string, string> {
  for (const set of sets) {
    if (set.rule && !holds(set.rule, context)) continue
    for (const { name, value } of set.pairs) {
      if (value === undefined || value === '#default' || into.has(name)) continue
      into.set(name, value)
    }
  }
  return into
}

function inOrder(sets: readonly PairSet[], first: string | undefined): readonly PairSet[] {
  if (sets.length < 2) return sets
  const rank = (set: PairSet): number => (set.id === first ? Number.POSITIVE_INFINITY : asScore(set.score))
  return sets.toReversed().sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)))
}
