// A service that fails over is one group: mounts, the service proper, addresses; with its Promoted volumes, after their
// promotion. A service that runs everywhere is one clone, and each of its addresses follows a live instance.
// Source: Clusters from Scratch, "Configure the Cluster for the DRBD device"; best practice, "Services and their agents".

import { seconds } from '../base/units.ts'
import type { SealedBlueprint } from '../blueprints/blueprint.ts'
import type { Constraint, Primitive, Resource } from '../cib/types.ts'
import { addressId, drbdDevice, filesystemId, mainId, serviceId, volumeId } from '../model/names.ts'
import type { Cluster, Node, Service, ServiceAddress, Volume, VolumePart } from '../model/types.ts'
import type { Platform } from './artifacts.ts'
import {
  banned,
  inOrder,
  located,
  metaOf,
  monitorTimeout,
  preference,
  primitive,
  roleWords,
  together,
} from './cib-parts.ts'

export const volumesOf = (cluster: Cluster, service: Service): readonly Volume[] =>
  service.volumes.flatMap(name => cluster.volumes.filter(volume => volume.name === name))

/** A node without a replica of all its volumes never runs a service. */
export const canRun = (cluster: Cluster, service: Service, node: Node): boolean =>
  volumesOf(cluster, service).every(volume => volume.nodes.includes(node.name))

export function serviceResources(
  cluster: Cluster,
  service: Service,
  blueprint: SealedBlueprint,
  platform: Platform,
): readonly Resource[] {
  const volumes = volumesOf(cluster, service)
  const { agent } = blueprint.build({ cluster, service, volumes, distribution: platform.distribution })
  const isEverywhere = blueprint.placement === 'everywhere'
  const main = primitive(mainId(service), {
    ...agent,
    meta: isEverywhere ? {} : { priority: String(priorityOf(cluster, service)) },
  })
  const addresses = service.addresses.map((address, index) =>
    addressPrimitive(addressId(service, index), address, isEverywhere ? addressMeta(cluster, service) : {}),
  )
  const id = serviceId(service)
  if (isEverywhere) {
    const meta = metaOf(id, { interleave: 'true', 'clone-node-max': '1' })
    return [{ kind: 'clone', id, parameters: [], meta, child: main }, ...addresses]
  }
  const mounts = volumes.flatMap(volume => volume.parts.map(part => mount(volume, part)))
  return [{ kind: 'group', id, parameters: [], meta: [], members: [...mounts, main, ...addresses] }]
}

/** Powers of two, the first service highest, so that different services never weigh the same on both nodes: it decides
 *  whose fencing is held back (`priority-fencing-delay`). Addresses of one service may tie; then `pcmk_delay_base` does. */
const priorityOf = (cluster: Cluster, service: Service): number =>
  2 ** (cluster.services.length - 1 - cluster.services.indexOf(service))

/** Addresses with different preferences share the load: they return to their nodes, which costs an address's move and
 *  no data. Otherwise the general stickiness holds. */
function addressMeta(cluster: Cluster, service: Service): Readonly<Record<string, string>> {
  const places = new Set(service.addresses.map(address => address.prefer ?? service.prefer ?? ''))
  const priority = String(priorityOf(cluster, service))
  return places.size > 1 ? { priority, 'resource-stickiness': '1' } : { priority }
}

const mount = (volume: Volume, part: VolumePart): Primitive =>
  primitive(filesystemId(volume, part), {
    class: 'ocf',
    provider: 'heartbeat',
    type: 'Filesystem',
    parameters: {
      device: drbdDevice(volume, part),
      directory: part.mount,
      fstype: part.filesystem,
      options: 'noatime',
      fast_stop: 'no',
      force_unmount: 'safe',
    },
    operations: [
      { name: 'start', timeout: seconds(60) },
      { name: 'stop', timeout: seconds(60) },
      { name: 'monitor', timeout: monitorTimeout, interval: seconds(20) },
    ],
  })

/** The agent watches the interface's link by itself in the releases that can (`check_link_status`, on by default). */
const addressPrimitive = (id: string, address: ServiceAddress, meta: Readonly<Record<string, string>>): Primitive =>
  primitive(id, {
    class: 'ocf',
    provider: 'heartbeat',
    type: 'IPaddr2',
    parameters: {
      ip: address.address,
      cidr_netmask: String(address.prefixLength),
      ...(address.interface !== undefined && { nic: address.interface }),
    },
    meta,
    operations: [
      { name: 'start', timeout: seconds(60) },
      { name: 'stop', timeout: seconds(60) },
      { name: 'monitor', timeout: monitorTimeout, interval: seconds(10) },
    ],
  })

export function serviceConstraints(
  cluster: Cluster,
  service: Service,
  blueprint: SealedBlueprint,
  platform: Platform,
): readonly Constraint[] {
  const id = serviceId(service)
  const { promoted } = roleWords(platform)
  const after = service.after.map(other => inOrder(other, id))
  if (blueprint.placement === 'everywhere')
    return [...after, ...service.addresses.flatMap((address, index) => followLive(service, address, index))]
  const volumes = volumesOf(cluster, service).flatMap(volume => [
    together(id, volumeId(volume), promoted),
    inOrder(volumeId(volume), id, 'promote'),
  ])
  const company = service.with.map(other => together(id, other))
  const prefer = service.prefer === undefined ? [] : [located('prefer', id, service.prefer, preference)]
  const apart = cluster.nodes.filter(node => !canRun(cluster, service, node)).map(node => banned(id, node.name))
  return [...volumes, ...company, ...after, ...prefer, ...apart]
}

/** What runs everywhere is with everybody already: its addresses are what follows another service. */
function followLive(service: Service, address: ServiceAddress, index: number): readonly Constraint[] {
  const id = addressId(service, index)
  const node = address.prefer ?? service.prefer
  return [
    together(id, serviceId(service)),
    inOrder(serviceId(service), id),
    ...service.with.map(other => together(id, other)),
    ...(node === undefined ? [] : [located('prefer', id, node, preference)]),
  ]
}
