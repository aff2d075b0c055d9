// What a CIB must not leave open: constraints that name resources which do not exist. `crm_verify` refuses these.
import type { Reading } from './reading.ts'
import type { Cib, Constraint, Resource } from './types.ts'

export function checkReferences(cib: Cib, reading: Reading): void {
  const known = new Set<string>()
  /** What is inside of a clone, and in which. */
  const inside = new Map<string, string>()
  const visit = (resource: Resource, clone: string | undefined): void => {
    known.add(resource.id)
    if (clone !== undefined) inside.set(resource.id, clone)
    if (resource.kind === 'group') for (const member of resource.members) visit(member, clone)
    else if (resource.kind === 'clone') visit(resource.child, resource.id)
    else if (resource.kind === 'bundle' && resource.primitive) visit(resource.primitive, clone)
  }
  for (const resource of cib.configuration.resources) visit(resource, undefined)
  for (const template of cib.configuration.templates) known.add(template.id)
  for (const tag of cib.configuration.tags) known.add(tag.id)
  // A node's history may have made the plain name of an instance known.
  for (const state of cib.nodeStates) for (const { id } of state.history ?? []) inside.delete(id)
  for (const constraint of cib.configuration.constraints) {
    for (const name of namesIn(constraint)) {
      const clone = inside.get(name)
      if (clone !== undefined) {
        const message = `the constraint "${constraint.id}" names "${name}", which is inside of the clone "${clone}"`
        reading.complain('warning', 'inside-of-clone', message, constraint.at, `name "${clone}"`)
      }
      if (known.has(name)) continue
      const message = `the constraint "${constraint.id}" names the resource "${name}", which does not exist`
      reading.complain('warning', 'unknown-resource', message, constraint.at)
    }
  }
}

function namesIn(constraint: Constraint): readonly string[] {
  const inSets = constraint.sets.flatMap(set => set.members)
  switch (constraint.kind) {
    case 'location':
    case 'ticket':
      return [...(constraint.rsc === undefined ? [] : [constraint.rsc]), ...inSets]
    case 'colocation':
      return [constraint.rsc, constraint.withRsc, ...inSets].filter(name => name !== undefined)
    case 'order':
      return [constraint.firstRsc, constraint.thenRsc, ...inSets].filter(name => name !== undefined)
    default:
      return constraint satisfies never
  }
}
