// Which Pacemaker primitives make up a service: those of which one instance runs in the cluster (mounts, process,
// address) and those with an instance on every node (DRBD replicas, a cloned daemon). Ids: core/model/names.ts.
import type { Snapshot } from '../live/snapshot.ts'
import { idsOf, mainId, replicaId, serviceId } from '../model/names.ts'
import type { Cluster, Service } from '../model/types.ts'

export interface Parts {
  readonly single: readonly string[]
  readonly cloned: readonly string[]
}

export function partsOf(cluster: Cluster, service: Service, snapshot: Snapshot): Parts {
  const replicas = cluster.volumes.filter(v => service.volumes.includes(v.name)).map(replicaId)
  const own = idsOf(service, cluster).filter(id => id !== serviceId(service))
  if (!isCloned(cluster, service, snapshot)) return { single: own, cloned: replicas }
  const main = mainId(service)
  return { single: own.filter(id => id !== main), cloned: [...replicas, main] }
}

/** A daemon that runs on all nodes stands in a container that its addresses are not in. */
function isCloned(cluster: Cluster, service: Service, snapshot: Snapshot): boolean {
  const container = serviceId(service)
  const main = snapshot.resources.filter(r => r.id === mainId(service))
  const rest = idsOf(service, cluster).filter(id => id !== container && id !== mainId(service))
  const others = snapshot.resources.filter(r => rest.includes(r.id))
  if (main.length > 1) return true
  return (
    main.some(r => r.within.includes(container)) &&
    others.length > 0 &&
    others.every(r => !r.within.includes(container))
  )
}
