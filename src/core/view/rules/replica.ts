// Is the copy of a volume on one node as good as the one that is being written? One reason at most for each part, the
// one that explains the others: unseen, not connected, disk state, resync, blocks that differ.
import { type NodeName, showBytes } from '../../base/units.ts'
import type { Volume, VolumePart } from '../../model/types.ts'
import {
  type ConnectionView,
  connectionState,
  connectionViews,
  copyOf,
  type Facts,
  isSyncing,
  progressOf,
  showProgress,
} from '../facts.ts'
import { type Words, words } from './rule.ts'

/** DRBD gives a disk up at its first error, and nobody else takes it back. */
export const attachAgain =
  'its kernel log tells the error (dmesg); once the disk is good, holdfast apply attaches it again'

/** "pgdata", or "pgdata (wal)" where a volume has several parts. */
export const partName = (volume: Volume, part: VolumePart): string =>
  part.name === '' ? volume.name : `${volume.name} (${part.name})`

export const replicaProblem = (f: Facts, volume: Volume, from: NodeName, to: NodeName): Words[] =>
  volume.parts.flatMap(part => partProblem(f, volume, part, from, to)).slice(0, 1)

function partProblem(f: Facts, volume: Volume, part: VolumePart, from: NodeName, to: NodeName): Words[] {
  const name = partName(volume, part)
  const views = connectionViews(f, volume, part.number, from, to)
  const copy = copyOf(f, volume, part.number, to)
  const connection = connectionState(views)
  if (connection === undefined) return [words(`the replication of ${name} between ${from} and ${to} cannot be seen`)]
  if (connection !== 'Connected') return [disconnected(name, views, copy.disk)]
  if (copy.disk === undefined) return [words(`the state of ${name} on ${to} cannot be seen`)]
  if (copy.disk !== 'UpToDate') {
    const progress = progressOf(f, volume, part.number, from, to)
    const resync = progress ? ` (resync ${showProgress(progress)})` : ''
    return [words(`${name} on ${to} is ${copy.disk}${resync}`, copy.disk === 'Diskless' ? attachAgain : undefined)]
  }
  return connectedButDiffering(name, views)
}

function disconnected(name: string, views: readonly ConnectionView[], disk: string | undefined): Words {
  const said = views.map(v => `${v.by} is ${v.connection}`).join(', ')
  if (views.some(v => v.connection === 'StandAlone')) {
    return words(
      `${name}: ${said}: they refuse each other (split brain, or disconnected by hand)`,
      'nothing is written to the other side until one side has been chosen; do not promote by hand',
    )
  }
  const data = disk === undefined || disk === 'UpToDate' ? '' : `; the data there is ${disk}`
  return words(`${name} is not being replicated: ${said}${data}`)
}

function connectedButDiffering(name: string, views: readonly ConnectionView[]): Words[] {
  const behind = views.find(v => v.replication === 'Ahead' || v.replication === 'Behind')
  if (behind) return [words(`${name} lags behind (${behind.by} is ${behind.replication})`)]
  const off = views.find(v => v.replication === 'Off')
  if (off) return [words(`${name} is connected but not replicating (${off.by} says Off)`)]
  const verifying = views.some(v => v.replication.startsWith('Verify'))
  const differing = views.find(v => v.outOfSync > 0 && !isSyncing(v))
  if (!differing || verifying) return []
  return [
    words(
      `${name}: ${showBytes(differing.outOfSync)} differ between ${differing.by} and ${differing.to}`,
      'a verify found it: disconnect and connect again, and the blocks are copied from the Primary',
    ),
  ]
}
