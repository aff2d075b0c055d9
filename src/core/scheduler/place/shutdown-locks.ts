// A resource whose node was shut down cleanly waits for the node to come back.
// Source: "Pacemaker Explained" 2.1, shutdown-lock, shutdown-lock-limit.
import { MINUS_INFINITY } from '../../base/score.ts'
import { obtain } from '../act/actions.ts'
import { ban } from '../constrain/bans.ts'
import { Discovery, type Resource } from '../model.ts'
import { isRemote } from '../unpack/nodes.ts'
import type { Unpacked } from '../world.ts'

export function applyShutdownLocks(world: Unpacked): void {
  for (const rsc of world.roots) apply(world, rsc)
}

function apply(world: Unpacked, rsc: Resource): void {
  // Only what runs in one place can wait for it.
  if (rsc.kind === 'clone' || rsc.kind === 'bundle') return
  if (rsc.kind === 'group') {
    for (const member of rsc.children) apply(world, member)
    return
  }
  if (rsc.agentClass === 'stonith' || rsc.isRemoteConnection) return
  if (rsc.lockNode) {
    if (rsc.runningOn.length > 0) forget(world, rsc)
  } else if (rsc.runningOn.length === 1) {
    const node = rsc.runningOn[0]
    if (node?.shutdown) {
      if (node.unclean) return
      rsc.lockNode = node
      rsc.lockTime = Number(node.attributes.get('shutdown') ?? 0)
    }
  }
  const lock = rsc.lockNode
  if (!lock) return
  for (const node of world.nodes) {
    if (node !== lock && rsc.discovery[node.index] !== Discovery.none)
      ban(world, rsc, node, MINUS_INFINITY, 'shutdown-lock', { by: lock.name, since: rsc.lockTime })
  }
}

/** It is active somewhere, so that the lock was lifted by hand. */
function forget(world: Unpacked, rsc: Resource): void {
  const node = rsc.lockNode
  rsc.lockNode = undefined
  rsc.lockTime = 0
  if (node && !isRemote(node) && rsc.runningOn.length > 0 && rsc.runningOn[0] !== node) {
    obtain(world, rsc, 'lrm_delete', 0, node, false)
  }
}
