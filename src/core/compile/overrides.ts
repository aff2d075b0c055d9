// The same cluster on other machines: what belongs to the place (how to reach a node, what switches it off, which disk
// lies below a volume) is exchanged, what belongs to the cluster stays. The lab runs the user's own file this way.
import { found } from '../base/assert.ts'
import type { NodeName } from '../base/units.ts'
import type { Backing, Cluster, FenceDevice, Node, Volume, VolumePart } from '../model/types.ts'

/** What is not given stays as the cluster file says. */
export interface Place {
  readonly management?: ReadonlyMap<NodeName, Node['management']>
  readonly fence?: ReadonlyMap<NodeName, readonly FenceDevice[]>
  /** Each part of each volume, the same on every node. */
  readonly backing?: (volume: Volume, part: VolumePart) => Backing
  readonly witness?: string
}

export function placedAt(cluster: Cluster, place: Place): Cluster {
  const { quorum } = cluster
  return {
    ...cluster,
    nodes: cluster.nodes.map(node => ({
      ...node,
      management: of(place.management, node.name) ?? node.management,
      // Fencing that the file goes without is not smuggled in.
      fence: cluster.fencing.kind === 'none' ? node.fence : (of(place.fence, node.name) ?? node.fence),
    })),
    volumes: cluster.volumes.map(volume => ({
      ...volume,
      parts: volume.parts.map(part => ({ ...part, backing: place.backing?.(volume, part) ?? part.backing })),
    })),
    quorum: quorum.kind === 'witness' ? { ...quorum, host: place.witness ?? quorum.host } : quorum,
  }
}

/** Where a place tells of nodes at all, it tells of every one. */
const of = <T>(map: ReadonlyMap<NodeName, T> | undefined, node: NodeName): T | undefined =>
  map === undefined ? undefined : found(map.get(node), `${node} in the place`)
