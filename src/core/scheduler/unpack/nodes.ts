// The nodes of the configuration, before anything is known of their state.
// Source: "Pacemaker Explained" 2.1, "Cluster Nodes".
import { once } from '../../base/once.ts'
import { add, type Score, score, ZERO } from '../../base/score.ts'
import { combine, combineOverwriting } from '../../cib/rules.ts'
import type { NodeEntry, NodeState, PairSet, ResourceHistory } from '../../cib/types.ts'
import { asInteger, asScore } from '../../cib/values.ts'
import type { ClusterNode } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { hasNetwork, replicaCount } from './bundle-plan.ts'

export function makeNode(world: Unpacked, id: string, name: string, kind: ClusterNode['kind']): ClusterNode {
  const node: ClusterNode = {
    index: world.nodes.length,
    name,
    lowerName: name.toLowerCase(),
    id,
    kind,
    remoteResource: undefined,
    online: false,
    unclean: false,
    unseen: true,
    standby: false,
    standbyOnFail: false,
    pending: false,
    shutdown: false,
    expectedUp: false,
    isDc: world.cib.attributes.get('dc-uuid') === id,
    maintenance: false,
    discovery: true,
    remoteRequiresReset: false,
    remoteWasFenced: false,
    remoteMaintenance: false,
    historyRead: false,
    attributes: new Map(),
    utilization: new Map(),
    free: new Map(),
    running: [],
    assignedCount: 0,
    priority: 0,
    baseScore: ZERO,
    health: 0,
  }
  world.nodes.push(node)
  world.nodeByName.set(name.toLowerCase(), node)
  node.attributes.set('#kind', kind === 'remote' ? 'remote' : 'cluster')
  return node
}

/** Nodes that are neither listed nor have a state have no name that rules and colocations could see. */
function setSpecialAttributes(world: Unpacked, node: ClusterNode): void {
  node.attributes.set('#uname', node.name)
  node.attributes.set('#id', node.id)
  node.attributes.set('#is_dc', node.isDc ? 'true' : 'false')
  if (world.options.clusterName !== undefined) node.attributes.set('#cluster-name', world.options.clusterName)
}

export const isRemote = (node: ClusterNode): boolean => node.kind === 'remote'
export const isGuest = (node: ClusterNode): boolean =>
  node.kind === 'remote' && node.remoteResource?.container !== undefined
export const isBareRemote = (node: ClusterNode): boolean =>
  node.kind === 'remote' && (node.remoteResource === undefined || node.remoteResource.container === undefined)

export function readNodes(world: Unpacked): void {
  for (const entry of world.cib.configuration.nodes) {
    const known = world.nodeByName.get(entry.uname.toLowerCase())
    const node = known ?? makeNode(world, entry.id, entry.uname, kindOf(entry.type))
    // A member that shares its name with a connection does not count: the connection is then given no node.
    if (node.kind === 'remote') world.haveRemoteNodes = true
    node.baseScore = asScore(entry.score, world.options.colours)
    applyStartupFencing(world, node)
    readEntry(world, node, entry)
  }
}

function kindOf(type: string | undefined): ClusterNode['kind'] {
  return type === 'remote' ? 'remote' : type === 'ping' ? 'ping' : 'member'
}

/** A node nobody has seen may be running anything: it is unclean until proven otherwise. */
export function applyStartupFencing(world: Unpacked, node: ClusterNode): void {
  if (node.kind === 'remote' && node.remoteResource === undefined) return
  node.unclean = world.options.startupFencing && world.options.fencing
  node.unseen = true
}

function readEntry(world: Unpacked, node: ClusterNode, entry: NodeEntry): void {
  addAttributes(world, node, entry.attributes, false)
  const utilization = combine(entry.utilization, world.rules)
  for (const [name, value] of utilization) node.utilization.set(name, asInteger(value, 0))
  node.free = new Map(node.utilization)
}

export function addAttributes(world: Unpacked, node: ClusterNode, sets: readonly PairSet[], overwrite: boolean): void {
  setSpecialAttributes(world, node)
  const context = { ...world.rules, node: (name: string) => node.attributes.get(name) }
  for (const [name, value] of overwrite ? combineOverwriting(sets, context) : combine(sets, context)) {
    if (overwrite || !node.attributes.has(name)) node.attributes.set(name, value)
  }
  if (world.options.clusterName === undefined) return
  if (!node.attributes.has('#site-name') || overwrite) {
    node.attributes.set('#site-name', node.attributes.get('site-name') ?? world.options.clusterName)
  }
}

/** Nodes that run Pacemaker Remote: connection resources, and guests named by `remote-node`. */
export function readRemoteNodes(world: Unpacked): void {
  const known = new Set(world.nodes.map(node => node.name))
  const inBundles = bundleNodeNames(world)
  for (const primitive of world.cib.configuration.resources.flatMap(r =>
    r.kind === 'primitive' ? [r] : r.kind === 'group' ? r.members : [],
  )) {
    const isConnection =
      primitive.class === 'ocf' && primitive.provider === 'pacemaker' && primitive.type?.toLowerCase() === 'remote'
    const guest = primitive.meta.flatMap(set => set.pairs).find(pair => pair.name === 'remote-node')?.value
    const name = isConnection ? primitive.id : guest
    if (name === undefined || known.has(name)) continue
    known.add(name)
    const node = makeNode(world, name, name, 'remote')
    node.baseScore = score(0)
    world.haveRemoteNodes = true
  }
  for (const name of inBundles) {
    const known = world.nodeByName.get(name.toLowerCase())
    const node = known ?? makeNode(world, name, name, 'remote')
    if (!known) node.unclean = false
    // One that the configuration lists is a node like any other until its bundle is unfolded.
    if (!known) world.hiddenNodes.add(node)
    world.haveRemoteNodes = true
  }
  for (const name of orphanedRemotes(world)) {
    if (!world.nodeByName.has(name.toLowerCase())) world.hiddenNodes.add(makeNode(world, name, name, 'remote'))
  }
  world.visibleNodes = world.nodes.length - world.hiddenNodes.size
}

/** Connections that only a node's history knows: nobody configured them any more, but something may run behind them. */
function orphanedRemotes(world: Unpacked): ReadonlySet<string> {
  return new Set(world.cib.nodeStates.flatMap(remotesIn))
}

/** Read once for all the questions of a what-if. */
const remotesIn = once((state: NodeState): readonly string[] =>
  (state.history ?? []).filter(isRemoteAgent).map(h => h.id),
)

/** Of a history without entries nothing follows. */
const isRemoteAgent = ({ class: kind, provider, type, entries }: ResourceHistory): boolean =>
  entries.length > 0 && kind === 'ocf' && provider === 'pacemaker' && type?.toLowerCase() === 'remote'

function bundleNodeNames(world: Unpacked): readonly string[] {
  return world.cib.configuration.resources.flatMap(rsc => {
    if (rsc.kind !== 'bundle' || !rsc.primitive || !hasNetwork(rsc)) return []
    return Array.from({ length: replicaCount(rsc) }, (_, offset) => `${rsc.id}-${offset}`)
  })
}

const healthColour = /^(red|yellow|green)$/i

/** The sum of a node's health attributes. Source: "Tracking Node Health". */
export function healthOf(node: ClusterNode, worth: Readonly<Record<string, Score>>, base: Score): Score {
  let sum = base
  for (const [name, value] of node.attributes) {
    if (!name.startsWith('#health')) continue
    sum = add(sum, healthColour.test(value) ? (worth[value.toLowerCase()] ?? score(0)) : asScore(value))
  }
  return sum
}
