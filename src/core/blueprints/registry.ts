// All kinds of service, in the order in which the reference lists them. Adding one: a file beside this one and a line here;
// docs/checklists/add-a-blueprint.md says how.
import { found } from '../base/assert.ts'
import type { Cluster, Service } from '../model/types.ts'
import { type Occasion, type SealedBlueprint, type ServicePlan, seal } from './blueprint.ts'
import { haproxy } from './haproxy.ts'
import { postgresql } from './postgresql.ts'

export const blueprints: readonly SealedBlueprint[] = [seal(postgresql), seal(haproxy)]

/** The decoder has made sure that there is such a kind. */
export const blueprintOf = (service: { readonly blueprint: string }): SealedBlueprint =>
  found(
    blueprints.find(blueprint => blueprint.name === service.blueprint),
    `blueprint ${service.blueprint}`,
  )

/** For what is the same on every distribution. */
export const occasionOf = (cluster: Cluster, service: Service): Occasion => ({
  cluster,
  service,
  volumes: service.volumes.flatMap(name => cluster.volumes.filter(volume => volume.name === name)),
  distribution: { id: 'debian', version: 13 },
})

/** Ports, process and client: the same on every distribution. */
export const planOf = (cluster: Cluster, service: Service): ServicePlan =>
  blueprintOf(service).build(occasionOf(cluster, service))
