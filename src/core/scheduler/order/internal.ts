// The orderings and colocations that a resource brings along by being what it is: stop before start, a group's members
// one after the other, a clone's pseudo-actions around those of its instances.
// Source: "Pacemaker Explained" 2.1, "Groups", "Clones", "Promotable Clones"; the graphs of `crm_simulate -G`.
import { INFINITY, MINUS_INFINITY, score } from '../../base/score.ts'
import { fenceAction } from '../act/fence-node.ts'
import { colocate } from '../constrain/colocation.ts'
import { type ColocationRule, Discovery, type Resource, Role } from '../model.ts'
import { naturally } from '../unpack/names.ts'
import { uberParent } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { loadConstraints } from './load.ts'
import { order, orderTasks } from './relate.ts'
import { Kind } from './types.ts'

export function internal(world: Unpacked, all: ColocationRule[], rsc: Resource): void {
  switch (rsc.kind) {
    case 'primitive':
      ofPrimitive(world, all, rsc)
      return
    case 'group':
      ofGroup(world, all, rsc)
      return
    case 'clone':
      ofClone(world, all, rsc)
      return
    case 'bundle':
      ofBundle(world, all, rsc)
      return
    default:
      rsc.kind satisfies never
  }
}

function ofPrimitive(world: Unpacked, all: ColocationRule[], rsc: Resource): void {
  if (!rsc.managed) return
  orderTasks(world, rsc, 'stop', rsc, 'start', Kind.optional | Kind.impliesThen | Kind.restart)
  if (uberParent(rsc).promotable || rsc.role > Role.unpromoted) {
    orderTasks(world, rsc, 'demote', rsc, 'stop', Kind.promotedImpliesFirst)
    orderTasks(world, rsc, 'start', rsc, 'promote', Kind.runnableLeft)
  }
  orderTasks(world, rsc, 'lrm_delete', rsc, 'monitor', Kind.sameNode | Kind.thenCancelsFirst)
  if (!rsc.fenceDevice && world.options.unfencing && rsc.needsUnfencing) orderUnfencing(world, rsc)
  if (rsc.utilization.size > 0 && world.options.placement !== 'default') loadConstraints(world, rsc)
  if (rsc.container) withContainer(world, all, rsc, rsc.container)
  if (rsc.isRemoteConnection || rsc.fenceDevice) avoidRemoteNodes(world, rsc)
}

function orderUnfencing(world: Unpacked, rsc: Resource): void {
  for (const node of world.nodes) {
    if (rsc.discovery[node.index] === Discovery.none) continue
    const unfence = fenceAction(world, node, 'on', true, undefined)
    order(world, {
      firstRsc: rsc,
      firstTask: 'stop',
      thenAction: unfence,
      type: Kind.optional | Kind.sameNode,
    })
    order(world, {
      firstAction: unfence,
      thenRsc: rsc,
      thenTask: 'start',
      type: Kind.impliesThenOnNode | Kind.sameNode,
    })
  }
}

function withContainer(world: Unpacked, all: ColocationRule[], rsc: Resource, container: Resource): void {
  let remote: Resource | undefined
  if (rsc.isRemoteConnection) {
    if (!isInBundle(rsc)) avoidRemoteNodes(world, container)
    orderTasks(world, container, 'monitor', rsc, 'stop', Kind.optional)
  } else remote = container.isRemoteConnection ? container : container.fillers.find(filler => filler.isRemoteConnection)
  if (remote) {
    for (const node of world.nodes) if (node.remoteResource !== remote) rsc.scores[node.index] = MINUS_INFINITY
    world.trace?.note(rsc, world.nodes, 'with-container', { other: container.id })
    return
  }
  orderTasks(world, container, 'start', rsc, 'start', Kind.impliesThen | Kind.runnableLeft)
  orderTasks(world, rsc, 'stop', container, 'stop', Kind.impliesFirst)
  colocate(all, {
    id: 'resource-with-container',
    score: isInBundle(rsc) ? score(10_000) : INFINITY,
    dependent: rsc,
    primary: container,
    influence: true,
  })
}

/** A connection into a bundle may run on another node than the container. */
export const isInBundle = (rsc: Resource): boolean => rsc.parent?.kind === 'bundle'

function avoidRemoteNodes(world: Unpacked, rsc: Resource): void {
  for (const node of world.nodes) {
    if (node.remoteResource && rsc.discovery[node.index] !== Discovery.none) {
      rsc.scores[node.index] = MINUS_INFINITY
    }
  }
  world.trace?.note(rsc, world.nodes, 'not-on-remote')
}

function ofGroup(world: Unpacked, all: ColocationRule[], group: Resource): void {
  if (group.children.length === 0) return
  orderTasks(world, group, 'stop', group, 'stopped', Kind.runnableLeft)
  orderTasks(world, group, 'stopped', group, 'start', Kind.optional)
  orderTasks(world, group, 'start', group, 'running', Kind.runnableLeft)
  let previous: Resource | undefined
  let lastActive: Resource | undefined
  for (const member of group.children) {
    ofMember(world, all, group, member, previous, lastActive)
    if (member.runningOn.length > 0) lastActive = member
    previous = member
  }
}

function ofMember(
  world: Unpacked,
  all: ColocationRule[],
  group: Resource,
  member: Resource,
  previous: Resource | undefined,
  lastActive: Resource | undefined,
): void {
  const ordered = group.group?.ordered ?? true
  const promotable = uberParent(group).promotable
  internal(world, all, member)
  const first = !previous
  const down = first && ordered ? Kind.impliesFirstPrinted | Kind.optional : Kind.impliesFirstPrinted
  const afterDown = first && ordered ? Kind.impliesThen : Kind.impliesThenPrinted
  if (previous && group.group?.colocated) {
    colocate(all, {
      id: 'group:internal_colocation',
      score: INFINITY,
      dependent: member,
      primary: previous,
      influence: member.critical,
    })
  }
  const up = Kind.runnableLeft | Kind.impliesThen | Kind.impliesThenPrinted
  if (promotable) {
    orderTasks(world, group, 'demote', member, 'demote', down)
    orderTasks(world, member, 'demote', group, 'demoted', afterDown)
    orderTasks(world, member, 'promote', group, 'promoted', up)
    orderTasks(world, group, 'promote', member, 'promote', Kind.impliesFirstPrinted)
  }
  orderTasks(world, group, 'stop', member, 'stop', down)
  orderTasks(world, member, 'stop', group, 'stopped', afterDown)
  orderTasks(world, group, 'start', member, 'start', Kind.impliesFirstPrinted)
  orderTasks(world, member, 'start', group, 'running', up)
  if (!ordered) {
    const loose = Kind.impliesThen | Kind.runnableLeft | Kind.impliesFirstPrinted
    orderTasks(world, group, 'start', member, 'start', loose)
    if (promotable) orderTasks(world, group, 'promote', member, 'promote', loose)
    return
  }
  if (!previous) return
  orderTasks(world, previous, 'start', member, 'start', Kind.impliesThen | Kind.runnableLeft)
  orderTasks(world, member, 'stop', previous, 'stop', Kind.optional | Kind.restart)
  if (member.runningOn.length > 0 && previous.runningOn.length === 0) {
    // A group that runs only in parts still stops in sequence.
    if (lastActive) orderTasks(world, member, 'stop', lastActive, 'stop', Kind.optional)
  }
  if (promotable) {
    orderTasks(world, previous, 'promote', member, 'promote', Kind.impliesThen | Kind.runnableLeft)
    orderTasks(world, member, 'demote', previous, 'demote', Kind.optional)
  }
}

function ofClone(world: Unpacked, all: ColocationRule[], clone: Resource): void {
  const ordered = clone.clone?.ordered ?? false
  orderTasks(world, clone, 'stopped', clone, 'start', Kind.optional)
  orderTasks(world, clone, 'start', clone, 'running', Kind.runnableLeft)
  orderTasks(world, clone, 'stop', clone, 'stopped', Kind.runnableLeft)
  if (clone.promotable) {
    orderTasks(world, clone, 'demoted', clone, 'stop', Kind.optional)
    orderTasks(world, clone, 'running', clone, 'promote', Kind.runnableLeft)
  }
  if (ordered) clone.children.sort((a, b) => naturally(a.id, b.id))
  let last: Resource | undefined
  for (const instance of clone.children) {
    internal(world, all, instance)
    orderTasks(world, clone, 'start', instance, 'start', Kind.runnableLeft | Kind.impliesFirstPrinted)
    orderTasks(world, instance, 'start', clone, 'running', Kind.impliesThenPrinted)
    if (ordered && last) orderTasks(world, last, 'start', instance, 'start', Kind.optional)
    orderTasks(world, clone, 'stop', instance, 'stop', Kind.impliesFirstPrinted)
    orderTasks(world, instance, 'stop', clone, 'stopped', Kind.impliesThenPrinted)
    if (ordered && last) orderTasks(world, instance, 'stop', last, 'stop', Kind.optional)
    last = instance
  }
  if (clone.promotable) ofPromotable(world, clone, ordered)
}

function ofPromotable(world: Unpacked, clone: Resource, ordered: boolean): void {
  for (const task of ['start', 'promote']) orderTasks(world, clone, 'stopped', clone, task, Kind.optional)
  for (const task of ['stop', 'start', 'promote']) orderTasks(world, clone, 'demoted', clone, task, Kind.optional)
  orderTasks(world, clone, 'running', clone, 'promote', Kind.optional)
  orderTasks(world, clone, 'demote', clone, 'demoted', Kind.optional)
  let last: Resource | undefined
  for (const instance of clone.children) {
    orderTasks(world, instance, 'demote', instance, 'promote', Kind.optional)
    orderTasks(world, clone, 'promote', instance, 'promote', Kind.optional)
    orderTasks(world, instance, 'promote', clone, 'promoted', Kind.optional)
    if (ordered && last) orderTasks(world, last, 'promote', instance, 'promote', Kind.optional)
    orderTasks(world, clone, 'demote', instance, 'demote', Kind.impliesFirstPrinted)
    orderTasks(world, instance, 'demote', clone, 'demoted', Kind.impliesThenPrinted)
    if (ordered && last) orderTasks(world, instance, 'demote', last, 'demote', Kind.optional)
    last = instance
  }
}

function ofBundle(world: Unpacked, all: ColocationRule[], bundle: Resource): void {
  const data = bundle.bundle
  if (!data) return
  const { inner } = data
  if (inner) {
    orderTasks(world, bundle, 'start', inner, 'start', Kind.impliesFirstPrinted)
    orderTasks(world, bundle, 'stop', inner, 'stop', Kind.impliesFirstPrinted)
    if (inner.children.length > 0) orderTasks(world, inner, 'running', bundle, 'running', Kind.impliesThenPrinted)
    else orderTasks(world, inner, 'start', bundle, 'running', Kind.impliesThenPrinted)
    if (inner.children.length > 0) orderTasks(world, inner, 'stopped', bundle, 'stopped', Kind.impliesThenPrinted)
    else orderTasks(world, inner, 'stop', bundle, 'stopped', Kind.impliesThenPrinted)
  }
  for (const replica of data.replicas) {
    const { container, ip, remote, child } = replica
    internal(world, all, container)
    orderTasks(world, bundle, 'start', container, 'start', Kind.runnableLeft | Kind.impliesFirstPrinted)
    if (child) orderTasks(world, bundle, 'stop', child, 'stop', Kind.impliesFirstPrinted)
    orderTasks(world, bundle, 'stop', container, 'stop', Kind.impliesFirstPrinted)
    orderTasks(world, container, 'start', bundle, 'running', Kind.impliesThenPrinted)
    orderTasks(world, container, 'stop', bundle, 'stopped', Kind.impliesThenPrinted)
    if (ip) {
      internal(world, all, ip)
      orderTasks(world, ip, 'start', container, 'start', Kind.runnableLeft | Kind.preserve)
      orderTasks(world, container, 'stop', ip, 'stop', Kind.impliesFirst | Kind.preserve)
      colocate(all, { id: 'ip-with-docker', score: INFINITY, dependent: ip, primary: container, influence: true })
    }
    if (remote) internal(world, all, remote)
  }
  if (!inner) return
  internal(world, all, inner)
  if (!inner.promotable) return
  orderTasks(world, bundle, 'demote', bundle, 'demoted', Kind.optional)
  orderTasks(world, bundle, 'promote', inner, 'promote', Kind.impliesFirstPrinted)
  orderTasks(world, inner, 'promoted', bundle, 'promoted', Kind.impliesThenPrinted)
  orderTasks(world, bundle, 'demote', inner, 'demote', Kind.impliesFirstPrinted)
  orderTasks(world, inner, 'demoted', bundle, 'demoted', Kind.impliesThenPrinted)
  for (const task of ['start', 'promote']) orderTasks(world, bundle, 'stopped', bundle, task, Kind.optional)
  for (const task of ['stop', 'start', 'promote']) orderTasks(world, bundle, 'demoted', bundle, task, Kind.optional)
  orderTasks(world, bundle, 'running', bundle, 'promote', Kind.optional)
}
