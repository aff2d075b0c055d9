// Attribute sets and rules: the parts that occur everywhere in a CIB. id-ref is followed here.
// Source: "Pacemaker Explained" 2.1, "Rules" and "Reusing Rules, Options and Sets of Operations".
import { childrenNamed, type Element, elementsOf, firstChild } from '../xml/types.ts'
import type { Reading } from './reading.ts'
import type { DateExpression, Expression, Pair, PairSet, Rule } from './types.ts'

/** The element itself, or the one that its id-ref names. */
export function followed(element: Element, reading: Reading): Element | undefined {
  const reference = element.attributes.get('id-ref')
  if (reference === undefined) return element
  const target = reading.byId.get(reference)
  if (!target) {
    reading.complain(
      'error',
      'unknown-id-ref',
      `<${element.name}> refers to "${reference}", which does not exist`,
      element.at,
    )
  }
  return target
}

export function parsePairSets(owner: Element, name: string, reading: Reading): readonly PairSet[] {
  const sets: PairSet[] = []
  for (const child of owner.children) {
    if (child.kind !== 'element' || child.name !== name) continue
    const element = followed(child, reading)
    if (element) sets.push(parsePairSet(element, reading))
  }
  return sets
}

function parsePairSet(element: Element, reading: Reading): PairSet {
  const rule = firstChild(element, 'rule')
  const pairs: Pair[] = []
  const collect = (from: Element): void => {
    for (const child of elementsOf(from)) {
      if (child.name === 'attributes') collect(child)
      else if (child.name === 'nvpair') {
        const pair = parsePair(child, reading)
        if (pair) pairs.push(pair)
      }
    }
  }
  collect(element)
  return {
    id: element.attributes.get('id') ?? '',
    at: element.at,
    score: element.attributes.get('score'),
    rule: rule ? parseRule(rule, reading) : undefined,
    pairs,
  }
}

function parsePair(written: Element, reading: Reading): Pair | undefined {
  const element = followed(written, reading)
  const name = written.attributes.get('name') ?? element?.attributes.get('name')
  if (!element || name === undefined) return undefined
  return { id: element.attributes.get('id') ?? '', name, value: element.attributes.get('value'), at: written.at }
}

export function parseRule(written: Element, reading: Reading): Rule {
  const element = followed(written, reading) ?? written
  const get = (name: string): string | undefined => element.attributes.get(name)
  const isRing = reading.open.has(element)
  if (isRing) reading.complain('error', 'reference-ring', `the rule "${get('id')}" contains itself`, written.at)
  reading.open.add(element)
  const rule: Rule = {
    kind: 'rule',
    id: get('id') ?? '',
    at: element.at,
    score: get('score'),
    scoreAttribute: get('score-attribute') ?? get('score_attribute'),
    role: get('role'),
    booleanOp: get('boolean-op') ?? get('boolean_op'),
    expressions: isRing
      ? []
      : elementsOf(element).flatMap((child): Expression[] => {
          const expression = parseExpression(child, reading)
          return expression ? [expression] : []
        }),
  }
  if (!isRing) reading.open.delete(element)
  return rule
}

function parseExpression(element: Element, reading: Reading): Expression | undefined {
  const get = (name: string): string | undefined => element.attributes.get(name)
  const item = { id: get('id') ?? '', at: element.at }
  switch (element.name) {
    case 'rule':
      return parseRule(element, reading)
    case 'expression':
      return {
        kind: 'expression',
        ...item,
        attribute: get('attribute') ?? '',
        operation: get('operation') ?? '',
        value: get('value'),
        type: get('type'),
        valueSource: get('value-source'),
      }
    case 'date_expression':
      return parseDate(element, item)
    case 'rsc_expression':
      return { kind: 'rsc_expression', ...item, class: get('class'), provider: get('provider'), type: get('type') }
    case 'op_expression':
      return { kind: 'op_expression', ...item, name: get('name') ?? '', interval: get('interval') }
    default:
      return undefined
  }
}

function parseDate(element: Element, item: { id: string; at: Element['at'] }): DateExpression {
  const get = (name: string): string | undefined => element.attributes.get(name)
  return {
    kind: 'date_expression',
    ...item,
    operation: get('operation') ?? 'in_range',
    start: get('start'),
    end: get('end'),
    spec: childrenNamed(element, 'date_spec')[0]?.attributes,
    duration: childrenNamed(element, 'duration')[0]?.attributes,
  }
}
