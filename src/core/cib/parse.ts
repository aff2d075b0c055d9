// Text → Cib. Tolerates what Pacemaker tolerates, with a warning; refuses what `crm_verify` refuses, with its place.
// Old spellings are accepted: <master>, requires/on-fail of old schemas, 0.6-style crm_config, 3.x option names.
// Source: "Pacemaker Explained" 2.1 and 3.0.
import type { Checked, Problem } from '../base/result.ts'
import { parseXml } from '../xml/parse.ts'
import { childrenNamed, type Element, elementsOf, firstChild } from '../xml/types.ts'
import { parseConstraint } from './parse-constraints.ts'
import { parseResource, parseTemplate } from './parse-resources.ts'
import { parsePairSets } from './parse-rules.ts'
import { parseNodeState, parseTicketStates } from './parse-status.ts'
import type { Reading } from './reading.ts'
import { checkReferences } from './references.ts'
import { warn } from './suspicious.ts'
import type { Cib, Configuration, Constraint, FencingLevel, NodeEntry, Resource, Tag, Template } from './types.ts'
import { validate } from './validate.ts'

export function parseCib(text: string, file: string): Checked<Cib> {
  const parsed = parseXml(text, file)
  if (!parsed.value) return { problems: parsed.problems }
  return readCib(parsed.value)
}

/** The same from an element that was parsed already. */
export function readCib(root: Element): Checked<Cib> {
  const problems: Problem[] = []
  if (root.name !== 'cib') {
    const message = `this is <${root.name}>, not a <cib>`
    return { problems: [{ severity: 'error', code: 'not-a-cib', message, at: root.at }] }
  }
  const configuration = firstChild(root, 'configuration')
  if (!configuration) {
    const message = 'the <cib> has no <configuration>'
    return { problems: [{ severity: 'error', code: 'no-configuration', message, at: root.at }] }
  }
  const reading: Reading = {
    byId: idsOf(configuration, problems),
    open: new Set(),
    complain(severity, code, message, at, hint) {
      problems.push({ severity, code, message, ...(at ? { at } : {}), ...(hint === undefined ? {} : { hint }) })
    },
  }
  validate(root, configuration, reading)
  const status = firstChild(root, 'status')
  const cib: Cib = {
    file: root.at.file,
    attributes: root.attributes,
    configuration: readConfiguration(configuration, reading),
    nodeStates: status ? childrenNamed(status, 'node_state').map(state => parseNodeState(state, reading)) : [],
    tickets: status ? parseTicketStates(status) : [],
  }
  checkReferences(cib, reading)
  warn(cib, reading)
  return problems.some(p => p.severity === 'error') ? { problems } : { value: cib, problems }
}

const sections = new Set([
  'crm_config',
  'nodes',
  'resources',
  'constraints',
  'rsc_defaults',
  'op_defaults',
  'fencing-topology',
  'tags',
])

function readConfiguration(element: Element, reading: Reading): Configuration {
  const within = (name: string): readonly Element[] => childrenNamed(element, name).flatMap(elementsOf)
  const resources: Resource[] = []
  const templates: Template[] = []
  for (const child of within('resources')) {
    if (child.name === 'template') templates.push(parseTemplate(child, reading))
    else {
      const resource = parseResource(child, reading)
      if (resource) resources.push(resource)
    }
  }
  const pairSets = (section: string): Configuration['options'] =>
    childrenNamed(element, section).flatMap(part => [
      ...parsePairSets(part, 'cluster_property_set', reading),
      ...parsePairSets(part, 'meta_attributes', reading),
    ])
  return {
    options: pairSets('crm_config'),
    nodes: within('nodes')
      .filter(child => child.name === 'node')
      .map(child => readNode(child, reading)),
    resources,
    templates,
    constraints: within('constraints').flatMap((child): Constraint[] => {
      const constraint = parseConstraint(child, reading)
      return constraint ? [constraint] : []
    }),
    resourceDefaults: pairSets('rsc_defaults'),
    operationDefaults: pairSets('op_defaults'),
    fencingTopology: within('fencing-topology').map(readLevel),
    tags: within('tags').map(readTag),
    others: elementsOf(element).filter(child => !sections.has(child.name)),
  }
}

function readNode(element: Element, reading: Reading): NodeEntry {
  const uname = element.attributes.get('uname')
  if (uname === undefined) reading.complain('error', 'no-node-name', 'a node has no uname', element.at)
  return {
    id: element.attributes.get('id') ?? '',
    at: element.at,
    uname: uname ?? '',
    type: element.attributes.get('type'),
    score: element.attributes.get('score'),
    attributes: parsePairSets(element, 'instance_attributes', reading),
    utilization: parsePairSets(element, 'utilization', reading),
  }
}

function readLevel(element: Element): FencingLevel {
  const get = (name: string): string | undefined => element.attributes.get(name)
  return {
    id: get('id') ?? '',
    at: element.at,
    index: get('index') ?? '1',
    devices: (get('devices') ?? '').split(',').filter(device => device !== ''),
    target: get('target'),
    targetPattern: get('target-pattern'),
    targetAttribute: get('target-attribute'),
    targetValue: get('target-value'),
  }
}

const readTag = (element: Element): Tag => ({
  id: element.attributes.get('id') ?? '',
  at: element.at,
  members: childrenNamed(element, 'obj_ref').map(reference => reference.attributes.get('id') ?? ''),
})

/** References, roles of access control, and nodes: a remote node has the id of its connection resource. */
const mayRepeat = new Set(['obj_ref', 'resource_ref', 'recipient', 'role', 'node'])

/** Every id of the configuration → its element; a repeated id is an error, as it is for Pacemaker's schemas. */
function idsOf(root: Element, problems: Problem[]): ReadonlyMap<string, Element> {
  const found = new Map<string, Element>()
  const visit = (element: Element): void => {
    const id = element.attributes.get('id')
    if (id !== undefined && !mayRepeat.has(element.name)) {
      const first = found.get(id)
      if (!first) found.set(id, element)
      else {
        const message = `the id "${id}" is used twice; first in line ${first.at.line}`
        problems.push({ severity: 'error', code: 'repeated-id', message, at: element.at })
      }
    }
    for (const child of element.children) if (child.kind === 'element') visit(child)
  }
  visit(root)
  return found
}
