// Whether a document is a CIB at all: the elements, attributes and values that `grammar.ts` knows. Pacemaker refuses a CIB
// that its schemas do not allow, so these are errors; except where the CIB itself switches validation off, or claims a
// schema that is older or newer than the 3.x line: then they are warnings, as Pacemaker would read on.
import { closest } from '../base/suggest.ts'
import { type Element, elementsOf } from '../xml/types.ts'
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
  const shape = grammar[element.name]
  if (!shape) return
  if (!(shape.canRefer && element.attributes.has('id-ref'))) checkNeeds(element, shape, complain)
  checkAttributes(element, shape, byId, complain)
  checkCombination(element, complain)
  const seen = new Set<string>()
  for (const child of elementsOf(element)) {
    if (words(shape.once).includes(child.name) && seen.has(child.name))
      complain('repeated-element', `<${element.name}> holds a second <${child.name}>`, child)
    seen.add(child.name)
    if (isOpen(child.name)) continue
    if (!words(shape.holds).includes(child.name)) {
      const known = closest(child.name, words(shape.holds))
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

const cache = new Map<string, readonly string[]>()
function words(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  const known = cache.get(text)
  if (known) return known
  const made = text.split(' ')
  cache.set(text, made)
  return made
}

const shorten = (text: string): string => JSON.stringify(text.trim().slice(0, 30))

function checkNeeds(element: Element, { needs, wants }: Shape, complain: Complain): void {
  for (const alternatives of words(needs)) {
    const names = alternatives.split('|')
    if (!names.some(name => element.attributes.has(name)))
      complain('missing-attribute', `<${element.name}> has no ${names.join(' or ')}`, element)
  }
  const together = element.name !== 'configuration'
  for (const alternatives of words(wants)) {
    const names = alternatives.split('|')
    if (elementsOf(element).some(child => names.includes(child.name))) continue
    const missing = names.map(name => `<${name}>`).join(' or ')
    complain(together ? 'empty-element' : 'missing-section', `<${element.name}> holds no ${missing}`, element)
  }
}

function checkAttributes(element: Element, shape: Shape, byId: Reading['byId'], complain: Complain): void {
  const { name, attributes } = element
  const needed = words(shape.needs).flatMap(alternatives => alternatives.split('|'))
  const allowed = words(shape.may)
  const pointers = references[name] ?? []
  for (const [attribute, value] of attributes) {
    const isReference = attribute === 'id-ref' && shape.canRefer === true
    if (!needed.includes(attribute) && !allowed.includes(attribute) && !isReference && !attribute.includes(':')) {
      const near = closest(attribute, [...needed, ...allowed])
      complain('unknown-attribute', `<${name}> has no attribute ${attribute}`, element, near && `did you mean ${near}?`)
      continue
    }
    if (attribute === 'id-ref') continue
    if (pointers.includes(attribute)) {
      if (!byId.has(value))
        complain('unknown-reference', `${attribute}="${value}" in <${name}> names nothing that exists`, element)
    } else if (attribute === 'id' && !freeIds.has(name)) {
      if (!isId(value))
        complain('bad-id', `id="${value}" is no id: it begins with a letter and has no spaces or colons`, element)
    } else checkValue(element, attribute, value, complain)
  }
}

/** An XML name without colon. */
const isId = (text: string): boolean => /^[\p{L}_][\p{L}\p{N}\p{M}._·-]*$/u.test(text.trim())

function checkValue(element: Element, attribute: string, value: string, complain: Complain): void {
  const wanted = values[`${element.name}.${attribute}`] ?? values[attribute]
  if (wanted === undefined) return
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
  const holds = (name: string): boolean => elementsOf(element).some(child => child.name === name)
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
