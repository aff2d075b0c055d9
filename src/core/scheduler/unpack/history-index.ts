// The history of a resource on a node, found by names.
import { once } from '../../base/once.ts'
import type { Cib, ResourceHistory } from '../../cib/types.ts'
import type { Unpacked } from '../world.ts'

const indexOf = once((cib: Cib): ReadonlyMap<string, ReadonlyMap<string, ResourceHistory>> => {
  const index = new Map<string, ReadonlyMap<string, ResourceHistory>>()
  for (const state of cib.nodeStates) {
    const byId = new Map<string, ResourceHistory>()
    for (const history of state.history ?? []) byId.set(history.id, history)
    index.set((state.uname ?? state.id).toLowerCase(), byId)
  }
  return index
})

export const historyOn = (world: Unpacked, node: string, rsc: string): ResourceHistory | undefined =>
  indexOf(world.cib).get(node.toLowerCase())?.get(rsc)
