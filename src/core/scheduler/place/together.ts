// What must go with a resource: everything that mandatory colocations tie to it, directly or through others.
import { INFINITY } from '../../base/score.ts'
import type { Resource } from '../model.ts'

export function spreadSet(start: Resource): ReadonlySet<Resource> {
  const found = new Set<Resource>()
  visit(start, start, found)
  return found
}

function visit(rsc: Resource, origin: Resource, found: Set<Resource>): void {
  if (found.has(rsc)) return
  found.add(rsc)
  for (const rule of rsc.thisWith) {
    if (rule.score < INFINITY || found.has(rule.primary)) continue
    visit(rule.primary, origin, found)
  }
  for (const rule of rsc.withThis) {
    if (rule.score < INFINITY || found.has(rule.dependent)) continue
    // Nobody can tell with which instance of a clone something else will be.
    if (isMany(rsc) && !isMany(rule.dependent)) continue
    if (!rule.influence && rsc.runningOn.length > 0) continue
    visit(rule.dependent, origin, found)
  }
  const { parent } = rsc
  if (parent && parent.kind === 'group') visit(parent, origin, found)
}

const isMany = (rsc: Resource): boolean => rsc.kind === 'clone' || rsc.kind === 'bundle'
