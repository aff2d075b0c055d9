// Whether a document is a CIB at all: the elements, attributes and values that `grammar.ts` knows. Pacemaker refuses a CIB
// that its schemas do not allow, so these are errors; except where the CIB itself switches validation off, or claims a
// schema that is older or newer than the 3.x line: then they are warnings, as Pacemaker would read on.
import { closest } from '../base/suggest.ts'
import { type Element, elementsOf, firstChild } from '../xml/types.ts'
import { freeIds, grammar, references, type Shape, values } from './grammar.ts'
import type { Reading } from './reading.ts'

type Complain = (code: string, message: string, at: Element, hint?: string) => void

export function validate(root: Element, configuration: Element, reading: Reading): void {
  checkSchema(root, reading)
  const severity = isStrict(root) ? 'error' : 'warning'
  const complain: Complain = (code, message, { at }, hint) => reading.complain(severity, code, message, at, hint)
  for (const name of ['admin_epoch', 'epoch', 'num_updates']) {
    const value = root.attributes.get(name)
    if (value === undefined) complain('missing-attribute', `<cib> has no ${name}`, root)
    else if (!/^\+?\d+$/.test(value.trim())) complain('bad-value', `${name}="${value}" is no number`, root)
  }
  for (const child of elementsOf(root)) {
    if (child !== configuration && child.name !== 'status')
      complain('misplaced-element', `<${child.name}> does not belong into <cib>`, child)
  }
  checkElement(configuration, reading.byId, complain)
}

/** A schema that nobody knows is refused; one that is newer than 3.9 is read as if it were 3.9. */
function checkSchema(root: Element, reading: Reading): void {
  const schema = root.attributes.get('validate-with')
  if (schema === undefined || /^(none|pacemaker-next|transitional-0\.6|pacemaker-\d+\.\d+)$/.test(schema)) return
  reading.complain(
    'error',
    'unknown-schema',
    `validate-with="${schema}" names no schema of Pacemaker`,
    root.at,
    'as pacemaker-3.9',
  )
}

/** Source: "Pacemaker Explained" 2.1, `validate-with`. */
export const isStrict = (root: Element): boolean => /^pacemaker-3\.\d$/.test(root.attributes.get('validate-with') ?? '')

function checkElement(element: Element, byId: Reading['byId'], complain: Complain): void {
  const rules = rulesFor(element.name)
  if (!rules) return
  if (!(rules.canRefer && element.attributes.has('id-ref'))) checkNeeds(element, rules, complain)
  checkAttributes(element, rules, byId, complain)
  checkCombination(element, complain)
  const seen = new Set<string>()
  for (const child of element.children) {
    if (child.kind !== 'element') continue
    if (rules.once.has(child.name)) {
      if (seen.has(child.name)) complain('repeated-element', `<${element.name}> holds a second <${child.name}>`, child)
      seen.add(child.name)
    }
    if (isOpen(child.name)) continue
    if (!rules.holds.has(child.name)) {
      const known = closest(child.name, [...rules.holds])
      const hint = known === undefined ? undefined : `did you mean <${known}>?`
      complain('misplaced-element', `<${child.name}> does not belong into <${element.name}>`, child, hint)
    } else checkElement(child, byId, complain)
  }
  for (const child of element.children) {
    if (child.kind === 'text') complain('text', `<${element.name}> holds text: ${shorten(child.text)}`, element)
  }
}

/** What has no bearing on scheduling is not looked into. */
const isOpen = (name: string): boolean => name === 'acls' || name === 'alerts'

/** A kind of element as `grammar.ts` writes it, taken apart once. */
interface Rules {
  /** Of each list, one must be there. */
  readonly needs: readonly (readonly string[])[]
  readonly wants: readonly (readonly string[])[]
  readonly attributes: ReadonlyMap<string, Meaning>
  readonly holds: ReadonlySet<string>
  readonly once: ReadonlySet<string>
  readonly canRefer: boolean
}

/** What the value of an attribute must be; `wanted` as in `values`. */
type Meaning = { readonly kind: 'id' | 'reference' | 'any' } | { readonly kind: 'value'; readonly wanted: string }

const known = new Map<string, Rules>()

function rulesFor(name: string): Rules | undefined {
  const made = known.get(name)
  const shape = made ? undefined : grammar[name]
  if (!shape) return made
  const rules = takenApart(name, shape)
  known.set(name, rules)
  return rules
}

function takenApart(name: string, shape: Shape): Rules {
  const alternatives = (text: string | undefined): readonly string[][] => words(text).map(word => word.split('|'))
  const needs = alternatives(shape.needs)
  const attributes = [...needs.flat(), ...words(shape.may)]
  return {
    needs,
    wants: alternatives(shape.wants),
    attributes: new Map(attributes.map(attribute => [attribute, meaningOf(name, attribute)])),
    holds: new Set(words(shape.holds)),
    once: new Set(words(shape.once)),
    canRefer: shape.canRefer ?? false,
  }
}

function meaningOf(element: string, attribute: string): Meaning {
  if (references[element]?.includes(attribute)) return { kind: 'reference' }
  if (attribute === 'id' && !freeIds.has(element)) return { kind: 'id' }
  const wanted = values[`${element}.${attribute}`] ?? values[attribute]
  return wanted === undefined || attribute === 'id-ref' ? { kind: 'any' } : { kind: 'value', wanted }
}

const words = (text: string | undefined): readonly string[] => (text === undefined ? [] : text.split(' '))

const shorten = (text: string): string => JSON.stringify(text.trim().slice(0, 30))

function checkNeeds(element: Element, { needs, wants }: Rules, complain: Complain): void {
  for (const names of needs) {
    if (!names.some(name => element.attributes.has(name)))
      complain('missing-attribute', `<${element.name}> has no ${names.join(' or ')}`, element)
  }
  const together = element.name !== 'configuration'
  for (const names of wants) {
    if (names.some(name => firstChild(element, name))) continue
    const missing = names.map(name => `<${name}>`).join(' or ')
    complain(together ? 'empty-element' : 'missing-section', `<${element.name}> holds no ${missing}`, element)
  }
}

function checkAttributes(element: Element, rules: Rules, byId: Reading['byId'], complain: Complain): void {
  element.attributes.forEach((value, attribute) => {
    const meaning = rules.attributes.get(attribute)
    switch (meaning?.kind) {
      case 'id':
        if (!isId(value))
          complain('bad-id', `id="${value}" is no id: it begins with a letter and has no spaces or colons`, element)
        return
      case 'reference':
        if (!byId.has(value))
          complain(
            'unknown-reference',
            `${attribute}="${value}" in <${element.name}> names nothing that exists`,
            element,
          )
        return
      case 'value':
        checkValue(element, attribute, value, meaning.wanted, complain)
        return
      case 'any':
        return
      default:
        checkUnknown(element, rules, attribute, complain)
    }
  })
}

function checkUnknown(element: Element, rules: Rules, attribute: string, complain: Complain): void {
  if (attribute.includes(':') || (attribute === 'id-ref' && rules.canRefer)) return
  const near = closest(attribute, [...rules.attributes.keys()])
  const message = `<${element.name}> has no attribute ${attribute}`
  complain('unknown-attribute', message, element, near && `did you mean ${near}?`)
}

/** An XML name without colon. */
const isId = (text: string): boolean =>
  /^[A-Za-z_][\w.-]*$/.test(text) || /^[\p{L}_][\p{L}\p{N}\p{M}._·-]*$/u.test(text.trim())

function checkValue(element: Element, attribute: string, value: string, wanted: string, complain: Complain): void {
  const isRight = kinds[wanted]?.(value) ?? words(wanted).includes(value)
  if (isRight) return
  const hint =
    wanted === 'score!' ? 'an integer, INFINITY or -INFINITY' : wanted.endsWith('!') ? undefined : `one of ${wanted}`
  complain('bad-value', `${attribute}="${value}" in <${element.name}> is not allowed`, element, hint)
}

const kinds: Readonly<Record<string, (value: string) => boolean>> = {
  'score!': value => /^([+-]?\d+|[+-]?INFINITY)$/.test(value.trim()),
  'boolean!': value => /^(true|false|1|0)$/.test(value.trim()),
  'index!': value => /^[1-9]$/.test(value.trim()),
}

/** Which attributes and elements of a constraint or an expression go together. */
function checkCombination(element: Element, complain: Complain): void {
  const has = (name: string): boolean => element.attributes.has(name)
  const holds = (name: string): boolean => firstChild(element, name) !== undefined
  const unless = (isRight: boolean, what: string): void => {
    if (!isRight) complain('incomplete', `<${element.name}> ${what}`, element)
  }
  switch (element.name) {
    case 'rsc_location':
      unless(has('rsc') || has('rsc-pattern') || holds('resource_set'), 'names no resource')
      unless((has('node') && has('score')) || holds('rule'), 'has neither a node with a score nor a rule')
      return
    case 'rsc_colocation':
      unless(holds('resource_set') || (has('rsc') && has('with-rsc')), 'does not name both resources')
      return
    case 'rsc_order':
      unless(holds('resource_set') || (has('first') && has('then')), 'does not name both resources')
      return
    case 'rsc_ticket':
      unless(holds('resource_set') || has('rsc'), 'names no resource')
      return
    case 'primitive':
      unless(has('template') || has('type'), 'does not say its type')
      unless(!has('template') || !has('type'), 'has both a template and a type')
      return
    default:
  }
}
