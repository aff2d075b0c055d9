// The resources of the configuration as the engine works on them: meta attributes resolved through parents, defaults and
// templates, clones unfolded into instances. Source: "Pacemaker Explained" 2.1, "Cluster Resources",
// "Advanced Resource Types", "Reusing Parts of the Configuration".
import { INFINITY, type Score } from '../../base/score.ts'
import { combine, hasRule } from '../../cib/rules.ts'
import type { Clone, Group, Operation, PairSet, Primitive, Resource as Source, Template } from '../../cib/types.ts'
import { asBoolean, asInteger, asMilliseconds, asScore } from '../../cib/values.ts'
import { Discovery, type Resource, Role } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { isUnreachable } from './bundle-plan.ts'
import { unfoldBundle } from './bundles.ts'
import { connectionPrimitive } from './connection.ts'
import { roleNamed, targetRole } from './roles.ts'

/** What a primitive says, its template's words included. */
export interface Agent {
  readonly class: string
  readonly provider: string | undefined
  readonly type: string
  readonly meta: readonly PairSet[]
  readonly parameters: readonly PairSet[]
  readonly utilization: readonly PairSet[]
  readonly operations: readonly Operation[]
}

export function agentOf(world: Unpacked, primitive: Primitive): Agent {
  const template = world.cib.configuration.templates.find(t => t.id === primitive.template)
  if (!template) {
    return {
      class: primitive.class ?? '',
      provider: primitive.provider,
      type: primitive.type ?? '',
      meta: primitive.meta,
      parameters: primitive.parameters,
      utilization: primitive.utilization,
      operations: primitive.operations,
    }
  }
  return {
    class: primitive.class ?? template.class ?? '',
    provider: primitive.provider ?? template.provider,
    type: primitive.type ?? template.type ?? '',
    meta: [...template.meta, ...primitive.meta],
    parameters: [...template.parameters, ...primitive.parameters],
    utilization: [...template.utilization, ...primitive.utilization],
    operations: mergeOperations(primitive, template),
  }
}

function mergeOperations(primitive: Primitive, template: Template): readonly Operation[] {
  // One operation of a name for each role: the primitive's own word counts.
  const key = (op: Operation): string => {
    const role = roleNamed(op.attributes.get('role'))
    return `${op.name}-${role === Role.unknown || role === Role.unpromoted ? Role.started : role}`
  }
  const own = new Set(primitive.operations.map(key))
  return [...primitive.operations, ...template.operations.filter(op => !own.has(key(op)))]
}

const nothing: Agent = {
  class: '',
  provider: undefined,
  type: '',
  meta: [],
  parameters: [],
  utilization: [],
  operations: [],
}

export function readResources(world: Unpacked): void {
  for (const source of world.cib.configuration.resources) {
    if (source.kind === 'bundle' && isUnreachable(source)) continue
    const resource = unfold(world, source, undefined)
    world.roots.push(resource)
  }
  addGuestConnections(world)
  connectContainers(world)
  for (const resource of world.byId.values()) linkRemote(world, resource)
}

/** A virtual machine with `remote-node` brings a hidden connection resource along: as written, whatever rules say. */
function addGuestConnections(world: Unpacked): void {
  for (const machine of [...world.byId.values()]) {
    const written = machine.source.kind === 'primitive' ? machine.source.meta.flatMap(set => set.pairs) : []
    const get = (option: string): string | undefined => written.findLast(pair => pair.name === option)?.value
    const name = get('remote-node')
    if (name === undefined || world.byId.has(name)) continue
    const timeout = get('remote-connect-timeout')
    const connection = connectionPrimitive(name, {
      container: machine.id,
      address: get('remote-addr'),
      port: get('remote-port'),
      timeout,
      managed: get('is-managed'),
      allowMigrate: get('remote-allow-migrate'),
    })
    const resource = makeResource(world, connection, undefined, connection.id)
    world.roots.push(resource)
  }
}

function connectContainers(world: Unpacked): void {
  for (const resource of world.byId.values()) {
    const name = resource.kind === 'primitive' ? resource.meta.get('container') : undefined
    if (name === undefined || name === resource.id) continue
    const container = world.byId.get(name)
    if (!container) continue
    resource.container = container
    container.fillers.push(resource)
  }
}

function linkRemote(world: Unpacked, resource: Resource): void {
  if (!resource.isRemoteConnection || resource.orphan) return
  const node = world.nodeByName.get(resource.id.toLowerCase())
  if (!node) return
  node.remoteResource = resource
  if (resource.container) node.attributes.set('#kind', 'container')
  else {
    node.unclean = world.options.startupFencing && world.options.fencing
    node.unseen = true
  }
}

export function unfold(world: Unpacked, source: Source, parent: Resource | undefined): Resource {
  const resource = makeResource(world, source, parent, source.id)
  if (source.kind === 'group') addMembers(world, resource, source, '')
  else if (source.kind === 'clone') addInstances(world, resource, source)
  else if (source.kind === 'bundle') unfoldBundle(world, resource, source, { make: makeResource, unfold })
  return resource
}

function addMembers(world: Unpacked, group: Resource, source: Group, suffix: string): void {
  for (const member of source.members) {
    group.children.push(makeResource(world, member, group, member.id + suffix))
  }
}

function addInstances(world: Unpacked, clone: Resource, source: Clone): void {
  const data = clone.clone
  if (!data) return
  for (let i = 0; i < data.max; i += 1) addInstance(world, clone, source)
  // With clone-max 0, one orphan stands for what may still run.
  if (data.max <= 0) addInstance(world, clone, source)
}

/** One more instance; beyond clone-max it is an orphan. */
export function addInstance(world: Unpacked, clone: Resource, source: Clone): Resource {
  const data = clone.clone
  const number = data ? data.instances : 0
  if (data) data.instances += 1
  const suffix = `:${number}`
  const instance = makeResource(world, source.child, clone, source.child.id + suffix)
  if (source.child.kind === 'group') addMembers(world, instance, source.child, suffix)
  if (data && number >= data.max) for (const one of [instance, ...instance.children]) one.orphan = true
  clone.children.push(instance)
  return instance
}

/** Meta attributes: the resource's own, then its parent's, then the defaults. */
function metaOf(world: Unpacked, source: Source, agent: Agent, parent: Resource | undefined): Map<string, string> {
  const context = {
    ...world.rules,
    resource: { class: agent.class, provider: agent.provider, type: agent.type },
  }
  const meta = combine(source.kind === 'primitive' ? agent.meta : source.meta, context)
  if (parent) for (const [name, value] of parent.meta) if (!meta.has(name)) meta.set(name, value)
  combine(world.cib.configuration.resourceDefaults, context, meta)
  // Instances stay where they are unless somebody has a wish.
  if (source.kind === 'clone' && !meta.has('resource-stickiness')) meta.set('resource-stickiness', '1')
  return meta
}

export function makeResource(world: Unpacked, source: Source, parent: Resource | undefined, id: string): Resource {
  const agent = source.kind === 'primitive' ? agentOf(world, source) : nothing
  const meta = metaOf(world, source, agent, parent)
  const top = topOf(parent)
  const isFenceDevice = agent.class === 'stonith'
  if (isFenceDevice) world.haveFenceDevice = true
  const isConnection = agent.class === 'ocf' && agent.provider === 'pacemaker' && agent.type.toLowerCase() === 'remote'
  const clone = source.kind === 'clone' ? cloneData(world, source, meta) : undefined
  const count = world.nodes.length
  const maintenance = asBoolean(meta.get('maintenance')) || world.options.maintenance
  const promotable = source.kind === 'clone' && isPromotable(source, meta)
  const uniqueClone = top ? top.unique || top.kind !== 'clone' : asBoolean(meta.get('globally-unique'))
  const resource: Resource = {
    kind: source.kind,
    index: world.byId.size,
    id,
    baseId: source.id,
    instance: id === source.id ? undefined : Number(id.slice(source.id.length + 1)),
    historyId: undefined,
    source,
    parent,
    children: [],
    meta,
    agentClass: agent.class,
    provider: agent.provider,
    agentType: agent.type,
    operations: agent.operations,
    parameterSets: source.kind === 'primitive' ? agent.parameters : source.parameters,
    parameterCache: new Map(),
    managed: asBoolean(meta.get('is-managed'), true) && !maintenance,
    blocked: false,
    maintenance,
    orphan: false,
    unique: source.kind === 'clone' ? isUniqueClone(world, source, meta) : uniqueClone || !top,
    promotable,
    notify: asBoolean(meta.get('notify')),
    critical: asBoolean(meta.get('critical'), true),
    fenceDevice: isFenceDevice,
    // Remote nodes move without stopping what runs there; guests do so only where they are asked to.
    allowMigrate: asBoolean(meta.get('allow-migrate'), isConnection && !meta.has('container')),
    isRemoteConnection: isConnection,
    priority: asScore(meta.get('priority')),
    stickiness: asScore(meta.get('resource-stickiness')),
    migrationThreshold: thresholdOf(meta.get('migration-threshold')),
    failureTimeout: asMilliseconds(meta.get('failure-timeout')) ?? 0,
    recovery: recoveryOf(meta.get('multiple-active')),
    restartType: meta.get('restart-type') === 'restart' ? 'restart' : 'ignore',
    needsQuorum: false,
    needsFencing: false,
    needsUnfencing: false,
    remoteReconnect: 0,
    utilization: new Map(),
    container: undefined,
    fillers: [],
    isInternal: asBoolean(meta.get('internal-rsc')),
    failed: false,
    failureIgnored: false,
    mustStop: false,
    stopUnexpected: false,
    startPending: false,
    reloading: false,
    restartRequired: false,
    role: Role.stopped,
    nextRole: Role.unknown,
    nextRoleReason: undefined,
    pendingTask: undefined,
    pendingNode: undefined,
    runningOn: [],
    known: new Uint8Array(count),
    partialMigrationSource: undefined,
    partialMigrationTarget: undefined,
    dangling: [],
    lockNode: undefined,
    lockTime: 0,
    scores: new Int32Array(count),
    discovery: new Uint8Array(count),
    exclusiveDiscovery: false,
    assigned: undefined,
    assignedScore: 0,
    provisional: true,
    allocating: false,
    merging: false,
    sortIndex: 0,
    locations: [],
    withThis: [],
    thisWith: [],
    tickets: [],
    actions: [],
    clone,
    group:
      source.kind === 'group'
        ? { colocated: asBoolean(meta.get('collocated'), true), ordered: asBoolean(meta.get('ordered'), true) }
        : undefined,
    bundle: undefined,
    promotionScore: 0,
  }
  // A guest's connection goes where the guest is, also where resources must opt in.
  if (world.options.symmetric || (isConnection && meta.has('container'))) allowEverywhere(world, resource)
  resource.nextRole = targetRole(resource) ?? Role.unknown
  setRequirements(world, resource, meta.get('requires'))
  const utilization = combine(agent.utilization, world.rules)
  for (const [name, value] of utilization) resource.utilization.set(name, asInteger(value, 0))
  if (isConnection) readReconnect(world, resource)
  world.byId.set(id, resource)
  return resource
}

function allowEverywhere(world: Unpacked, resource: Resource): void {
  for (const node of world.nodes) {
    if (world.hiddenNodes.has(node)) continue
    resource.discovery[node.index] = Discovery.always
    resource.scores[node.index] = node.baseScore
  }
  world.trace?.note(resource, world.nodes, 'node-score')
}

function readReconnect(world: Unpacked, resource: Resource): void {
  const interval = parametersOf(world, resource, undefined).get('reconnect_interval')
  if (interval === undefined) return
  // The wait for the next attempt is the time after which the failure is forgotten.
  const wait = asMilliseconds(interval) ?? 0
  resource.remoteReconnect = wait
  resource.failureTimeout = wait
}

/** The outermost resource that this one is part of. */
export function topOf(resource: Resource | undefined): Resource | undefined {
  let top = resource
  while (top?.parent && top.parent.kind !== 'bundle') top = top.parent
  return top
}

function isPromotable(source: Clone, meta: ReadonlyMap<string, string>): boolean {
  return source.master === true || asBoolean(meta.get('promotable'))
}

function cloneData(world: Unpacked, source: Clone, meta: ReadonlyMap<string, string>): Resource['clone'] {
  const unique = isUniqueClone(world, source, meta)
  const first = (...names: readonly string[]): string | undefined => {
    for (const name of names) if (meta.has(name)) return meta.get(name)
    return undefined
  }
  const promotable = isPromotable(source, meta)
  const nodeMax = asInteger(meta.get('clone-node-max'), 1)
  return {
    max: limitOf(
      world,
      source,
      unique,
      meta,
      Math.max(0, asInteger(meta.get('clone-max'), Math.max(1, world.visibleNodes))),
    ),
    nodeMax: unique ? Math.max(0, nodeMax) : Math.min(1, Math.max(0, nodeMax)),
    promotedMax: promotable ? asInteger(first('promoted-max', 'master-max'), 1) : 0,
    promotedNodeMax: promotable ? asInteger(first('promoted-node-max', 'master-node-max'), 1) : 0,
    ordered: asBoolean(meta.get('ordered')),
    interleave: asBoolean(meta.get('interleave')),
    instances: 0,
    counts: new Int32Array(world.nodes.length),
    promotionSorted: false,
    promotedCount: 0,
    notifications: new Map(),
  }
}

/** Only OCF agents can tell their instances apart. */
function isUniqueClone(world: Unpacked, source: Clone, meta: ReadonlyMap<string, string>): boolean {
  if (!asBoolean(meta.get('globally-unique'))) return false
  const inside = source.child.kind === 'group' ? source.child.members : [source.child]
  return inside.every(primitive => ['ocf', 'stonith'].includes(agentOf(world, primitive).class.toLowerCase()))
}

function limitOf(
  world: Unpacked,
  source: Clone,
  unique: boolean,
  meta: ReadonlyMap<string, string>,
  max: number,
): number {
  const forced = !unique && asBoolean(meta.get('globally-unique'))
  void source
  return forced ? Math.min(max, world.visibleNodes) : max
}

function thresholdOf(text: string | undefined): number {
  if (text === undefined) return INFINITY
  const value: Score = asScore(text)
  return value < 0 ? INFINITY : value
}

function recoveryOf(text: string | undefined): Resource['recovery'] {
  return text === 'stop_only' || text === 'block' || text === 'stop_unexpected' ? text : 'stop_start'
}

function setRequirements(world: Unpacked, resource: Resource, text: string | undefined): void {
  const { options } = world
  const byDefault = (): string => {
    if (resource.fenceDevice || (resource.kind === 'primitive' && resource.isRemoteConnection)) return 'quorum'
    if (options.unfencing) return 'unfencing'
    if (options.fencing) return 'fencing'
    return options.quorumPolicy === 'ignore' ? 'nothing' : 'quorum'
  }
  let value = text?.toLowerCase() ?? byDefault()
  if (!['nothing', 'quorum', 'fencing', 'unfencing'].includes(value)) value = byDefault()
  if (value === 'unfencing' && (resource.fenceDevice || !options.fencing)) value = 'quorum'
  if (value === 'quorum') resource.needsQuorum = true
  if (value === 'fencing' || value === 'unfencing') resource.needsFencing = true
  if (value === 'unfencing') resource.needsUnfencing = true
}

/** Instance attributes as an agent would get them; rules may look at the node. */
export function parametersOf(
  world: Unpacked,
  resource: Resource,
  node: Resource['assigned'],
): ReadonlyMap<string, string> {
  const key = hasRuledParameters(resource) ? node : undefined
  const known = resource.parameterCache.get(key)
  if (known) return known
  const context = {
    ...world.rules,
    node: key ? (name: string) => key.attributes.get(name) : undefined,
    resource: { class: resource.agentClass, provider: resource.provider, type: resource.agentType },
  }
  const values = combine(resource.parameterSets, context)
  for (let parent = resource.parent; parent; parent = parent.parent) combine(parent.parameterSets, context, values)
  resource.parameterCache.set(key, values)
  return values
}

export function hasRuledParameters(resource: Resource): boolean {
  for (let one: Resource | undefined = resource; one; one = one.parent) if (one.parameterSets.some(hasRule)) return true
  return false
}

export const groupOf = (resource: Resource): Resource | undefined =>
  resource.parent?.kind === 'group' ? resource.parent : undefined
