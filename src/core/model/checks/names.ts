// Names become Pacemaker ids, DRBD resources, host names and files: one grammar, and none that reads as another's part.
import { isNodeName } from '../../base/units.ts'
import { error, type Finding, repeated } from '../finding.ts'
import {
  addressId,
  fenceId,
  filesystemId,
  isName,
  isReservedName,
  mainId,
  replicaId,
  serviceId,
  volumeId,
} from '../names.ts'
import type { Cluster, Service, Volume } from '../types.ts'

const grammar = 'lower-case letters, digits and single dashes, a letter first, at most 32 characters'
const takenByHosts = ['localhost', 'ip6-localhost', 'ip6-loopback', 'ip6-allnodes', 'ip6-allrouters']

export function checkNames(cluster: Cluster): readonly Finding[] {
  const things = [
    ...cluster.volumes.map(({ name }) => ({ name, path: ['volumes', name] })),
    ...cluster.services.map(({ name }) => ({ name, path: ['services', name] })),
  ]
  const nodes = cluster.nodes.map(({ name }) => ({ name, path: ['nodes', name] }))
  return [
    ...[...things, ...nodes].flatMap(({ name, path }) =>
      isName(name) && isNodeName(name) ? [] : [error('bad-name', path, `\`${name}\` is not a name`, grammar)],
    ),
    ...nodes
      .filter(({ name }) => takenByHosts.includes(name))
      .map(({ name, path }) => error('reserved-name', path, `no node can be called \`${name}\``)),
    ...things
      .filter(({ name }) => isReservedName(name))
      .map(({ name, path }) =>
        error(
          'reserved-name',
          path,
          `\`${name}\` reads as the name of a part that Holdfast makes`,
          'avoid endings such as -fs, -ip, -drbd and beginnings such as fence-, prefer-',
        ),
      ),
    ...repeated(things, ({ name }) => name).map(({ item }) =>
      error(
        'name-twice',
        item.path,
        `\`${item.name}\` is the name of a volume and of a service`,
        'both become resources of Pacemaker: rename one',
      ),
    ),
    ...derivedTwice(cluster),
  ]
}

/** Names that differ may still lead to one id: part `b` of volume `a`, and volume `a-b`. */
function derivedTwice(cluster: Cluster): readonly Finding[] {
  const ids = [
    ...cluster.volumes.flatMap(volume => volumeIds(volume).map(id => ({ id, path: ['volumes', volume.name] }))),
    ...cluster.services.flatMap(service => serviceIds(service).map(id => ({ id, path: ['services', service.name] }))),
    ...cluster.nodes.flatMap(node =>
      node.fence.map((_, index) => ({ id: fenceId(node, index), path: ['nodes', node.name] })),
    ),
  ]
  const owner = (path: readonly string[]): string => path.join('.')
  return repeated(ids, ({ id }) => id)
    .filter(({ item }) => item.id !== item.path[1])
    .map(({ item, first }) =>
      error(
        'id-twice',
        item.path,
        `\`${owner(item.path)}\` and \`${owner(first.path)}\` would both make the resource ${item.id}`,
        'rename one of them',
      ),
    )
}

const volumeIds = (volume: Volume): readonly string[] => [
  volumeId(volume),
  replicaId(volume),
  ...volume.parts.map(part => filesystemId(volume, part)),
]
const serviceIds = (service: Service): readonly string[] => [
  serviceId(service),
  mainId(service),
  ...service.addresses.map((_, index) => addressId(service, index)),
]
