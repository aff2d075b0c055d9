// The wanted `<configuration>` and the one that is there, brought to a common form: what Pacemaker, DRBD's fence handler
// and a running cluster write into it by themselves is theirs, and is neither compared nor taken away.
import { assert, found } from '../base/assert.ts'
import { parseXml } from '../xml/parse.ts'
import { printXml } from '../xml/print.ts'
import { childrenNamed, type Element, elementsOf, firstChild } from '../xml/types.ts'

/** Properties that the cluster writes itself. Source: Pacemaker Explained, "Cluster options". */
const enginesProperties = new Set([
  'cluster-infrastructure',
  'cluster-name',
  'dc-version',
  'have-watchdog',
  'last-lrm-refresh',
  'placement-strategy-internal',
])

/** Constraints that crm-fence-peer.sh sets while a peer's data is not known to be good. Removing one can lose data. */
export const isHandlersConstraint = (element: Element): boolean =>
  element.name === 'rsc_location' && (element.attributes.get('id') ?? '').startsWith('drbd-fence-by-handler-')

const isEnginesProperty = (element: Element): boolean =>
  element.name === 'nvpair' && enginesProperties.has(element.attributes.get('name') ?? '')

/** The `<configuration>` of a `<cib>`, or the element itself. */
export function configurationOf(text: string, what: string): Element {
  const root = parseXml(text, what).value
  assert(root !== undefined, `${what} is not XML`)
  return root.name === 'configuration' ? root : found(firstChild(root, 'configuration'), `<configuration> in ${what}`)
}

const withChildren = (element: Element, children: Element['children']): Element => ({ ...element, children })

/** Without what is the engines' own, without empty sections, attributes sorted: what can be compared. */
export function comparable(configuration: Element): Element {
  const sections = elementsOf(configuration)
    .filter(section => section.name !== 'nodes')
    .map(clean)
    .filter(section => section.children.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return withChildren(configuration, sections)
}

function clean(element: Element): Element {
  const kept = elementsOf(element).filter(child => !isEnginesProperty(child) && !isHandlersConstraint(child))
  const children = kept.map(clean).filter(child => child.children.length > 0 || !emptySets.has(child.name))
  const attributes = new Map([...element.attributes].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { ...element, attributes, children }
}
const emptySets = new Set(['cluster_property_set', 'meta_attributes', 'instance_attributes', 'operations'])

/** What is to be written: everything wanted, and of what is there only what belongs to the engines. */
export function mergedConfiguration(wanted: Element, actual: Element): Element {
  const sections = elementsOf(wanted).map(section => {
    const there = firstChild(actual, section.name)
    if (section.name === 'nodes') return there && there.children.length > 0 ? there : section
    if (section.name === 'crm_config') return withProperties(section, there)
    if (section.name === 'constraints') return withHandlers(section, there)
    return section
  })
  const missing = ['crm_config', 'nodes', 'constraints'].filter(name => !firstChild(wanted, name))
  const kept = missing.flatMap(name => childrenNamed(actual, name))
  return withChildren(wanted, inOrder([...sections, ...kept.map(section => keepOnlyEngines(section))]))
}

/** Source: the schema pacemaker-3.x, element configuration. */
const sectionOrder = ['crm_config', 'nodes', 'resources', 'constraints']
const rank = (section: Element): number => {
  const at = sectionOrder.indexOf(section.name)
  return at < 0 ? sectionOrder.length : at
}
const inOrder = (sections: readonly Element[]): readonly Element[] => sections.toSorted((a, b) => rank(a) - rank(b))

function keepOnlyEngines(section: Element): Element {
  if (section.name === 'nodes') return section
  if (section.name === 'constraints') return withChildren(section, elementsOf(section).filter(isHandlersConstraint))
  const sets = elementsOf(section).map(set => withChildren(set, elementsOf(set).filter(isEnginesProperty)))
  return withChildren(
    section,
    sets.filter(set => set.children.length > 0),
  )
}

function withProperties(wanted: Element, actual: Element | undefined): Element {
  const ours = new Set(
    elementsOf(wanted)
      .flatMap(elementsOf)
      .map(pair => pair.attributes.get('name')),
  )
  const isTheirs = (pair: Element): boolean => isEnginesProperty(pair) && !ours.has(pair.attributes.get('name'))
  const theirs = (actual ? elementsOf(actual) : [])
    .map(set => withChildren(set, elementsOf(set).filter(isTheirs)))
    .filter(set => set.children.length > 0)
  const ids = new Set(elementsOf(wanted).map(set => set.attributes.get('id')))
  const joined = elementsOf(wanted).map(set => {
    const same = theirs.find(other => other.attributes.get('id') === set.attributes.get('id'))
    return same ? withChildren(set, [...set.children, ...same.children]) : set
  })
  return withChildren(wanted, [...joined, ...theirs.filter(set => !ids.has(set.attributes.get('id')))])
}

const withHandlers = (wanted: Element, actual: Element | undefined): Element =>
  withChildren(wanted, [...elementsOf(wanted), ...(actual ? elementsOf(actual).filter(isHandlersConstraint) : [])])

/** `passwd` is a secret, `passwd_script` is the name of a file. */
const isSecretName = (name: string): boolean =>
  /passw|secret|token|community/i.test(name) && !/_(script|file)$/.test(name)

/** Values of parameters that are secrets by their name are not shown. */
export function redacted(element: Element): Element {
  const hide = element.name === 'nvpair' && isSecretName(element.attributes.get('name') ?? '')
  const attributes = new Map(element.attributes)
  if (hide && attributes.has('value')) attributes.set('value', '(secret)')
  return { ...element, attributes, children: elementsOf(element).map(redacted) }
}

export const printed = (element: Element): string => printXml(element)
