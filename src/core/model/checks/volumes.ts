// Replicated disks: places, ports, what a protocol loses.
// Source: best practice, "mkfs on both nodes", DRBD User's Guide 9, "Replication modes".
import { gibibytes, mebibytes, showBytes } from '../../base/units.ts'
import { choice, error, type FilePath, type Finding, repeated, warning } from '../finding.ts'
import type { Cluster, Volume, VolumePart } from '../types.ts'

export const checkVolumes = (cluster: Cluster): readonly Finding[] => [
  ...cluster.volumes.flatMap(volume => [
    ...checkReplicas(cluster, volume),
    ...checkProtocol(volume),
    ...volume.parts.flatMap(part => checkPart(volume, part)),
  ]),
  ...repeated(cluster.volumes, ({ port }) => String(port)).map(({ item, first }) =>
    error(
      'port-twice',
      ['volumes', item.name, 'port'],
      `${item.name} and ${first.name} both replicate over port ${item.port}`,
      'give one of them another `port`',
    ),
  ),
  ...checkPlaces(cluster),
  ...cluster.volumes
    .filter(volume => !cluster.services.some(service => service.volumes.includes(volume.name)))
    .map(({ name }) =>
      warning('unused-volume', ['volumes', name], `no service uses ${name}: it is replicated and never mounted`),
    ),
]

function checkReplicas(cluster: Cluster, volume: Volume): readonly Finding[] {
  const names: readonly string[] = cluster.nodes.map(node => node.name)
  const path = ['volumes', volume.name, 'nodes']
  return [
    ...volume.nodes.flatMap((node, index) =>
      names.includes(node)
        ? []
        : [
            error(
              'unknown-node',
              [...path, index],
              `${volume.name}: there is no node \`${node}\``,
              choice(node, names, 'node'),
            ),
          ],
    ),
    ...repeated(volume.nodes, node => node).map(({ item }) =>
      error('node-twice', path, `${volume.name}: ${item} is named twice`),
    ),
    ...(volume.nodes.length < 2 && names.length >= 2
      ? [error('one-replica', path, `${volume.name} has one replica: that is no replication`)]
      : []),
  ]
}

function checkProtocol({ name, protocol }: Volume): readonly Finding[] {
  if (protocol === 'C') return []
  const where = protocol === 'A' ? "still in this node's send buffer" : "only in the peer's memory"
  return [
    warning(
      'loses-writes',
      ['volumes', name, 'protocol'],
      `${name}: with protocol ${protocol} an acknowledged write may be ${where} when the node fails: it is lost`,
      '`protocol: C` loses none',
    ),
  ]
}

const partPath = (volume: Volume, part: VolumePart): FilePath =>
  part.name === '' ? ['volumes', volume.name] : ['volumes', volume.name, 'parts', part.name]

/** Directories that a mount would hide from the system. */
const systemDirectories = [
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/srv',
  '/sys',
  '/tmp',
  '/usr',
  '/var',
  '/var/lib',
  '/var/log',
]
const hidden = ['/dev', '/proc', '/run', '/sys', '/boot', '/etc', '/usr']

function checkPart(volume: Volume, part: VolumePart): readonly Finding[] {
  const path = partPath(volume, part)
  const mount = part.mount.replace(/\/+$/, '') || '/'
  const least = part.filesystem === 'xfs' ? mebibytes(300) : mebibytes(64)
  const { backing } = part
  const onDevice = backing.kind === 'device' ? backing.path : undefined
  return [
    ...(systemDirectories.includes(mount) || hidden.some(dir => mount.startsWith(`${dir}/`))
      ? [
          error(
            'system-directory',
            [...path, 'mount'],
            `${part.mount} belongs to the system: a volume mounted there would hide it`,
            `such as /srv/${volume.name}`,
          ),
        ]
      : []),
    ...(part.size < least
      ? [
          error(
            'too-small',
            [...path, 'size'],
            `${showBytes(part.size)} is too small for ${part.filesystem}`,
            `${showBytes(least)} at least`,
          ),
        ]
      : []),
    ...(part.size > gibibytes(1_048_576) ? [error('too-large', [...path, 'size'], 'DRBD carries 1 PiB at most')] : []),
    ...(onDevice !== undefined && !onDevice.startsWith('/dev/')
      ? [
          error(
            'not-a-device',
            [...path, 'device'],
            `${onDevice} is not a block device`,
            'such as /dev/sdb, or `volume-group: NAME`',
          ),
        ]
      : []),
    ...(onDevice?.startsWith('/dev/drbd')
      ? [
          error(
            'device-is-drbd',
            [...path, 'device'],
            `${onDevice} is what DRBD makes; the backing device lies below it`,
          ),
        ]
      : []),
    ...(part.eraseExisting
      ? [
          warning(
            'erases',
            [...path, 'erase-existing'],
            `whatever is on the backing device of ${volume.name} will be destroyed on every node`,
            'take the line out again once the volume is made',
          ),
        ]
      : []),
  ]
}

function checkPlaces(cluster: Cluster): readonly Finding[] {
  const parts = cluster.volumes.flatMap(volume =>
    volume.parts.map(part => ({ volume, part, path: partPath(volume, part) })),
  )
  const backing = ({ part }: (typeof parts)[number]): string =>
    part.backing.kind === 'device' ? part.backing.path : `${part.backing.group}/${part.backing.logicalVolume}`
  const mounts = parts.map(entry => ({ ...entry, mount: entry.part.mount.replace(/\/+$/, '') }))
  return [
    ...repeated(parts, backing).map(({ item, first }) =>
      error(
        'backing-twice',
        item.path,
        `${item.volume.name} and ${first.volume.name} would both lie on ${backing(item)}`,
      ),
    ),
    ...repeated(mounts, ({ mount }) => mount).map(({ item }) =>
      error('mount-twice', item.path, `another volume is mounted at ${item.mount} already`),
    ),
    ...mounts.flatMap(inner => {
      const outer = mounts.find(({ mount }) => mount !== '' && inner.mount.startsWith(`${mount}/`))
      return outer === undefined
        ? []
        : [
            error(
              'mount-inside',
              inner.path,
              `${inner.mount} lies inside ${outer.mount}, another mount`,
              'mount them beside each other',
            ),
          ]
    }),
  ]
}
