// What a machine has to let in, and from whom: the cluster's links, the replication, the clients, and at the witness the
// nodes. Source: corosync.conf(5) (seen too: link N listens on 5405 + N); corosync-qnetd(8).
import { found } from '../base/assert.ts'
import type { ServicePlan } from '../blueprints/blueprint.ts'
import { networkText, parseAddress } from '../model/addresses.ts'
import type { Cluster, Node, Service, Volume } from '../model/types.ts'
import type { Opening, Platform } from './artifacts.ts'
import { toDrbd } from './to-drbd.ts'

const corosyncPort = 5405
const witnessPort = 5403

export function openingsOf(
  cluster: Cluster,
  node: Node,
  platform: Platform,
  volumes: readonly Volume[],
  served: readonly { readonly service: Service; readonly plan: ServicePlan }[],
): readonly Opening[] {
  const peers = cluster.nodes.filter(other => other !== node)
  return [
    ...node.links.map((at, link): Opening => {
      const from = peers.map(peer => found(peer.links[link], `link ${link} of ${peer.name}`))
      return { protocol: 'udp', port: corosyncPort + link, from, at, who: 'nodes', why: `Corosync link ${link}` }
    }),
    ...volumes.flatMap(volume => replication(cluster, node, platform, volume)),
    ...served.flatMap(({ service, plan }) =>
      plan.ports.map(
        (port): Opening => ({
          protocol: 'tcp',
          port,
          from: plan.clients.map(networkText),
          who: 'clients',
          why: `clients of ${service.name}`,
        }),
      ),
    ),
  ]
}

/** On the addresses that DRBD listens at, and only those. */
const replication = (cluster: Cluster, node: Node, platform: Platform, volume: Volume): readonly Opening[] =>
  toDrbd(cluster, volume, platform).paths.map((path): Opening => {
    const own = found(
      path.find(end => end.host === node.name),
      `${node.name} in a path of ${volume.name}`,
    )
    const from = path.filter(end => end !== own).map(end => end.address)
    return { protocol: 'tcp', port: own.port, from, at: own.address, who: 'nodes', why: `DRBD ${volume.name}` }
  })

/** A node may come from any of its own addresses, whichever leads to the witness; a management name is not one. */
export const witnessOpenings = (cluster: Cluster): readonly Opening[] => [
  {
    protocol: 'tcp',
    port: witnessPort,
    from: [...new Set(cluster.nodes.flatMap(node => [...node.links, ...numeric(node.management.host)]))],
    who: 'nodes',
    why: `votes for ${cluster.name}`,
  },
]

const numeric = (host: string): readonly string[] => (parseAddress(host) && !host.startsWith('127.') ? [host] : [])
