// Resources that the configuration does not know, but a node's history does: they are stopped, or left alone.
// Source: "Pacemaker Explained" 2.1, stop-orphan-resources.
import { MINUS_INFINITY } from '../../base/score.ts'
import type { NodeState, Primitive, ResourceHistory } from '../../cib/types.ts'
import { ban } from '../constrain/bans.ts'
import type { Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { makeResource } from './resources.ts'

/** A resource that the configuration does not know, but a node's history does. */
export function orphan(world: Unpacked, history: ResourceHistory): Resource {
  const source: Primitive = {
    kind: 'primitive',
    id: history.id,
    class: history.class,
    provider: history.provider,
    type: history.type,
    meta: [],
    parameters: [],
    operations: [],
    utilization: [],
  }
  const rsc = makeResource(world, source, undefined, history.id)
  rsc.orphan = true
  if (rsc.isRemoteConnection) attachOrphanedRemote(world, rsc)
  const container = history.container === undefined ? undefined : world.byId.get(history.container)
  if (container) {
    rsc.container = container
    container.fillers.push(rsc)
  }
  world.roots.push(rsc)
  if (!world.options.stopOrphans) rsc.managed = false
  else for (const one of world.nodes) ban(world, rsc, one, MINUS_INFINITY, '__orphan_do_not_run__')
  return rsc
}

function attachOrphanedRemote(world: Unpacked, rsc: Resource): void {
  const remote = world.nodeByName.get(rsc.id.toLowerCase())
  if (remote?.kind !== 'remote') return
  remote.remoteResource = rsc
  remote.shutdown = true
  world.haveRemoteNodes = true
}

export function linkOrphanedFillers(world: Unpacked, state: NodeState): void {
  for (const history of state.history ?? []) {
    if (history.container === undefined) continue
    const rsc = world.byId.get(history.id)
    const container = world.byId.get(history.container)
    if (!rsc || !container || rsc.container || !rsc.orphan) continue
    rsc.container = container
    container.fillers.push(rsc)
  }
}
