// <constraints>: location, colocation, order, ticket; each plain or with resource sets.
// Source: "Pacemaker Explained" 2.1, "Resource Constraints" and "Multi-Site Clusters and Tickets".
import { childrenNamed, type Element, firstChild } from '../xml/types.ts'
import { followed, parseRule } from './parse-rules.ts'
import type { Reading } from './reading.ts'
import type { Constraint, ResourceSet, Rule } from './types.ts'

export function parseConstraint(element: Element, reading: Reading): Constraint | undefined {
  const get = (...names: readonly string[]): string | undefined => {
    for (const name of names) if (element.attributes.has(name)) return element.attributes.get(name)
    return undefined
  }
  const lifetime = lifetimeOf(element, reading)
  const item = { id: get('id') ?? '', at: element.at, sets: setsOf(element, reading) }
  switch (element.name) {
    case 'rsc_location':
      return {
        kind: 'location',
        ...item,
        rsc: get('rsc'),
        rscPattern: get('rsc-pattern', 'rsc_pattern'),
        node: get('node'),
        score: get('score'),
        role: get('role'),
        resourceDiscovery: get('resource-discovery'),
        rules: childrenNamed(element, 'rule').map(rule => parseRule(rule, reading)),
        lifetime,
      }
    case 'rsc_colocation':
      return {
        kind: 'colocation',
        ...item,
        rsc: get('rsc', 'from'),
        rscRole: get('rsc-role'),
        rscInstance: get('rsc-instance'),
        withRsc: get('with-rsc', 'to'),
        withRole: get('with-rsc-role'),
        withInstance: get('with-rsc-instance'),
        score: get('score'),
        nodeAttribute: get('node-attribute'),
        influence: get('influence'),
        symmetrical: get('symmetrical'),
        lifetime,
      }
    case 'rsc_order':
      return {
        kind: 'order',
        ...item,
        firstRsc: get('first'),
        firstAction: get('first-action'),
        firstInstance: get('first-instance'),
        thenRsc: get('then'),
        thenAction: get('then-action'),
        thenInstance: get('then-instance'),
        orderKind: get('kind'),
        score: get('score'),
        symmetrical: get('symmetrical'),
        requireAll: get('require-all'),
        lifetime,
      }
    case 'rsc_ticket':
      return {
        kind: 'ticket',
        ...item,
        ticket: get('ticket') ?? '',
        rsc: get('rsc'),
        rscRole: get('rsc-role'),
        lossPolicy: get('loss-policy'),
      }
    default:
      reading.complain('warning', 'unknown-constraint', `<${element.name}> is not a kind of constraint`, element.at)
      return undefined
  }
}

function lifetimeOf(element: Element, reading: Reading): Rule | undefined {
  const lifetime = firstChild(element, 'lifetime')
  const rule = lifetime && firstChild(lifetime, 'rule')
  return rule ? parseRule(rule, reading) : undefined
}

function setsOf(element: Element, reading: Reading): readonly ResourceSet[] {
  return childrenNamed(element, 'resource_set').flatMap(written => {
    const set = followed(written, reading)
    if (!set) return []
    const get = (name: string): string | undefined => set.attributes.get(name)
    return [
      {
        id: get('id') ?? '',
        at: set.at,
        members: childrenNamed(set, 'resource_ref').map(reference => reference.attributes.get('id') ?? ''),
        sequential: get('sequential'),
        requireAll: get('require-all'),
        role: get('role'),
        action: get('action'),
        ordering: get('ordering'),
        kind: get('kind'),
        score: get('score'),
      },
    ]
  })
}
