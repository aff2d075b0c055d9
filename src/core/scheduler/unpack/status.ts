// What the status section says of the nodes: who is a member, who is to be fenced, what attributes they have; then, node
// by node, the history of the resources. Source: "Pacemaker Explained" 2.1, "Status – Here be dragons".
import type { NodeState } from '../../cib/types.ts'
import { asBoolean } from '../../cib/values.ts'
import { stopAction } from '../act/actions.ts'
import { fenceNode } from '../act/fence-node.ts'
import { type ClusterNode, type Resource, Role } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { readNodeHistory } from './history.ts'
import { addAttributes, isGuest, isRemote } from './nodes.ts'
import { setNextRole } from './roles.ts'

export function readStatus(world: Unpacked): void {
  for (const state of world.cib.tickets) readTicket(world, state.attributes, state.id)
  for (const state of world.cib.nodeStates) readState(world, state)
  readHistories(world)
  for (const container of world.stopNeeded) {
    const node = container.runningOn[0]
    if (node) stopAction(world, container, node, false)
  }
  for (const node of world.nodes) {
    if (!isRemote(node)) continue
    if (node.shutdown && node.remoteResource) setNextRole(node.remoteResource, Role.stopped, 'remote shutdown')
    if (!node.historyRead) setRemoteOnline(node)
  }
}

function readTicket(world: Unpacked, attributes: ReadonlyMap<string, string>, id: string): void {
  const last = attributes.get('last-granted')
  world.tickets.set(id, {
    id,
    granted: asBoolean(attributes.get('granted')),
    standby: asBoolean(attributes.get('standby')),
    lastGranted: last,
  })
}

function findNode(world: Unpacked, state: NodeState): ClusterNode | undefined {
  const byName = state.uname === undefined ? undefined : world.nodeByName.get(state.uname.toLowerCase())
  if (byName) return byName
  return world.nodes.find(node => node.id === state.id && (state.uname === undefined || node.kind !== 'remote'))
}

function readState(world: Unpacked, state: NodeState): void {
  const node = findNode(world, state)
  if (!node) return
  if (isRemote(node)) {
    node.remoteWasFenced = asBoolean(state.nodeFenced) || numeric(state.nodeFenced)
    node.remoteMaintenance = asBoolean(state.nodeInMaintenance) || numeric(state.nodeInMaintenance)
    return
  }
  node.unclean = false
  node.unseen = false
  addAttributes(world, node, state.transient, true)
  if (asBoolean(node.attributes.get('standby'))) node.standby = true
  if (asBoolean(node.attributes.get('maintenance'))) node.maintenance = true
  setOnline(world, node, state)
  const { options } = world
  if (!options.quorate && node.online && options.quorumPolicy === 'suicide') {
    fenceNode(world, node, 'cluster does not have quorum', false)
  }
}

const numeric = (text: string | undefined): boolean => text !== undefined && Number(text) > 0

function readRemoteState(world: Unpacked, node: ClusterNode, state: NodeState): void {
  const connection = node.remoteResource
  if (!node.remoteRequiresReset) {
    node.unclean = false
    node.unseen = false
  }
  addAttributes(world, node, state.transient, true)
  if (numeric(node.attributes.get('shutdown'))) node.shutdown = true
  if (asBoolean(node.attributes.get('standby'))) node.standby = true
  if (asBoolean(node.attributes.get('maintenance')) || (connection && !connection.managed)) node.maintenance = true
  const discovery = node.attributes.get('resource-discovery-enabled')
  if (discovery !== undefined && !asBoolean(discovery, true)) node.discovery = false
}

function setOnline(world: Unpacked, node: ClusterNode, state: NodeState): void {
  if (state.expected === 'member') node.expectedUp = true
  if (numeric(node.attributes.get('shutdown'))) {
    node.shutdown = true
    node.expectedUp = false
  }
  if (node.kind === 'ping') {
    node.online = false
    return
  }
  node.online = world.options.fencing ? onlineWithFencing(world, node, state) : onlineWithoutFencing(world, node, state)
}

/** Membership is a boolean, or since 3.0 the time of joining (0: not a member). */
function isMember(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  return /^\d+$/.test(text) ? Number(text) > 0 : asBoolean(text)
}

function controllerOnline(text: string | undefined): boolean {
  if (text === undefined) return false
  return /^\d+$/.test(text) ? Number(text) > 0 : text === 'online'
}

function onlineWithoutFencing(world: Unpacked, node: ClusterNode, state: NodeState): boolean {
  if (!isMember(state.inCcm)) return false
  if (controllerOnline(state.crmd)) return state.join === 'member'
  if (node.expectedUp) fenceNode(world, node, 'peer is unexpectedly down', false)
  return false
}

function onlineWithFencing(world: Unpacked, node: ClusterNode, state: NodeState): boolean {
  const member = isMember(state.inCcm)
  const controller = controllerOnline(state.crmd)
  const terminate = wantsTermination(node.attributes.get('terminate'))
  const expected = state.expected ?? 'down'
  const wait = (): void => {
    node.standby = true
    node.pending = true
  }
  if (node.shutdown) return controller
  if (member === undefined) fenceNode(world, node, 'peer has not been seen by the cluster', false)
  else if (state.join === 'banned' || state.join === 'nack')
    fenceNode(world, node, 'peer failed Pacemaker membership criteria', false)
  else if (!terminate && expected === 'down') {
    if (member || controller) wait()
  } else if (terminate && state.join === 'down' && !member && !controller) return false
  else if (!member) fenceNode(world, node, 'peer is no longer part of the cluster', true)
  else if (!controller) fenceNode(world, node, 'peer process is no longer available', false)
  else if (terminate) fenceNode(world, node, 'termination was requested', false)
  else if (state.join === 'member') return true
  else if (state.join === 'pending' || state.join === 'down') wait()
  else fenceNode(world, node, 'peer was in an unknown state', false)
  return member ?? false
}

function wantsTermination(text: string | undefined): boolean {
  if (text === undefined) return false
  return /^\d/.test(text) ? Number(text) > 0 : asBoolean(text)
}

/** The history of remote and guest nodes can be read only once their connections are known to be up. */
function readHistories(world: Unpacked): void {
  let again = true
  while (again) {
    again = false
    for (const state of world.cib.nodeStates) {
      if (readOne(world, state, false)) {
        again = true
        break
      }
    }
  }
  for (const state of world.cib.nodeStates) readOne(world, state, true)
}

function readOne(world: Unpacked, state: NodeState, rest: boolean): boolean {
  const node = findNode(world, state)
  if (!node || node.historyRead) return false
  if (!rest && !isReady(world, node)) return false
  if (rest && !world.options.fencing) return false
  if (isRemote(node)) {
    setRemoteOnline(node)
    readRemoteState(world, node, state)
  }
  node.historyRead = true
  readNodeHistory(world, node, state)
  return true
}

function isReady(world: Unpacked, node: ClusterNode): boolean {
  const connection = node.remoteResource
  if (isGuest(node)) {
    return connection?.role === Role.started && connection.container?.role === Role.started
  }
  if (isRemote(node))
    return connection !== undefined && (world.options.shutdownLock || connection.role === Role.started)
  return world.options.fencing || world.options.shutdownLock || node.online
}

/** A remote node is online where its connection is, and its container is not failing. */
function setRemoteOnline(node: ClusterNode): void {
  const connection = node.remoteResource
  if (!connection) {
    node.online = false
    return
  }
  const container = connection.container
  const host = connection.runningOn.length === 1 ? connection.runningOn[0] : undefined
  const goes = connection.role === Role.started && connection.nextRole === Role.stopped
  if (goes) node.shutdown = true
  if (connection.role === Role.started) node.online = true
  const isOff = (resource: Resource): boolean => resource.role === Role.stopped
  if (container?.failed) {
    node.online = false
    node.remoteRequiresReset = true
  } else if (connection.failed) node.online = false
  else if (isOff(connection) || (container && isOff(container))) {
    node.online = false
    node.remoteRequiresReset = false
  } else if (host && !host.online && host.unclean && isGuest(node)) {
    node.online = false
    node.remoteRequiresReset = true
  }
}
