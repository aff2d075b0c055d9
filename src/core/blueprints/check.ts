// What only the kinds of service know: each blueprint's own checks, and ports that two services would both want.

import type { Finding } from '../model/finding.ts'
import type { Cluster } from '../model/types.ts'
import { blueprintOf, occasionOf, planOf } from './registry.ts'

export function checkBlueprints(cluster: Cluster): readonly Finding[] {
  const own = cluster.services.flatMap(service =>
    blueprintOf(service)
      .check(occasionOf(cluster, service))
      .map((problem): Finding => ({ ...problem, path: ['services', service.name, ...problem.path] })),
  )
  return own.some(problem => problem.severity === 'error') ? own : [...own, ...portsTwice(cluster)]
}

/** Any two services may meet on one node after a failure. */
function portsTwice(cluster: Cluster): readonly Finding[] {
  const taken = new Map<number, string>(
    cluster.volumes.map(volume => [volume.port, `the replication of ${volume.name}`]),
  )
  const findings: Finding[] = []
  for (const service of cluster.services)
    for (const port of planOf(cluster, service).ports) {
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
