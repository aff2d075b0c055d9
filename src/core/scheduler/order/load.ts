// Where room matters: on a node, everything that leaves has left before something that needs room starts.
// Source: "Pacemaker Explained" 2.1, "Utilization and Placement Strategy".
import { clusterPseudo } from '../constrain/order.ts'
import { type Action, type ClusterNode, Discovery, type Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { order } from './relate.ts'
import { Kind } from './types.ts'

function claim(left: Action, node: ClusterNode): void {
  left.node = node
  left.optional = false
}

export function loadConstraints(world: Unpacked, rsc: Resource): void {
  for (const node of rsc.runningOn) {
    const left = clusterPseudo(world, `load_stopped_${node.name}`)
    claim(left, node)
    order(world, { firstRsc: rsc, firstTask: 'stop', thenAction: left, type: Kind.load })
  }
  for (const node of world.nodes) {
    if (rsc.discovery[node.index] === Discovery.none) continue
    const left = clusterPseudo(world, `load_stopped_${node.name}`)
    claim(left, node)
    for (const task of ['start', 'migrate_to']) {
      order(world, { firstAction: left, thenRsc: rsc, thenTask: task, type: Kind.load })
    }
  }
}
