// Utilization: what resources need and what nodes have left.
// Source: "Pacemaker Explained" 2.1, "Utilization and Placement Strategy".
import { MINUS_INFINITY } from '../../base/score.ts'
import { ban } from '../constrain/bans.ts'
import type { ClusterNode, Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { tableOrder } from './table-order.ts'
import { spreadSet } from './together.ts'
import { allowedNodes, compareCapacity, isAvailable } from './weigh.ts'

export const consume = (node: ClusterNode, rsc: Resource): void => change(node, rsc, -1)
export const release = (node: ClusterNode, rsc: Resource): void => change(node, rsc, 1)

function change(node: ClusterNode, rsc: Resource, sign: number): void {
  for (const [name, amount] of rsc.utilization) {
    const left = node.free.get(name)
    if (left !== undefined) node.free.set(name, left + sign * amount)
  }
}

const fits = (node: ClusterNode, needs: ReadonlyMap<string, number>): boolean =>
  [...needs].every(([name, amount]) => amount <= 0 || (node.free.get(name) ?? 0) >= amount)

/** Bans the nodes that cannot hold the resource together with what must go with it; or, if none can, without. */
export function banSmallNodes(world: Unpacked, rsc: Resource): ClusterNode | undefined {
  if (world.options.placement === 'default') return undefined
  const needs = new Map<string, number>()
  const together = spreadSet(rsc)
  for (const one of together) addNeeds(needs, one, together)
  let most: ClusterNode | undefined
  let anyFits = false
  const nodes = nodesByTable(world, rsc).filter(node => isAvailable(node) && (rsc.scores[node.index] ?? 0) >= 0)
  for (const node of nodes) {
    if (fits(node, needs)) anyFits = true
    if (!most || compareCapacity(node, most) < 0) most = node
  }
  for (const node of nodes) {
    if (!fits(node, anyFits ? needs : rsc.utilization)) ban(world, rsc, node, MINUS_INFINITY, '__limit_utilization__')
  }
  return anyFits ? undefined : most
}

/** Nodes inside of bundles are known later than the others, bundle by bundle. */
export function nodesByTable(world: Unpacked, rsc: Resource): readonly ClusterNode[] {
  const allowed = new Set(allowedNodes(world, rsc))
  const early = [...allowed].filter(node => !world.hiddenNodes.has(node))
  return tableOrder([...early, ...[...world.hiddenNodes].filter(node => allowed.has(node))])
}

/** What is in the list by itself is not counted again as a part of something else. */
function addNeeds(needs: Map<string, number>, rsc: Resource, together: ReadonlySet<Resource>): void {
  if (!rsc.provisional) return
  if (rsc.kind === 'group') {
    for (const member of sharing(rsc)) if (!together.has(member)) addNeeds(needs, member, together)
  } else if (rsc.kind === 'clone') addInstance(needs, rsc, together)
  else for (const [name, amount] of rsc.utilization) needs.set(name, (needs.get(name) ?? 0) + amount)
}

/** Those members that will be on one node. */
const sharing = (group: Resource): readonly Resource[] =>
  group.group?.colocated || group.parent?.kind === 'clone' ? group.children : group.children.slice(0, 1)

/** One instance of a clone: the group whose member is meant, or any where none of them is meant. */
function addInstance(needs: Map<string, number>, clone: Resource, together: ReadonlySet<Resource>): void {
  const meant = clone.children.filter(
    instance => together.has(instance) || instance.children.some(m => together.has(m)),
  )
  const added = meant.length > 0 ? meant.filter(instance => !together.has(instance)) : clone.children.slice(0, 1)
  for (const instance of added) addNeeds(needs, instance, together)
}
