// Probes: asking a node whether a resource runs there, where its history does not say.
// Source: "Pacemaker Explained" 2.1, "Resource Operations" (probes), resource-discovery, enable-startup-probes.
import { type Action, type ClusterNode, Discovery, type Resource, Role } from '../model.ts'
import { order, orderTasks } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { nodeNext } from '../place/state.ts'
import { naturally } from '../unpack/names.ts'
import { isGuest, isRemote } from '../unpack/nodes.ts'
import { uberParent } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { firstAction, obtain } from './actions.ts'
import { clusterAction, setMeta } from './blank.ts'
import { fenceNode } from './fence-node.ts'
import { remoteState } from './remote.ts'
import { isUnfenceDevice, orderAfterUnfencing } from './unfence.ts'

export function scheduleProbes(world: Unpacked): void {
  for (const node of world.nodes) {
    if (!node.online) {
      if (isRemote(node) && !isGuest(node) && node.remoteResource && remoteState(node) === 'failed') {
        fenceNode(world, node, 'the connection is unrecoverable', false)
      }
      continue
    }
    if (node.unclean || !node.discovery) continue
    const probed = node.attributes.get('probe_complete')
    if (probed !== undefined && ['false', '0', 'no', 'off', 'n'].includes(probed.toLowerCase())) {
      const again = clusterAction(world, `probe_again-${node.name}`, 'probe_again', node, false)
      setMeta(again, { op_no_wait: 'true' })
      continue
    }
    probeAll(world, world.roots, node)
  }
}

function probeAll(world: Unpacked, list: readonly Resource[], node: ClusterNode): boolean {
  let any = false
  for (const rsc of list) if (probe(world, rsc, node)) any = true
  return any
}

function probe(world: Unpacked, rsc: Resource, node: ClusterNode): boolean {
  switch (rsc.kind) {
    case 'primitive':
      return probePrimitive(world, rsc, node)
    case 'group':
      return probeAll(world, rsc.children, node)
    case 'clone':
      return probeClone(world, rsc, node)
    case 'bundle':
      return probeBundle(world, rsc, node)
    default:
      return rsc.kind satisfies never
  }
}

function probeClone(world: Unpacked, clone: Resource, node: ClusterNode): boolean {
  if (clone.exclusiveDiscovery) {
    const mode = clone.discovery[node.index]
    if (mode !== Discovery.none && mode !== Discovery.exclusive) {
      clone.discovery[node.index] = Discovery.none
      return false
    }
  }
  // From here on the instances are in this order, in the graph too.
  const instances = clone.children.sort((a, b) => naturally(a.id, b.id))
  if (clone.unique) return probeAll(world, instances, node)
  const one =
    instances.find(instance => isKnownOn(instance, node)) ??
    instances.find(instance => nodeNext(instance) === node) ??
    instances[0]
  return one ? probe(world, one, node) : false
}

const isKnownOn = (rsc: Resource, node: ClusterNode): boolean =>
  rsc.children.length > 0 ? rsc.children.some(child => isKnownOn(child, node)) : rsc.known[node.index] === 1

function probeBundle(world: Unpacked, bundle: Resource, node: ClusterNode): boolean {
  const data = bundle.bundle
  let any = false
  for (const replica of data?.replicas ?? []) {
    if (replica.ip && probe(world, replica.ip, node)) any = true
    if (replica.child && replica.node === node && probe(world, replica.child, node)) any = true
    if (probe(world, replica.container, node)) {
      any = true
      orderReplicas(world, bundle, replica.container)
    }
    if (replica.remote && probe(world, replica.remote, node)) {
      any = true
      // The connection is probed only after the container has started.
      const asked = firstAction(replica.remote, 'monitor', node)
      if (asked) {
        order(world, {
          firstRsc: replica.container,
          firstTask: 'start',
          thenAction: asked,
          type: Kind.probe,
        })
      }
    }
  }
  return any
}

/** With one replica per host: none starts before it is known where the others run. */
function orderReplicas(world: Unpacked, bundle: Resource, container: Resource): void {
  if (bundle.bundle?.replicasPerHost !== 1) return
  for (const other of bundle.bundle.replicas) {
    if (other.container === container) continue
    orderTasks(world, container, 'monitor', other.container, 'start', Kind.optional | Kind.sameNode)
  }
}

function mayProbe(world: Unpacked, rsc: Resource, node: ClusterNode): boolean {
  if (!world.options.startupProbes) return false
  if (isRemote(node)) {
    if (rsc.agentClass === 'stonith' || rsc.isRemoteConnection) return false
    if (isGuest(node) && rsc.fillers.some(filler => filler.isRemoteConnection)) return false
  }
  const bundled = rsc.parent?.kind === 'clone' && rsc.parent.parent?.kind === 'bundle'
  if (rsc.container && !rsc.isRemoteConnection && !bundled) return false
  if (rsc.orphan || rsc.known[node.index] === 1) return false
  const mode = rsc.discovery[node.index]
  const top = uberParent(rsc)
  if ((rsc.exclusiveDiscovery || top.exclusiveDiscovery) && mode !== Discovery.exclusive) return false
  const outsider = mode === Discovery.none && node.remoteResource?.parent?.kind === 'bundle'
  return mode !== Discovery.never && !outsider
}

function probePrimitive(world: Unpacked, rsc: Resource, node: ClusterNode): boolean {
  if (!mayProbe(world, rsc, node)) return false
  // Only of a clone do all instances wait for a probe; a group's members wait each for its own.
  const whole = uberParent(rsc)
  const top = isUnfenceDevice(rsc) || whole.kind !== 'clone' ? rsc : whole
  if (isGuest(node) && !guestAllows(world, node, isUnfenceDevice(rsc) ? rsc : whole)) return false
  const action = obtain(world, rsc, 'monitor', 0, node, false)
  action.optional = false
  orderAfterUnfencing(world, rsc, node, action, Kind.optional)
  const active = rsc.runningOn.includes(node)
  if (!active) setMeta(action, { op_target_rc: '7' })
  else if (rsc.role === Role.promoted) setMeta(action, { op_target_rc: '8' })
  orderBefore(world, action, top)
  return true
}

/** A guest that is stopped, or will be, holds nothing: what is to run in it waits, and nobody needs to ask. */
function guestAllows(world: Unpacked, node: ClusterNode, top: Resource): boolean {
  const guest = node.remoteResource?.container
  if (!guest) return true
  if (guest.role === Role.stopped) {
    if (guest.assigned && guest.known[guest.assigned.index] === 0)
      orderTasks(world, guest, 'monitor', top, 'start', Kind.optional)
    return false
  }
  const moves = guest.assigned !== undefined && !guest.runningOn.includes(guest.assigned)
  const ends = node.remoteRequiresReset || node.unclean || guest.failed || guest.nextRole === Role.stopped
  if (moves || ends) {
    orderTasks(world, guest, 'stop', top, 'start', Kind.optional)
    return false
  }
  return true
}

function orderBefore(world: Unpacked, action: Action, top: Resource): void {
  const type = !action.runnable && top.runningOn.length === 0 ? Kind.optional | Kind.runnableLeft : Kind.optional
  order(world, { firstAction: action, thenRsc: top, thenTask: 'start', type })
  order(world, { firstAction: action, thenRsc: top, thenTask: 'reload-agent', type: Kind.optional })
}
