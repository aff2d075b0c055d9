// Each volume is one promotable clone of ocf:linbit:drbd, on the nodes that take part in its replication.
// Source: DRBD User's Guide 9, "Integrating DRBD with Pacemaker clusters"; Clusters from Scratch; the agent's meta-data.
import { seconds } from '../base/units.ts'
import type { Clone, Constraint } from '../cib/types.ts'
import { drbdResource, replicaId, volumeId } from '../model/names.ts'
import type { Cluster, Volume } from '../model/types.ts'
import type { Platform } from './artifacts.ts'
import { banned, located, metaOf, monitorTimeout, primitive, roleWords } from './cib-parts.ts'
import { replicationMembers } from './to-drbd.ts'

export function volumeClone(cluster: Cluster, volume: Volume, platform: Platform): Clone {
  const words = roleWords(platform)
  const id = volumeId(volume)
  return {
    kind: 'clone',
    id,
    parameters: [],
    meta: metaOf(id, {
      promotable: 'true',
      [words.promotedMax]: '1',
      [words.promotedNodeMax]: '1',
      'clone-max': String(replicationMembers(cluster, volume, platform).length),
      'clone-node-max': '1',
      notify: 'true',
      interleave: 'true',
    }),
    child: primitive(replicaId(volume), {
      class: 'ocf',
      provider: 'linbit',
      type: 'drbd',
      parameters: {
        drbd_resource: drbdResource(volume),
        // The agent's scores, with 0 for a disk that is only Consistent: while the peer may have newer data, Pacemaker
        // is not to try a promotion that the handler would refuse.
        adjust_master_score: '0 10 1000 10000',
      },
      operations: [
        { name: 'start', timeout: seconds(240) },
        { name: 'promote', timeout: seconds(90) },
        { name: 'demote', timeout: seconds(90) },
        { name: 'notify', timeout: seconds(90) },
        { name: 'stop', timeout: seconds(100) },
        // Two intervals, because Pacemaker tells the recurring monitors of the two roles apart by nothing else. Their time
        // is also the probes', and a probe that runs out of it on a machine busy with booting counts as a failure.
        { name: 'monitor', timeout: monitorTimeout, interval: seconds(29), role: words.promoted },
        { name: 'monitor', timeout: monitorTimeout, interval: seconds(31), role: words.unpromoted },
      ],
    }),
  }
}

/** Not where there is no replica; a diskless voter runs DRBD, but is never promoted. */
export function volumeConstraints(cluster: Cluster, volume: Volume, platform: Platform): readonly Constraint[] {
  const members = replicationMembers(cluster, volume, platform)
  return cluster.nodes.flatMap(node => {
    if (volume.nodes.includes(node.name)) return []
    const id = volumeId(volume)
    if (!members.includes(node)) return [banned(id, node.name)]
    return [located('apart', id, node.name, '-INFINITY', roleWords(platform).promoted)]
  })
}
