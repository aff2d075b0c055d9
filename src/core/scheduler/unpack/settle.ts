// What a node's history comes to for one resource there: it is known, it runs, it failed, and what its worst failure asks for.
// Source: "Pacemaker Explained" 2.1, on-fail.
import { MINUS_INFINITY } from '../../base/score.ts'
import { demoteAction, stopAction } from '../act/actions.ts'
import { fenceNode } from '../act/fence-node.ts'
import { ban } from '../constrain/bans.ts'
import { type ClusterNode, type OnFail, type Resource, Role } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { isBareRemote, isGuest } from './nodes.ts'
import { isBundled, setNextRole } from './roles.ts'
import { addRunning } from './running.ts'

/** What follows from it all for the resource on this node. */
export function settle(world: Unpacked, rsc: Resource, node: ClusterNode, worst: OnFail): void {
  // A probe that is still under way says nothing yet.
  if (rsc.role !== Role.unknown) rememberKnown(rsc, node)
  settleRole(world, rsc, node, worst)
}

function rememberKnown(rsc: Resource, node: ClusterNode): void {
  for (let one: Resource | undefined = rsc; one; one = one.parent) {
    one.known[node.index] = 1
    if (one.unique) break
  }
}

function settleRole(world: Unpacked, rsc: Resource, node: ClusterNode, worst: OnFail): void {
  if (rsc.role > Role.stopped && !node.online && !node.maintenance && rsc.managed) suspect(world, rsc, node)
  const onFail: OnFail = node.unclean ? 'ignore' : worst
  react(world, rsc, node, onFail)
  if (rsc.failed && rsc.isRemoteConnection) {
    const remote = world.nodeByName.get(rsc.id.toLowerCase())
    if (remote?.unclean) remote.unseen = false
  }
  if (rsc.role !== Role.stopped && rsc.role !== Role.unknown) {
    addRunning(world, rsc, node)
    if (onFail !== 'ignore') {
      rsc.failed = true
      if (onFail !== 'demote' && onFail !== 'block') rsc.mustStop = true
    }
  } else if (rsc.historyId?.includes(':')) rsc.historyId = undefined
  else for (const action of rsc.actions) if (action.task === 'stop' && action.node === node) action.optional = true
  const { partialMigrationSource: source, partialMigrationTarget: target } = rsc
  if (rsc.role === Role.stopped && source === node && target && rsc.runningOn.length > 0) rsc.role = Role.started
}

/** It is said to run on a node that is not there: unless the node is fenced, nobody knows. */
function suspect(world: Unpacked, rsc: Resource, node: ClusterNode): void {
  let reason = `${rsc.id} is thought to be active there`
  if (isGuest(node)) {
    rsc.failed = true
    rsc.mustStop = true
  } else if (world.options.fencing) {
    if (isBareRemote(node) && node.remoteResource && !node.remoteResource.failed) {
      node.unseen = true
      reason = `${rsc.id} is active there (fencing will be revoked if remote connection can be re-established elsewhere)`
    }
  } else return
  fenceNode(world, node, reason, false)
}

function react(world: Unpacked, rsc: Resource, node: ClusterNode, onFail: OnFail): void {
  if (onFail === 'ignore') return
  const active = rsc.role !== Role.stopped && rsc.role !== Role.unknown
  const recover = (): void => {
    rsc.failed = true
    rsc.mustStop = true
  }
  switch (onFail) {
    case 'demote':
      rsc.failed = true
      demoteAction(world, rsc, node, false)
      return
    case 'fence':
      fenceNode(world, node, `${rsc.id} failed there`, false)
      return
    case 'standby':
      node.standby = true
      node.standbyOnFail = true
      return
    case 'block':
      rsc.managed = false
      rsc.blocked = true
      return
    case 'ban':
      ban(world, rsc, node, MINUS_INFINITY, '__action_migration_auto__')
      return
    case 'stop':
      setNextRole(rsc, Role.stopped, 'on-fail=stop')
      return
    case 'recover':
      if (!active) return
      recover()
      stopAction(world, rsc, node, false)
      return
    case 'restart-container':
      recover()
      if (rsc.container && isBundled(rsc)) world.stopNeeded.unshift(rsc.container)
      else if (rsc.container) stopAction(world, rsc.container, node, false)
      else if (active) stopAction(world, rsc, node, false)
      return
    case 'reset-remote':
      recover()
      resetRemote(world, rsc, node)
      return
    default:
      onFail satisfies never
  }
}

function resetRemote(world: Unpacked, rsc: Resource, node: ClusterNode): void {
  if (world.options.fencing && rsc.isRemoteConnection) {
    const remote = world.nodeByName.get(rsc.id.toLowerCase())
    if (remote && isBareRemote(remote) && !remote.remoteWasFenced) {
      fenceNode(world, remote, 'remote connection is unrecoverable', false)
    }
  }
  if (rsc.role > Role.stopped) stopAction(world, rsc, node, false)
  if (rsc.remoteReconnect > 0) setNextRole(rsc, Role.stopped, 'remote reset')
}
