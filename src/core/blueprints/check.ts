// What only the kinds of service know: each blueprint's own checks, and ports that two services would both want.

import type { Finding } from '../model/finding.ts'
import type { Cluster, Service } from '../model/types.ts'
import type { Occasion } from './blueprint.ts'
import { blueprintOf } from './registry.ts'

export function checkBlueprints(cluster: Cluster): readonly Finding[] {
  const own = cluster.services.flatMap(service =>
    blueprintOf(service)
      .check(occasionOf(cluster, service))
      .map((problem): Finding => ({ ...problem, path: ['services', service.name, ...problem.path] })),
  )
  return own.some(problem => problem.severity === 'error') ? own : [...own, ...portsTwice(cluster)]
}

/** The distribution does not matter to what is asked here. */
const occasionOf = (cluster: Cluster, service: Service): Occasion => ({
  cluster,
  service,
  volumes: service.volumes.flatMap(name => cluster.volumes.filter(volume => volume.name === name)),
  distribution: { id: 'debian', version: 13 },
})

/** Any two services may meet on one node after a failure. */
function portsTwice(cluster: Cluster): readonly Finding[] {
  const taken = new Map<number, string>(
    cluster.volumes.map(volume => [volume.port, `the replication of ${volume.name}`]),
  )
  const findings: Finding[] = []
  for (const service of cluster.services)
    for (const port of blueprintOf(service).build(occasionOf(cluster, service)).ports) {
      const owner = taken.get(port)
      const path = ['services', service.name, 'parameters', 'port']
      if (owner === undefined) taken.set(port, service.name)
      else {
        const message = `port ${port} of ${service.name} is also that of ${owner}: after a failure both may be on one node`
        findings.push({
          severity: 'error',
          code: 'port-twice',
          message,
          path,
          hint: 'give one of them another port under `parameters`',
        })
      }
    }
  return findings
}
