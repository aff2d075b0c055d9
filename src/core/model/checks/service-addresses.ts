// The addresses that clients know: each on one machine at a time, and in a network that the machines are in.
import { isNetworkOrBroadcast, parseAddress, sameAddress, sameNetwork, unusable } from '../addresses.ts'
import { choice, error, type FilePath, type Finding, repeated, warning } from '../finding.ts'
import type { Cluster, Service, ServiceAddress } from '../types.ts'

interface Place {
  readonly service: Service
  readonly entry: ServiceAddress
  readonly path: FilePath
}

export function checkServiceAddresses(cluster: Cluster): readonly Finding[] {
  const places = cluster.services.flatMap(service =>
    service.addresses.map(
      (entry, index): Place => ({ service, entry, path: ['services', service.name, 'addresses', index] }),
    ),
  )
  return [
    ...places.flatMap(place => checkOne(cluster, place)),
    ...repeated(places, ({ entry }) => String(parseAddress(entry.address)?.value ?? entry.address)).map(
      ({ item, first }) =>
        error('address-twice', item.path, `${item.entry.address} is an address of ${first.service.name} already`),
    ),
  ]
}

function checkOne(cluster: Cluster, { service, entry, path }: Place): readonly Finding[] {
  const text = `${entry.address}/${entry.prefixLength}`
  const address = parseAddress(entry.address)
  if (address === undefined) return [error('bad-address', path, `\`${entry.address}\` is not an IP address`)]
  const why = unusable(address)
  if (why !== undefined) return [error('unusable-address', path, `${entry.address} is ${why}`)]
  if (entry.prefixLength < 1 || entry.prefixLength > address.bits)
    return [
      error('bad-prefix', path, `a prefix length of ${entry.prefixLength} does not exist`, `1 to ${address.bits}`),
    ]
  if (isNetworkOrBroadcast(address, entry.prefixLength))
    return [
      error('not-a-host', path, `${text} is the first or the last address of its network: no machine can have it`),
    ]
  const owner = cluster.nodes.find(node =>
    [...node.links, node.management.host].some(own => {
      const parsed = parseAddress(own)
      return parsed !== undefined && sameAddress(parsed, address)
    }),
  )
  if (owner !== undefined)
    return [
      error(
        'address-of-node',
        path,
        `${entry.address} is ${owner.name}'s own address`,
        'a service needs one that moves with it',
      ),
    ]
  const names: readonly string[] = cluster.nodes.map(node => node.name)
  if (entry.prefer !== undefined && !names.includes(entry.prefer))
    return [
      error(
        'unknown-node',
        [...path, 'prefer'],
        `${service.name}: there is no node \`${entry.prefer}\``,
        choice(entry.prefer, names, 'node'),
      ),
    ]
  return offLink(cluster, entry)
    ? [
        warning(
          'address-off-link',
          path,
          `no node is known to have an address in the network of ${text}`,
          'a node can carry it only on an interface in that network; `interface: NAME` says which',
        ),
      ]
    : []
}

/** Only what the file tells is known: a management host given by name may well be in that network. */
function offLink(cluster: Cluster, entry: ServiceAddress): boolean {
  const address = parseAddress(entry.address)
  if (address === undefined || entry.interface !== undefined) return false
  return cluster.nodes.every(node => {
    const known = [...node.links, node.management.host].map(parseAddress)
    return known.every(own => own !== undefined && !sameNetwork(own, address, entry.prefixLength))
  })
}
