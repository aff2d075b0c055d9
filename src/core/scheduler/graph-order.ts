// The order in which whoever runs the graph looks at its actions: it decides which of two actions that do not wait for
// one another comes first. Found by comparing the sequence that `crm_simulate -S` tells.
import type { Action, Resource } from './model.ts'
import type { Unpacked } from './world.ts'

/** Resource by resource, each one's latest action first; a clone's own after its instances'; then the cluster's and bundles' own. */
export function inGraphOrder(world: Unpacked): readonly Action[] {
  const found: Action[] = []
  for (const rsc of world.roots) visit(rsc, found)
  for (const action of world.actions.toReversed()) if (!action.rsc || action.rsc.kind === 'bundle') found.push(action)
  return found
}

function visit(rsc: Resource, found: Action[]): void {
  if (rsc.kind === 'primitive' || rsc.kind === 'group') found.push(...rsc.actions.toReversed())
  for (const part of partsOf(rsc)) visit(part, found)
  if (rsc.kind === 'clone') found.push(...rsc.actions.toReversed())
}

function partsOf({ bundle, children }: Resource): readonly Resource[] {
  if (!bundle) return children
  const outer = bundle.replicas.flatMap(({ ip, container, remote }) => [ip, container, remote])
  return [bundle.inner, ...outer].filter(part => part !== undefined)
}
