// <resources>: primitives, templates, groups, clones (also spelt <master>), bundles.
// Source: "Pacemaker Explained" 2.1, "Cluster Resources" and "Advanced Resource Types".
import { childrenNamed, type Element, elementsOf, firstChild } from '../xml/types.ts'
import { followed, parsePairSets } from './parse-rules.ts'
import type { Reading } from './reading.ts'
import type { Bundle, Clone, Group, Operation, Primitive, Resource, Template } from './types.ts'

export function parseResource(element: Element, reading: Reading): Resource | undefined {
  switch (element.name) {
    case 'primitive':
      return parsePrimitive(element, reading)
    case 'group':
      return parseGroup(element, reading)
    case 'clone':
    case 'master':
      return parseClone(element, reading)
    case 'bundle':
      return parseBundle(element, reading)
    default:
      reading.complain('warning', 'unknown-resource', `<${element.name}> is not a kind of resource`, element.at)
      return undefined
  }
}

const common = (element: Element, reading: Reading) =>
  ({
    id: idOf(element, reading),
    at: element.at,
    description: element.attributes.get('description'),
    meta: parsePairSets(element, 'meta_attributes', reading),
    parameters: parsePairSets(element, 'instance_attributes', reading),
  }) as const

function idOf(element: Element, reading: Reading): string {
  const id = element.attributes.get('id')
  if (id === undefined) reading.complain('error', 'no-id', `<${element.name}> has no id`, element.at)
  return id ?? ''
}

function parsePrimitive(element: Element, reading: Reading): Primitive {
  const get = (name: string): string | undefined => element.attributes.get(name)
  const template = get('template')
  if (template === undefined && (get('class') === undefined || get('type') === undefined)) {
    reading.complain('error', 'no-agent', `the primitive "${get('id')}" does not say its class and type`, element.at)
  }
  return {
    kind: 'primitive',
    ...common(element, reading),
    class: get('class'),
    provider: get('provider'),
    type: get('type'),
    template,
    operations: parseOperations(element, reading),
    utilization: parsePairSets(element, 'utilization', reading),
  }
}

export function parseTemplate(element: Element, reading: Reading): Template {
  const get = (name: string): string | undefined => element.attributes.get(name)
  return {
    kind: 'template',
    ...common(element, reading),
    class: get('class'),
    provider: get('provider'),
    type: get('type'),
    operations: parseOperations(element, reading),
    utilization: parsePairSets(element, 'utilization', reading),
  }
}

function parseOperations(owner: Element, reading: Reading): readonly Operation[] {
  return childrenNamed(owner, 'operations').flatMap(written => {
    const operations = followed(written, reading)
    return operations ? childrenNamed(operations, 'op').map(op => parseOperation(op, reading)) : []
  })
}

function parseOperation(written: Element, reading: Reading): Operation {
  const element = followed(written, reading) ?? written
  return {
    id: element.attributes.get('id') ?? '',
    at: element.at,
    name: element.attributes.get('name') ?? '',
    interval: element.attributes.get('interval'),
    attributes: element.attributes,
    meta: parsePairSets(element, 'meta_attributes', reading),
    parameters: parsePairSets(element, 'instance_attributes', reading),
  }
}

function parseGroup(element: Element, reading: Reading): Group {
  const members = childrenNamed(element, 'primitive').map(member => parsePrimitive(member, reading))
  if (members.length === 0) {
    reading.complain('warning', 'empty-group', `the group "${element.attributes.get('id')}" has no members`, element.at)
  }
  return { kind: 'group', ...common(element, reading), members }
}

function parseClone(element: Element, reading: Reading): Clone | undefined {
  const inner = elementsOf(element).find(child => child.name === 'primitive' || child.name === 'group')
  if (!inner) {
    reading.complain(
      'error',
      'empty-clone',
      `the clone "${element.attributes.get('id')}" holds no resource`,
      element.at,
    )
    return undefined
  }
  const child = inner.name === 'group' ? parseGroup(inner, reading) : parsePrimitive(inner, reading)
  return { kind: 'clone', ...common(element, reading), master: element.name === 'master' ? true : undefined, child }
}

function parseBundle(element: Element, reading: Reading): Bundle | undefined {
  const container = elementsOf(element).find(child => ['docker', 'podman', 'rkt'].includes(child.name))
  const kind = container?.name
  if (!container || (kind !== 'docker' && kind !== 'podman' && kind !== 'rkt')) {
    reading.complain(
      'error',
      'no-container',
      `the bundle "${element.attributes.get('id')}" has no container`,
      element.at,
    )
    return undefined
  }
  const network = firstChild(element, 'network')
  const storage = firstChild(element, 'storage')
  const primitive = firstChild(element, 'primitive')
  return {
    kind: 'bundle',
    ...common(element, reading),
    container: kind,
    attributes: container.attributes,
    ...(network
      ? {
          network: {
            attributes: network.attributes,
            ports: childrenNamed(network, 'port-mapping').map(port => port.attributes),
          },
        }
      : {}),
    storage: storage ? childrenNamed(storage, 'storage-mapping').map(mapping => mapping.attributes) : [],
    primitive: primitive ? parsePrimitive(primitive, reading) : undefined,
  }
}
