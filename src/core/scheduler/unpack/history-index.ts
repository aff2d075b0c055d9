// The history of a resource on a node, found by names.
import type { Cib, ResourceHistory } from '../../cib/types.ts'
import type { Unpacked } from '../world.ts'

const indexes = new WeakMap<Cib, Map<string, Map<string, ResourceHistory>>>()

export function historyOn(world: Unpacked, node: string, rsc: string): ResourceHistory | undefined {
  let index = indexes.get(world.cib)
  if (!index) {
    index = new Map()
    for (const state of world.cib.nodeStates) {
      const byId = new Map<string, ResourceHistory>()
      for (const history of state.history ?? []) byId.set(history.id, history)
      index.set((state.uname ?? state.id).toLowerCase(), byId)
    }
    indexes.set(world.cib, index)
  }
  return index.get(node.toLowerCase())?.get(rsc)
}
