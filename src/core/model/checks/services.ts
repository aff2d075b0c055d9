// Services: what they refer to, whom they depend on, where they can run at all.
// Source: Pacemaker Explained, "Ordering constraints" (no loops), "Colocation"; best practice, "auto failback".
import { topologicalSort } from '../../base/graph.ts'
import { milliseconds, type NodeName, showDuration } from '../../base/units.ts'
import { choice, error, type Finding, repeated, warning } from '../finding.ts'
import type { Cluster, Service } from '../types.ts'

export function checkServices(cluster: Cluster): readonly Finding[] {
  if (cluster.services.length === 0)
    return [warning('no-services', ['cluster'], 'this cluster keeps no service running')]
  return [
    ...cluster.services.flatMap(service => [
      ...checkReferences(cluster, service),
      ...checkNodes(cluster, service),
      ...checkCompany(cluster, service),
      ...checkBudget(cluster, service),
    ]),
    ...checkSharedVolumes(cluster),
    ...checkCycles(cluster, 'after'),
    ...checkCycles(cluster, 'with'),
  ]
}

function checkReferences(cluster: Cluster, service: Service): readonly Finding[] {
  const path = ['services', service.name]
  const volumes = cluster.volumes.map(volume => volume.name)
  const others = cluster.services.map(other => other.name).filter(name => name !== service.name)
  const unknown = (key: 'volumes' | 'with' | 'after', known: readonly string[], kind: string): readonly Finding[] =>
    service[key].flatMap((name, index) => {
      if (known.includes(name)) return []
      const here = [...path, key, index]
      return name === service.name && key !== 'volumes'
        ? [error('depends-on-itself', here, `${name} cannot depend on itself`)]
        : [
            error(
              `unknown-${kind}`,
              here,
              `${service.name}: there is no ${kind} \`${name}\``,
              choice(name, known, kind),
            ),
          ]
    })
  const twice = (key: 'volumes' | 'with' | 'after'): readonly Finding[] =>
    repeated(service[key], name => name).map(({ item }) =>
      error('named-twice', [...path, key], `${service.name}: \`${item}\` is named twice`),
    )
  return [
    ...unknown('volumes', volumes, 'volume'),
    ...unknown('with', others, 'service'),
    ...unknown('after', others, 'service'),
    ...(['volumes', 'with', 'after'] as const).flatMap(twice),
  ]
}

/** Where all of its volumes have a replica. */
function possibleNodes(cluster: Cluster, service: Service): readonly NodeName[] {
  const volumes = cluster.volumes.filter(volume => service.volumes.includes(volume.name))
  return cluster.nodes.map(node => node.name).filter(node => volumes.every(volume => volume.nodes.includes(node)))
}

function checkNodes(cluster: Cluster, service: Service): readonly Finding[] {
  const path = ['services', service.name]
  const names: readonly string[] = cluster.nodes.map(node => node.name)
  const possible = possibleNodes(cluster, service)
  const { prefer } = service
  if (prefer !== undefined && !names.includes(prefer))
    return [
      error(
        'unknown-node',
        [...path, 'prefer'],
        `${service.name}: there is no node \`${prefer}\``,
        choice(prefer, names, 'node'),
      ),
    ]
  if (possible.length < 2 && names.length >= 2)
    return [
      error(
        'nowhere-to-go',
        [...path, 'volumes'],
        `${service.name} could run on ${possible.join(', ') || 'no node'} only: its volumes have too few replicas in common`,
      ),
    ]
  if (prefer !== undefined && !possible.includes(prefer))
    return [
      error(
        'prefers-no-replica',
        [...path, 'prefer'],
        `${service.name} cannot run on ${prefer}: there is no replica of its volumes`,
        choice(prefer, possible, 'node'),
      ),
    ]
  return []
}

function checkCompany(cluster: Cluster, service: Service): readonly Finding[] {
  return service.with.flatMap((name, index) => {
    const other = cluster.services.find(candidate => candidate.name === name)
    if (other === undefined || other === service) return []
    const path = ['services', service.name, 'with', index]
    const common = possibleNodes(cluster, service).filter(node => possibleNodes(cluster, other).includes(node))
    if (common.length < 2)
      return [error('nowhere-together', path, `${service.name} and ${name} have fewer than two nodes in common`)]
    const disagree = service.prefer !== undefined && other.prefer !== undefined && service.prefer !== other.prefer
    return disagree
      ? [
          warning(
            'prefers-apart',
            path,
            `${service.name} must be with ${name}, but prefers ${service.prefer} while ${name} prefers ${other.prefer}`,
          ),
        ]
      : []
  })
}

/** What goes by before the survivor may even begin: token + consensus of the profile (compile/timing.ts). */
const silence = { 'lan-fast': 1_300, balanced: 6_600, cloud: 44_000 } as const

function checkBudget(cluster: Cluster, service: Service): readonly Finding[] {
  const detection = milliseconds(silence[cluster.timing])
  if (service.budget === undefined || service.budget > detection) return []
  const hint = cluster.timing === 'lan-fast' ? 'no failover is this fast' : 'a larger `budget`, or a faster `timing`'
  return [
    warning(
      'budget-too-small',
      ['services', service.name, 'budget'],
      `${service.name}: ${cluster.timing} timing takes ${showDuration(detection)} to declare a node lost, which is the whole budget of ${showDuration(service.budget)}`,
      hint,
    ),
  ]
}

function checkSharedVolumes(cluster: Cluster): readonly Finding[] {
  const uses = cluster.services.flatMap(service => service.volumes.map((volume, index) => ({ service, volume, index })))
  return repeated(uses, ({ volume }) => volume)
    .filter(({ item, first }) => item.service !== first.service)
    .map(({ item, first }) =>
      error(
        'volume-shared',
        ['services', item.service.name, 'volumes', item.index],
        `${item.volume} is used by ${first.service.name} already`,
        'a volume is mounted for one service; `with` puts two services on one node',
      ),
    )
}

function checkCycles(cluster: Cluster, key: 'with' | 'after'): readonly Finding[] {
  const sorted = topologicalSort(
    new Map(cluster.services.map(service => [service.name, service[key].filter(name => name !== service.name)])),
  )
  if (sorted.kind === 'sorted') return []
  const [start = ''] = sorted.path
  return [
    error(
      'loop',
      ['services', start, key],
      `\`${key}\` goes round in a circle: ${sorted.path.join(' → ')}`,
      'take one of them out',
    ),
  ]
}
