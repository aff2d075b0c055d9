// A primitive's node: its own scores, those whom it must be with, those who want to be with it, then the best node.
// Source: "Pacemaker Explained" 2.1, "How Resource Placement is Decided".
import { mergeSort } from '../../base/merge-sort.ts'
import { INFINITY, MINUS_INFINITY } from '../../base/score.ts'
import { ban } from '../constrain/bans.ts'
import { type ClusterNode, type ColocationRule, type Resource, Role } from '../model.ts'
import { assignTo } from '../place/assign.ts'
import { applyToDependent } from '../place/colocate.ts'
import { logScores } from '../place/log.ts'
import { anyAvailable, hasInfluence, scoresOf, spread } from '../place/spread.ts'
import { currentNode } from '../place/state.ts'
import { banSmallNodes, nodesByTable } from '../place/utilization.ts'
import { allowedNodes, compareNodes, isAvailable } from '../place/weigh.ts'
import { setNextRole } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'

export function assignPrimitive(
  world: Unpacked,
  rsc: Resource,
  prefer: ClusterNode | undefined,
): ClusterNode | undefined {
  // Members and instances are assigned by what they belong to.
  if (rsc.parent && !rsc.parent.allocating) world.assign(world, rsc.parent, prefer)
  if (!rsc.provisional) return rsc.assigned
  if (rsc.allocating) return undefined
  rsc.allocating = true
  const [primaries, dependents] = [rsc.thisWith, rsc.withThis]
  for (const rule of primaries) follow(world, rsc, rule)
  for (const rule of dependents) hear(world, rsc, rule)
  if (rsc.nextRole === Role.stopped) ban(world, rsc, undefined, MINUS_INFINITY, rsc.nextRoleReason ?? 'target-role')
  else if (rsc.nextRole > rsc.role && !world.options.quorate && world.options.quorumPolicy === 'freeze') {
    setNextRole(rsc, rsc.role, 'no-quorum-policy=freeze')
    world.trace?.fact(rsc, undefined, 'frozen-without-quorum')
  }
  logScores(world, 'pcmk__primitive_assign', rsc)
  choose(world, rsc, prefer)
  rsc.allocating = false
  if (rsc.isRemoteConnection) openRemoteNode(world, rsc)
  return rsc.assigned
}

function choose(world: Unpacked, rsc: Resource, prefer: ClusterNode | undefined): void {
  // Without a fence device the fencing that is demanded cannot happen: nothing is touched.
  if (world.options.fencing && !world.haveFenceDevice) {
    if (rsc.managed) world.trace?.fact(rsc, undefined, 'no-fence-device')
    rsc.managed = false
  }
  if (!rsc.managed) {
    setNextRole(rsc, rsc.role, 'unmanaged')
    world.trace?.fact(rsc, undefined, rsc.orphan ? 'orphan-left-alone' : 'unmanaged')
    assignTo(world, rsc, currentNode(rsc), true)
  } else if (world.options.stopAll) assignTo(world, rsc, undefined, true)
  else if (rsc.provisional) assignBest(world, rsc, prefer)
}

/** First the primary gets its node, then its node counts here. */
function follow(world: Unpacked, rsc: Resource, rule: ColocationRule): void {
  const optional = rule.score < 0 && rule.score > MINUS_INFINITY
  const kept = rule.dependentRole >= Role.promoted || optional ? rsc.scores.slice() : undefined
  const mark = world.trace?.mark(rsc) ?? 0
  world.assign(world, rule.primary, undefined)
  applyToDependent(world, rsc, rule.primary, rule)
  if (!kept || anyAvailable(world, scoresOf(rsc))) return
  rsc.scores.set(kept)
  world.trace?.takeBack(rsc, mark, 'no-node-left')
}

function hear(world: Unpacked, rsc: Resource, rule: ColocationRule): void {
  if (!hasInfluence(rule)) return
  const result = spread(world, rule.dependent, scoresOf(rsc), rule.nodeAttribute, rule.score / INFINITY, {
    active: true,
  })
  if (result) rsc.scores.set(result.values)
  world.trace?.note(rsc, world.nodes, 'dependents', { by: rule.id, other: rule.dependent.id, weight: rule.score })
}

function assignBest(world: Unpacked, rsc: Resource, preferred: ClusterNode | undefined): boolean {
  const most = banSmallNodes(world, rsc)
  const prefer = preferred ?? most
  const at = (node: ClusterNode): number => rsc.scores[node.index] ?? 0
  const nodes = bestFirst(world, rsc, compareNodes(world, at, currentNode(rsc)))
  const best = nodes[0]
  if (
    prefer &&
    best &&
    rsc.discovery[prefer.index] !== 0 &&
    at(prefer) >= 0 &&
    isAvailable(prefer) &&
    at(prefer) >= at(best)
  ) {
    return assignTo(world, rsc, prefer, false)
  }
  if (!best) return assignTo(world, rsc, undefined, false)
  return assignTo(world, rsc, stayIfEqual(rsc, nodes, best, at), false)
}

/** Room can be greater in a circle; who is first then depends on how the nodes were listed and sorted. */
function bestFirst(
  world: Unpacked,
  rsc: Resource,
  compare: (a: ClusterNode, b: ClusterNode) => number,
): readonly ClusterNode[] {
  if (world.options.placement !== 'balanced') return allowedNodes(world, rsc).sort(compare)
  return mergeSort(nodesByTable(world, rsc).toReversed(), compare)
}

/** Where several nodes are as good, a resource stays; unique instances were asked before. */
function stayIfEqual(
  rsc: Resource,
  nodes: readonly ClusterNode[],
  best: ClusterNode,
  at: (node: ClusterNode) => number,
): ClusterNode {
  const uniqueInstance = rsc.parent?.kind === 'clone' && rsc.parent.unique
  const running = currentNode(rsc)
  if (uniqueInstance || !running || at(best) <= 0 || !isAvailable(best) || !isAvailable(running)) return best
  for (const node of nodes) {
    if (at(node) !== at(best)) break
    if (node === running) return node
  }
  return best
}

/** The node behind a connection is up if its connection will be. */
function openRemoteNode(world: Unpacked, rsc: Resource): void {
  const node = world.nodeByName.get(rsc.id.toLowerCase())
  if (!node) return
  if (rsc.assigned && rsc.nextRole !== Role.stopped) {
    node.online = true
    if (node.unseen) node.unclean = false
  } else node.shutdown = true
}
