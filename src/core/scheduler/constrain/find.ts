// What a name in a constraint means: a resource, or a template or tag that stands for several.
// Source: "Pacemaker Explained" 2.1, "Reusing Parts of the Configuration", "Tagging Configuration Elements".
import type { Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'

export function findResource(world: Unpacked, id: string): Resource | undefined {
  const found = named(world, id)
  if (!found) return undefined
  // A name of something inside a clone means the whole clone.
  let top = found
  for (let parent = found.parent; parent; parent = parent.parent) {
    if (parent.kind === 'clone') top = parent
  }
  return top === found || top.kind !== 'clone' ? found : top
}

/** What is inside of a clone goes by its plain name only once a node's history has used that name for it. */
function named(world: Unpacked, id: string): Resource | undefined {
  const direct = world.byId.get(id)
  if (direct) return direct
  for (const rsc of world.byId.values()) if (rsc.historyId === id) return rsc
  return undefined
}

/** The name as a list: the resource itself, or what the template or tag stands for. */
export function expand(world: Unpacked, id: string): readonly string[] {
  if (named(world, id)) return [id]
  return world.templates.get(id) ?? world.tags.get(id) ?? [id]
}

export const isCollection = (world: Unpacked, id: string): boolean =>
  !named(world, id) && (world.templates.has(id) || world.tags.has(id))

/** Undefined: Pacemaker ignores a constraint about it. */
export const resolve = (world: Unpacked, id: string): Resource | undefined => findResource(world, id)
