// The compiler's door: a valid cluster and what its machines run → everything that has to be on them.
// Pure and stable: the same input gives the same bytes. What cannot be built on a platform is told by `platform-check.ts`.
import type { NodeName } from '../base/units.ts'
import type { ServicePlan } from '../blueprints/blueprint.ts'
import type { Cluster, Service } from '../model/types.ts'
import type { Artifacts, HostArtifacts, HostFile, Platform, ServiceProof, VolumePreparation } from './artifacts.ts'
import { toCib } from './to-cib.ts'
import { servicePlan, toHost } from './to-host.ts'

export function compile(cluster: Cluster, platform: Platform): Artifacts {
  const each = cluster.services.map(service => ({ service, plan: servicePlan(cluster, service, platform) }))
  return {
    hosts: new Map(
      cluster.nodes.map((node): [NodeName, HostArtifacts] => [node.name, toHost(cluster, node, platform)]),
    ),
    cib: toCib(cluster, platform),
    preparations: each.flatMap(({ service, plan }) => preparationOf(service, plan)),
    users: [...new Set(each.flatMap(({ plan }) => plan.users))],
    proofs: each.flatMap(({ service, plan }): readonly ServiceProof[] =>
      plan.proof === undefined ? [] : [{ service: service.name, ...plan.proof }],
    ),
  }
}

/** A service's data is prepared when all its volumes are mounted; it is told under the first of them. */
function preparationOf(service: Service, { preparation }: ServicePlan): readonly VolumePreparation[] {
  const [volume] = service.volumes
  if (preparation === undefined || volume === undefined) return []
  const files = preparation.files.map(({ reload: _, ...file }): HostFile => ({ ...file, then: [] }))
  return [{ service: service.name, volume, ...preparation, files }]
}
