// Where a resource is or will be, and in which role; for groups, clones and bundles: of what is inside.
import { type ClusterNode, type Resource, Role } from '../model.ts'

export function locationsNow(rsc: Resource): readonly ClusterNode[] {
  if (rsc.kind === 'primitive') return rsc.runningOn
  return [...new Set(rsc.children.flatMap(child => locationsNow(child)))]
}

export function locationsNext(rsc: Resource): readonly ClusterNode[] {
  if (rsc.kind === 'primitive') return rsc.assigned ? [rsc.assigned] : []
  return [...new Set(rsc.children.flatMap(child => locationsNext(child)))]
}

/** The first of them: for a group, its node. */
export function nodeNext(rsc: Resource): ClusterNode | undefined {
  if (rsc.kind === 'primitive') return rsc.assigned
  for (const child of rsc.children) {
    const node = nodeNext(child)
    if (node) return node
  }
  return undefined
}

export function nodeNow(rsc: Resource): ClusterNode | undefined {
  if (rsc.kind === 'primitive') return currentNode(rsc)
  for (const child of rsc.children) {
    const node = nodeNow(child)
    if (node) return node
  }
  return undefined
}

/** Of several nodes on which it is active, the one that counts: not the target of an unfinished migration. */
export function currentNode(rsc: Resource): ClusterNode | undefined {
  return activeNode(rsc).node
}

export function activeNode(rsc: Resource): { node: ClusterNode | undefined; all: number; clean: number } {
  const isClean = (one: ClusterNode): boolean => one.online && !one.unclean
  const clean = rsc.runningOn.filter(isClean)
  const source = rsc.partialMigrationSource
  let node: ClusterNode | undefined
  if (source && rsc.runningOn.includes(source)) node = source
  // Without fencing, a node that is up counts more than one that may be.
  else node = (!source && !rsc.needsFencing ? clean[0] : undefined) ?? rsc.runningOn[0]
  return { node, all: rsc.runningOn.length, clean: clean.length }
}

export function roleNow(rsc: Resource): Role {
  return rsc.kind === 'primitive' ? rsc.role : highest(rsc.children.map(roleNow))
}

export function roleNext(rsc: Resource): Role {
  return rsc.kind === 'primitive' ? rsc.nextRole : highest(rsc.children.map(roleNext))
}

function highest(roles: readonly Role[]): Role {
  let found: Role = Role.unknown
  for (const role of roles) if (role > found) found = role
  return found
}
