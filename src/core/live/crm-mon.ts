// What `crm_mon --output-as=xml` says: nodes, resources, failures, fencing. Pacemaker 2.1 and 3.0 write the same elements;
// attributes that only one of them has are optional here. Source: crm_mon(8), and the recorded output in testdata/.
// The machine must be asked with TZ=UTC, because some of its times carry no zone.
import { fail, ok, type Result } from '../base/result.ts'
import { type Instant, instant, milliseconds, type NodeName, nodeName, showDuration } from '../base/units.ts'
import { parseXml } from '../xml/parse.ts'
import { childrenNamed, type Element, elementsOf, firstChild } from '../xml/types.ts'
import type { FencingAction, NodeState, OperationFailure, ResourceState, Role } from './snapshot.ts'

/** One node's view of the whole cluster, by Pacemaker. */
export interface PacemakerView {
  readonly quorate: boolean
  readonly coordinator?: NodeName
  readonly nodes: readonly PacemakerNode[]
  readonly resources: readonly ResourceState[]
  readonly failures: readonly OperationFailure[]
  readonly fencingEnabled: boolean
  /** Newest first. */
  readonly history: readonly FencingAction[]
  /** When each fence device last answered a start or the first of its monitors. */
  readonly answered: ReadonlyMap<string, Instant>
}

export type PacemakerNode = Pick<NodeState, 'name' | 'membership' | 'standby' | 'maintenance' | 'coordinator'>

export function parseCrmMon(text: string): Result<PacemakerView, string> {
  const { value: root, problems } = parseXml(text, 'crm_mon')
  if (!root) return fail(problems[0]?.message ?? 'crm_mon answered nothing')
  const summary = firstChild(root, 'summary')
  if (!summary) return fail(errorOf(root))
  const now = timeOf(firstChild(summary, 'last_update')?.attributes.get('time') ?? '')
  if (now === undefined) return fail('crm_mon does not say when it looked')
  const dc = firstChild(summary, 'current_dc')?.attributes
  const options = firstChild(summary, 'cluster_options')?.attributes
  const hasDc = dc?.get('present') === 'true'
  const coordinator = hasDc ? dc?.get('name') : undefined
  const history = firstChild(root, 'node_history')
  const resources = below(root, 'resources').flatMap(element => resourcesIn(element, []))
  return ok({
    quorate: dc?.get('with_quorum') === 'true',
    ...(coordinator ? { coordinator: nodeName(coordinator) } : {}),
    nodes: below(root, 'nodes').map(element => nodeOf(element, hasDc)),
    resources,
    failures: below(root, 'failures').map(element => failureOf(element, history)),
    fencingEnabled: yes(options?.get('fencing-enabled') ?? options?.get('stonith-enabled')),
    history: below(root, 'fence_history')
      .map(element => actionOf(element, now))
      .sort((a, b) => b.at - a.at),
    answered: answers(history, new Set(resources.filter(isFenceDevice).map(resource => resource.id))),
  })
}

export const isFenceDevice = (resource: Pick<ResourceState, 'agent'>): boolean =>
  /^(stonith|fencing):/.test(resource.agent)

const yes = (text: string | undefined): boolean => text === 'true'
const below = (root: Element, name: string): readonly Element[] => {
  const section = firstChild(root, name)
  return section ? elementsOf(section) : []
}

function errorOf(root: Element): string {
  const status = firstChild(root, 'status')
  const errors = status && firstChild(status, 'errors')
  const said = errors ? elementsOf(errors).map(textOf).join('; ') : ''
  return said || status?.attributes.get('message') || 'crm_mon gave no summary'
}

const textOf = (element: Element): string =>
  element.children.map(child => (child.kind === 'text' ? child.text.trim() : '')).join('')

/** "2026-11-22 06:52:15Z", with a fraction in 3.0; or as ctime writes it, in UTC. */
export function timeOf(text: string): Instant | undefined {
  const iso = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(Z|[+-]\d\d:?\d\d)?$/.exec(text)
  const [, day, clock, zone = 'Z'] = iso ?? []
  const at = iso ? Date.parse(`${day}T${clock?.slice(0, 12)}${zone}`) : Date.parse(`${text} UTC`)
  return Number.isNaN(at) ? undefined : instant(at)
}

function nodeOf({ attributes }: Element, hasDc: boolean): PacemakerNode {
  return {
    name: nodeName(attributes.get('name') ?? ''),
    membership: membershipOf(attributes, hasDc),
    standby: yes(attributes.get('standby')) || yes(attributes.get('standby_onfail')),
    maintenance: yes(attributes.get('maintenance')),
    coordinator: yes(attributes.get('is_dc')),
  }
}

function membershipOf(attributes: Element['attributes'], hasDc: boolean): NodeState['membership'] {
  const online = yes(attributes.get('online'))
  // Before a coordinator is elected everybody counts as unclean, which then means only that nobody knows.
  if (yes(attributes.get('unclean'))) return hasDc ? 'unclean' : 'unknown'
  if (yes(attributes.get('pending'))) return 'pending'
  return online ? 'online' : 'offline'
}

const containers = new Set(['clone', 'group', 'bundle', 'replica'])

function resourcesIn(element: Element, within: readonly string[]): readonly ResourceState[] {
  if (element.name === 'resource') return [resourceOf(element, within)]
  if (!containers.has(element.name)) return []
  const id = element.attributes.get('id') ?? ''
  // A replica of a bundle is numbered, not named; the bundle itself is the enclosing resource.
  const around = element.name === 'replica' ? within : [...within, withoutInstance(id)]
  return elementsOf(element).flatMap(child => resourcesIn(child, around))
}

const withoutInstance = (id: string): string => id.replace(/:\d+$/, '')

function resourceOf(element: Element, within: readonly string[]): ResourceState {
  const { attributes } = element
  return {
    id: withoutInstance(attributes.get('id') ?? ''),
    within,
    agent: attributes.get('resource_agent') ?? '',
    role: roleOf(attributes.get('pending'), attributes.get('role')),
    nodes: childrenNamed(element, 'node').map(node => nodeName(node.attributes.get('name') ?? '')),
    failed: yes(attributes.get('failed')),
    managed: yes(attributes.get('managed')),
    blocked: yes(attributes.get('blocked')),
  }
}

const roles: Readonly<Record<string, Role>> = {
  Stopped: 'Stopped',
  Starting: 'Starting',
  Started: 'Started',
  Stopping: 'Stopping',
  Unpromoted: 'Unpromoted',
  Slave: 'Unpromoted',
  Promoting: 'Promoting',
  Promoted: 'Promoted',
  Master: 'Promoted',
  Demoting: 'Demoting',
  Migrating: 'Migrating',
}

/** What is under way says more than the role that it leaves; a pending monitor changes nothing. */
const roleOf = (pending: string | undefined, role: string | undefined): Role =>
  roles[pending ?? ''] ?? roles[role ?? ''] ?? 'Stopped'

function failureOf({ attributes }: Element, history: Element | undefined): OperationFailure {
  const key = attributes.get('op_key') ?? ''
  const task = attributes.get('task') ?? ''
  const interval = Number(attributes.get('interval') ?? 0)
  const suffix = `_${task}_${interval}`
  const resource = withoutInstance(key.endsWith(suffix) ? key.slice(0, -suffix.length) : (attributes.get('id') ?? key))
  const node = attributes.get('node') ?? ''
  const at = timeOf(attributes.get('last-rc-change') ?? '')
  return {
    resource,
    node: nodeName(node),
    operation: interval > 0 ? `${task} every ${showDuration(milliseconds(interval))}` : task,
    reason: attributes.get('exitreason') || attributes.get('exitstatus') || attributes.get('status') || 'unknown',
    failCount: failCountOf(history, node, resource),
    ...(at === undefined ? {} : { at }),
  }
}

function historyOf(history: Element | undefined, node: string): readonly Element[] {
  const nodes = history ? elementsOf(history) : []
  return nodes.filter(element => element.attributes.get('name') === node).flatMap(elementsOf)
}

function failCountOf(history: Element | undefined, node: string, resource: string): number {
  const row = historyOf(history, node).find(
    ({ attributes }) => withoutInstance(attributes.get('id') ?? '') === resource,
  )
  const count = row?.attributes.get('fail-count')
  return count === 'INFINITY' ? 1_000_000 : Number(count ?? 0)
}

function actionOf({ attributes }: Element, now: Instant): FencingAction {
  const action = attributes.get('action')
  const status = attributes.get('status')
  const by = attributes.get('delegate')
  return {
    target: nodeName(attributes.get('target') ?? ''),
    action: action === 'off' || action === 'on' ? action : 'reboot',
    state: status === 'success' || status === 'failed' ? status : 'pending',
    at: timeOf(attributes.get('completed') ?? '') ?? now,
    ...(by ? { by: nodeName(by) } : {}),
  }
}

/** A recurring monitor that goes on succeeding is not written down again, so this is a lower bound. */
function answers(history: Element | undefined, devices: ReadonlySet<string>): ReadonlyMap<string, Instant> {
  const latest = new Map<string, Instant>()
  for (const row of (history ? elementsOf(history) : []).flatMap(elementsOf)) {
    const id = row.attributes.get('id') ?? ''
    if (!devices.has(id)) continue
    for (const { attributes } of elementsOf(row)) {
      const at = timeOf(attributes.get('last-rc-change') ?? '')
      const asked = ['start', 'monitor'].includes(attributes.get('task') ?? '')
      if (!asked || attributes.get('rc') !== '0' || at === undefined) continue
      if (at > (latest.get(id) ?? 0)) latest.set(id, at)
    }
  }
  return latest
}
