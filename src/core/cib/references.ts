// What a CIB must not leave open: constraints that name resources which do not exist. `crm_verify` refuses these.
import type { Reading } from './reading.ts'
import type { Cib, Constraint, Resource } from './types.ts'

export function checkReferences(cib: Cib, reading: Reading): void {
  const known = new Set<string>()
  const visit = (resource: Resource): void => {
    known.add(resource.id)
    if (resource.kind === 'group') resource.members.forEach(visit)
    else if (resource.kind === 'clone') visit(resource.child)
    else if (resource.kind === 'bundle' && resource.primitive) visit(resource.primitive)
  }
  cib.configuration.resources.forEach(visit)
  for (const template of cib.configuration.templates) known.add(template.id)
  for (const tag of cib.configuration.tags) known.add(tag.id)
  for (const constraint of cib.configuration.constraints) {
    for (const name of namesIn(constraint)) {
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
