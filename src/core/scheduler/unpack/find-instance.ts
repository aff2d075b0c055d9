// Which resource a history entry is about. Plain resources are found by name; instances of anonymous clones have no name
// of their own, so that an entry is given to the instance that is active on the node, or to a free one.
import type { ClusterNode, Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { isGuest } from './nodes.ts'
import { addInstance } from './resources.ts'
import { isAnonymousClone, uberParent } from './roles.ts'

export function findInHistory(world: Unpacked, node: ClusterNode, historyId: string): Resource | undefined {
  let rsc = world.byId.get(historyId)
  // Most resources are plain ones, found at once.
  if (rsc && !rsc.parent) return rsc.kind === 'primitive' ? rsc : undefined
  const base = historyId.replace(/:\d+$/, '')
  if (!rsc) {
    const zero = world.byId.get(`${base}:0`)
    rsc = zero && !zero.unique ? zero : undefined
    if (!rsc) return undefined
  } else if (rsc.kind !== 'primitive') return undefined
  const parent = uberParent(rsc)
  if (isAnonymousClone(parent)) {
    const found = parent.parent ? replicaOn(parent.parent, node) : anonymousInstance(world, node, parent, base)
    if (!found) return undefined
    rsc = found
  }
  if (rsc.id !== historyId) rsc.historyId = historyId
  return rsc
}

function replicaOn(bundle: Resource, node: ClusterNode): Resource | undefined {
  return bundle.bundle?.replicas.find(replica => replica.node === node)?.child
}

/** The primitive inside an instance of a clone that goes by this name. */
const inside = (instance: Resource, base: string): Resource | undefined =>
  instance.kind === 'primitive' ? instance : instance.children.find(child => child.baseId === base)

function anonymousInstance(world: Unpacked, node: ClusterNode, clone: Resource, base: string): Resource | undefined {
  let found: Resource | undefined
  let inactive: Resource | undefined
  let skipInactive = false
  for (const instance of clone.children) {
    if (found) break
    const where = locationsOf(instance)
    if (where.length > 0) {
      if (where[0] !== node) continue
      found = inside(instance, base)
      if (found && found.runningOn.length > 0) {
        // A second entry on this node: from a time when the clone was unique.
        skipInactive = true
        found = undefined
      }
    } else if (!skipInactive && !inactive && !instance.blocked) {
      inactive = inside(instance, base)
      if (inactive?.pendingNode && inactive.pendingNode !== node) inactive = undefined
    }
  }
  if (!found && !skipInactive) found = inactive
  const unknownNode = (!node.online || node.unclean) && !isGuest(node)
  if (found && !found.needsFencing && unknownNode && !isUniversal(world, clone)) found = undefined
  return found ?? orphanInstance(world, clone, base)
}

function locationsOf(instance: Resource): readonly ClusterNode[] {
  if (instance.kind === 'primitive') return instance.runningOn
  return instance.children.flatMap(child => child.runningOn)
}

/** One instance for every node there is. */
const isUniversal = (world: Unpacked, clone: Resource): boolean => clone.clone?.max === world.nodes.length

function orphanInstance(world: Unpacked, clone: Resource, base: string): Resource | undefined {
  if (clone.source.kind !== 'clone') return undefined
  const instance = addInstance(world, clone, clone.source)
  return inside(instance, base)
}
