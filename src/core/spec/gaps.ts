// What depends on two keys at once, which a form cannot say: a volume has parts or is one, and each part has exactly one
// place for its data.
import { error, type FilePath, type Finding } from '../model/finding.ts'
import type { ClusterForm, PartForm, VolumeForm } from './form.ts'

export const gapsOf = (form: ClusterForm): readonly Finding[] =>
  Object.entries(form.volumes ?? {}).flatMap(([name, volume]) => volumeGaps(['volumes', name], volume))

const ofParts = ['size', 'device', 'filesystem', 'mount', 'erase-existing'] as const

function volumeGaps(path: FilePath, volume: VolumeForm): readonly Finding[] {
  const { parts } = volume
  const label = `\`${path.join('.')}\``
  if (parts === undefined) {
    const size = error('missing', path, `${label} needs \`size\``, 'such as `size: 8 GiB`')
    return [...(volume.size === undefined ? [size] : []), ...backingGaps(path, volume, volume)]
  }
  const misplaced = ofParts.filter(key => volume[key] !== undefined)
  return [
    ...(Object.keys(parts).length === 0
      ? [error('missing', [...path, 'parts'], `\`${path.join('.')}.parts\` is empty`, 'name at least one')]
      : []),
    ...misplaced.map(key =>
      error(
        'part-key',
        [...path, key],
        `${label} has parts, so \`${key}\` belongs to each of them`,
        'move it below `parts`',
      ),
    ),
    ...Object.entries(parts).flatMap(([name, part]) => backingGaps([...path, 'parts', name], part, volume)),
  ]
}

function backingGaps(path: FilePath, { device }: Pick<PartForm, 'device'>, volume: VolumeForm): readonly Finding[] {
  const label = `\`${path.join('.')}\``
  const group = volume['volume-group']
  if (device === undefined && group === undefined)
    return [
      error(
        'missing',
        path,
        `${label} does not say where its data lies`,
        '`volume-group: NAME` makes a logical volume there; `device: /dev/…` takes a whole device',
      ),
    ]
  if (device !== undefined && group !== undefined)
    return [
      error('two-backings', [...path, 'device'], `${label} has both a device and a volume group`, 'keep one of them'),
    ]
  return []
}
