// A group's members, one after the other: each with the one before.
// Source: "Pacemaker Explained" 2.1, "Groups – A Syntactic Shortcut".
import type { ClusterNode, Resource } from '../model.ts'
import { logScores } from '../place/log.ts'
import type { Unpacked } from '../world.ts'

export function assignGroup(
  world: Unpacked,
  group: Resource,
  prefer: ClusterNode | undefined,
): ClusterNode | undefined {
  if (!group.provisional) return group.assigned
  if (group.allocating) return undefined
  group.allocating = true
  logScores(world, 'pcmk__group_assign', group)
  let first: ClusterNode | undefined
  for (const member of group.children) {
    const node = world.assign(world, member, prefer)
    first ??= node
  }
  const member = group.children[0]
  if (member) group.nextRole = member.nextRole
  group.allocating = false
  group.provisional = false
  return group.group?.colocated ? first : undefined
}
