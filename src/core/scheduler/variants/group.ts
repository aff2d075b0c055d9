// A group's members, one after the other: each with the one before.
// Source: "Pacemaker Explained" 2.1, "Groups – A Syntactic Shortcut".
import { addThisWith, addWithThis } from '../constrain/colocation.ts'
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
  handOnColocations(group)
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

/**
 * From now on what the group wants is its first member's wish, and who wants to be with it is with its last one. After a
 * member that nobody manages, which stays where it is, every member has to ask for itself.
 */
function handOnColocations(group: Resource): void {
  let afterUnmanaged = false
  for (const [i, member] of group.children.entries()) {
    if (i === 0 || afterUnmanaged) {
      for (const rule of group.thisWith) addThisWith(member, rule)
    }
    afterUnmanaged ||= !member.managed
  }
  const last = group.children.at(-1)
  for (const rule of group.withThis) if (last) addWithThis(last, rule)
}
