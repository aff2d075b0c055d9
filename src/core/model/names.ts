// The fixed names that everything below a cluster file is known by: Pacemaker ids, DRBD resources, logical volumes,
// secrets. The compiler writes them; plan, simulator, scenarios and views read them back, so both directions are here.
//
//   a service's container in Pacemaker has the service's name   `db`         group, or clone where it runs on all nodes
//     its parts                                                 `db-postgresql`, `db-fs`, `db-wal-fs`, `db-ip`, `db-ip-2`
//   a volume's container has the volume's name                  `pgdata`     promotable clone, and the DRBD resource
//     the one primitive inside                                  `pgdata-drbd`
//   a node's fence devices                                      `fence-alpha`, `fence-alpha-2`, in the file's order
//   a constraint says its kind and what it ties                 `together-db-pgdata`, `order-pgdata-db`, `prefer-db-alpha`
//
// Services, volumes and nodes share one grammar; services and volumes also share one name space (see `check.ts`).
import type { Cluster, FenceDevice, Node, Service, Volume, VolumePart } from './types.ts'

/** Lower case, digits and single dashes; begins with a letter; the suffixes of parts cannot be mistaken for it. */
export const isName = (text: string): boolean => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text) && text.length <= 32

const partSuffix = /-(?:drbd|fs|ip|ip-[0-9]+|postgresql|haproxy)$/

/** Names that would read as a part of something else, or as one of our own ids. */
export const isReservedName = (text: string): boolean =>
  partSuffix.test(text) || /^(?:fence|together|apart|order|prefer|cli|drbd-fence)-/.test(text)

export const serviceId = (service: Pick<Service, 'name'>): string => service.name
/** The primitive that is the service proper; a blueprint's name is its suffix. */
export const mainId = (service: Pick<Service, 'name' | 'blueprint'>): string => `${service.name}-${service.blueprint}`
export const addressId = (service: Pick<Service, 'name'>, index: number): string =>
  index === 0 ? `${service.name}-ip` : `${service.name}-ip-${index + 1}`
/** The mount of one part of one of the service's volumes. */
export const filesystemId = (volume: Pick<Volume, 'name'>, part: Pick<VolumePart, 'name'>): string =>
  part.name === '' ? `${volume.name}-fs` : `${volume.name}-${part.name}-fs`

export const volumeId = (volume: Pick<Volume, 'name'>): string => volume.name
export const replicaId = (volume: Pick<Volume, 'name'>): string => `${volume.name}-drbd`
export const drbdResource = (volume: Pick<Volume, 'name'>): string => volume.name
export const drbdDevice = (volume: Pick<Volume, 'name'>, part: Pick<VolumePart, 'number'>): string =>
  `/dev/drbd/by-res/${volume.name}/${part.number}`
export const logicalVolume = (volume: string, part: string): string => (part === '' ? volume : `${volume}-${part}`)

export const fenceId = (node: Pick<Node, 'name'>, index: number): string =>
  index === 0 ? `fence-${node.name}` : `fence-${node.name}-${index + 1}`

/** The secret behind a fence device's parameter, as `{secret:NAME}` and below `secretDirectory` on each node. */
export const fenceSecret = (node: Pick<Node, 'name'>, index: number, parameter: string): string =>
  `${fenceId(node, index)}-${parameter}`
export const secretDirectory = '/etc/holdfast/secrets'
export const corosyncKeySecret = 'corosync-authkey'

/** What a Pacemaker id belongs to, from the cluster: `db-ip` → service `db`; `fence-alpha-2` → node `alpha`. */
export type Owner =
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'volume'; readonly volume: Volume }
  | { readonly kind: 'fence'; readonly node: Node; readonly device: FenceDevice }

export function owners(cluster: Cluster): ReadonlyMap<string, Owner> {
  const map = new Map<string, Owner>()
  for (const volume of cluster.volumes) {
    map.set(volumeId(volume), { kind: 'volume', volume })
    map.set(replicaId(volume), { kind: 'volume', volume })
  }
  for (const service of cluster.services)
    for (const id of idsOf(service, cluster)) map.set(id, { kind: 'service', service })
  for (const node of cluster.nodes)
    for (const [index, device] of node.fence.entries()) map.set(fenceId(node, index), { kind: 'fence', node, device })
  return map
}

/** Every Pacemaker resource id of a service: container, mounts, main primitive, addresses; in the order of their start. */
export function idsOf(service: Service, cluster: Cluster): readonly string[] {
  const mounts = cluster.volumes
    .filter(volume => service.volumes.includes(volume.name))
    .flatMap(volume => volume.parts.map(part => filesystemId(volume, part)))
  return [
    serviceId(service),
    ...mounts,
    mainId(service),
    ...service.addresses.map((_, index) => addressId(service, index)),
  ]
}
