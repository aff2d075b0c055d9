// A configuration whose references were followed holds the same parts several times, under the same ids. Before it is printed
// every repetition becomes a reference again, because ids may not repeat.
// Source: "Pacemaker Explained" 2.1, "Reusing Rules, Options and Sets of Operations".
import { type Element, elementsOf } from '../xml/types.ts'
import { make } from './make.ts'

const canRefer = new Set([
  'cluster_property_set',
  'meta_attributes',
  'instance_attributes',
  'utilization',
  'nvpair',
  'rule',
  'resource_set',
])

export function shareRepeated(configuration: Element): Element {
  const seen = new Map<string, Element>()
  const lists = countLists(configuration)
  const share = (element: Element): Element => {
    const id = element.attributes.get('id')
    if (id !== undefined && canRefer.has(element.name)) {
      const first = seen.get(id)
      if (first) return make(element.name, [['id-ref', id], ...differentName(element, first)])
      seen.set(id, element)
    }
    if (element.name === 'operations') return operations(element)
    if (element.children.length === 0) return element
    return { ...element, children: element.children.map(child => (child.kind === 'element' ? share(child) : child)) }
  }
  /** A list of operations has no id until somebody refers to it, and single operations cannot be referred to. */
  const operations = (element: Element): Element => {
    const key = listKey(element)
    if ((lists.get(key) ?? 0) < 2) return { ...element, children: elementsOf(element).map(share) }
    const id = element.attributes.get('id') ?? `${key.split(' ')[0]}-operations`
    if (seen.has(id)) return make('operations', [['id-ref', id]])
    seen.set(id, element)
    return { ...make('operations', [['id', id]]), children: elementsOf(element).map(share) }
  }
  return share(configuration)
}

const listKey = (element: Element): string =>
  elementsOf(element)
    .map(operation => operation.attributes.get('id') ?? '')
    .join(' ')

function countLists(root: Element): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const visit = (element: Element): void => {
    if (element.name === 'operations' && element.children.length > 0) {
      const key = listKey(element)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    } else for (const child of elementsOf(element)) visit(child)
  }
  visit(root)
  return counts
}

/** The same value under another name. */
function differentName(element: Element, first: Element): readonly (readonly [string, string | undefined])[] {
  if (element.name !== 'nvpair' || element.attributes.get('name') === first.attributes.get('name')) return []
  return [['name', element.attributes.get('name')]]
}
