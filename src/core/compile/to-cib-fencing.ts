// One fence device for each entry of the model, each for exactly one node. Their monitors run from the other nodes, which
// are the ones that will need them; on two nodes one device waits a little, so that the two never shoot each other.
// Source: Pacemaker Explained, "Fencing": pcmk_host_list, pcmk_delay_base, priority-fencing-delay ≥ 2 × the delays.
import { seconds } from '../base/units.ts'
import type { Constraint, Primitive } from '../cib/types.ts'
import { fenceId } from '../model/names.ts'
import type { Cluster, FenceDevice, Node } from '../model/types.ts'
import { located, preference, primitive } from './cib-parts.ts'
import { secretParameters } from './secrets.ts'
import { timingOf } from './timing.ts'

export const fenceDevices = (cluster: Cluster): readonly Primitive[] =>
  cluster.fencing.kind === 'none'
    ? []
    : cluster.nodes.flatMap(node => node.fence.map((device, index) => deviceOf(cluster, node, device, index)))

const deviceOf = (cluster: Cluster, node: Node, device: FenceDevice, index: number): Primitive =>
  primitive(fenceId(node, index), {
    class: 'stonith',
    type: device.agent,
    parameters: {
      ...device.parameters,
      ...secretParameters(node, device, index),
      pcmk_host_list: node.name,
      pcmk_host_check: 'static-list',
      ...(isHeldBack(cluster, node) && { pcmk_delay_base: `${timingOf(cluster).tieBreak / 1_000}s` }),
    },
    operations: [
      { name: 'start', timeout: seconds(120) },
      { name: 'monitor', timeout: seconds(120), interval: seconds(120) },
    ],
  })

/** On two nodes, the one that is not preferred: a crash of the preferred one then costs no more than it must. */
function isHeldBack(cluster: Cluster, node: Node): boolean {
  if (cluster.nodes.length !== 2) return false
  const preferred = cluster.services.find(service => service.prefer !== undefined)?.prefer ?? cluster.nodes[0]?.name
  return node.name !== preferred
}

/** A preference, not a ban: a node left alone can still switch itself off when it cannot stop a service. */
export const fenceConstraints = (cluster: Cluster): readonly Constraint[] =>
  cluster.fencing.kind === 'none'
    ? []
    : cluster.nodes.flatMap(node =>
        node.fence.flatMap((_, index) =>
          cluster.nodes
            .filter(other => other !== node)
            .map(other => located('prefer', fenceId(node, index), other.name, preference)),
        ),
      )
