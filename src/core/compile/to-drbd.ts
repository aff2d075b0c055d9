// Model → one DRBD resource for each volume, in the words of the installed release.
// Data is protected in one of two ways, never both: with two replicas by fencing the peer before writing on alone, with
// three (the third may be diskless) by DRBD 9's own quorum. Split brains are never resolved by DRBD itself.
// Source: DRBD User's Guide 9, "Fencing", "Quorum", "Split brain"; drbd.conf-8.4(5), drbd.conf-9.0(5).
import { found } from '../base/assert.ts'
import type { DrbdAddress, DrbdHost, DrbdResource, Options } from '../drbd/types.ts'
import { volumeId } from '../model/names.ts'
import type { Cluster, Node, Volume, VolumePart } from '../model/types.ts'
import type { Platform } from './artifacts.ts'
import { drbdHandlers } from './drbd-handler.ts'
import { timingOf } from './timing.ts'
import { isAtLeast } from './versions.ts'

export const isDrbd9 = (platform: Platform): boolean => isAtLeast(platform.drbd, '9')

export function toDrbd(cluster: Cluster, volume: Volume, platform: Platform): DrbdResource {
  const nine = isDrbd9(platform)
  const members = replicationMembers(cluster, volume, platform)
  const hosts = members.map(node => hostOf(cluster, volume, node, nine))
  const protection = protectionOf(cluster, volume, members.length, platform)
  return {
    name: volume.name,
    hosts,
    paths: pathsOf(volume, members, nine),
    options: { ...(nine && { 'auto-promote': 'no' }), ...protection.options },
    net: {
      protocol: volume.protocol,
      ...timingOf(cluster).replication,
      'max-buffers': '8000',
      // The names stand for "never choose a victim by yourself".
      'after-sb-0pri': 'disconnect',
      'after-sb-1pri': 'disconnect',
      'after-sb-2pri': 'disconnect',
      'verify-alg': 'crc32c',
      ...protection.net,
    },
    // A writing service does not push a resync below a fifth of a gigabit line: until it ends there is no second copy.
    disk: { 'on-io-error': 'detach', 'c-min-rate': '20M', ...protection.disk },
    handlers: protection.handlers,
  }
}

/** The nodes that take part in a volume's replication: its replicas, and with DRBD 9 a third node as diskless voter. */
export function replicationMembers(cluster: Cluster, volume: Volume, platform: Platform): readonly Node[] {
  const replicas = cluster.nodes.filter(node => volume.nodes.includes(node.name))
  if (!isDrbd9(platform) || replicas.length > 2) return replicas
  const voter = cluster.nodes.find(node => !volume.nodes.includes(node.name))
  return voter === undefined ? replicas : [...replicas, voter]
}

interface Protection {
  readonly options: Options
  readonly net: Options
  readonly disk: Options
  readonly handlers: Options
}

function protectionOf(cluster: Cluster, volume: Volume, members: number, platform: Platform): Protection {
  const nine = isDrbd9(platform)
  const none: Protection = { options: {}, net: {}, disk: {}, handlers: {} }
  if (nine && members >= 3) return { ...none, options: { quorum: 'majority', 'on-no-quorum': 'io-error' } }
  // Without fencing a node that writes on alone can only mark its peer as outdated, if it still reaches it.
  const wanted = cluster.fencing.kind === 'none' ? 'resource-only' : 'resource-and-stonith'
  // DRBD refuses `resource-and-stonith` with protocol A: it never waited for the peer anyway.
  const policy = volume.protocol === 'A' ? 'resource-only' : wanted
  const scripts = '/usr/lib/drbd'
  return nine
    ? {
        ...none,
        net: { fencing: policy },
        handlers: {
          'fence-peer': `${scripts}/crm-fence-peer.9.sh`,
          'unfence-peer': `${scripts}/crm-unfence-peer.9.sh`,
        },
      }
    : {
        ...none,
        disk: { fencing: policy },
        handlers: { ...drbdHandlers(volumeId(volume), platform, cluster.fencing.kind !== 'none') },
      }
}

function hostOf(cluster: Cluster, volume: Volume, node: Node, nine: boolean): DrbdHost {
  const hasReplica = volume.nodes.includes(node.name)
  return {
    name: node.name,
    ...(nine && { id: cluster.nodes.indexOf(node) }),
    volumes: volume.parts.map(part => ({
      number: part.number,
      minor: part.minor,
      ...(hasReplica && { disk: backingDevice(part) }),
    })),
  }
}

const backingDevice = ({ backing }: VolumePart): string =>
  backing.kind === 'device' ? backing.path : `/dev/${backing.group}/${backing.logicalVolume}`

/** 8.4 has one path: the last link, so that it does not share the first with clients. 9 fails over between all. */
function pathsOf(volume: Volume, members: readonly Node[], nine: boolean): readonly (readonly DrbdAddress[])[] {
  const links = Math.min(...members.map(node => node.links.length))
  const order = Array.from({ length: links }, (_, link) => links - 1 - link)
  return (nine ? order : order.slice(0, 1)).map(link =>
    members.map(node => ({ host: node.name, address: found(node.links[link], `link ${link}`), port: volume.port })),
  )
}
