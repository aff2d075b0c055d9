// What a scenario may speak of in this cluster, and which resource ends which phase of a failover.
import { found } from '../base/assert.ts'
import { runningOn, startedOn } from '../drill/conditions.ts'
import type { ResourcePhase } from '../drill/marks.ts'
import type { Parts } from '../drill/parse.ts'
import type { Vocabulary } from '../drill/types.ts'
import type { Snapshot } from '../live/snapshot.ts'
import { addressId, filesystemId, idsOf, mainId, replicaId } from '../model/names.ts'
import type { Cluster, Service } from '../model/types.ts'

export function vocabularyOf(cluster: Cluster): Vocabulary {
  return {
    nodes: cluster.nodes.map(node => node.name),
    volumes: cluster.volumes.map(volume => volume.name),
    services: cluster.services.map(service => ({
      name: service.name,
      // The container itself is no primitive, so it does not occur in a snapshot.
      resources: idsOf(service, cluster).slice(1),
      volumes: service.volumes,
    })),
    links: cluster.nodes[0]?.links.length ?? 0,
    witness: cluster.quorum.kind === 'witness',
  }
}

export function phasesOf(cluster: Cluster): ResourcePhase {
  const phases: [string, { phase: 'promotion' | 'mount' | 'recovery' | 'address'; service: string }][] = []
  for (const service of cluster.services) {
    for (const name of service.volumes) {
      const volume = found(
        cluster.volumes.find(v => v.name === name),
        `volume ${name}`,
      )
      phases.push([replicaId(volume), { phase: 'promotion', service: service.name }])
      const last = volume.parts.at(-1)
      if (last) phases.push([filesystemId(volume, last), { phase: 'mount', service: service.name }])
    }
    phases.push([mainId(service), { phase: 'recovery', service: service.name }])
    for (const index of service.addresses.keys())
      phases.push([addressId(service, index), { phase: 'address', service: service.name }])
  }
  return new Map(phases)
}

/**
 * `@active`: where the service runs now, or, where its addresses share the load, its first one; `@peer`: the first other
 * node in the order of the file.
 */
export function partsOf(cluster: Cluster, { name, addresses }: Service, snapshot: Snapshot): Parts {
  const moment = { snapshot, vocabulary: vocabularyOf(cluster), since: snapshot.at }
  const first = addresses.length === 0 ? [] : startedOn(addressId({ name }, 0), moment)
  const [active] = [...runningOn(name, moment), ...first]
  if (!active) return {}
  const peer = cluster.nodes.find(node => node.name !== active)?.name
  return { '@active': active, ...(peer ? { '@peer': peer } : {}) }
}
