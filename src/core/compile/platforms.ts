// The platforms that are compiled for without asking a machine, and what one of them cannot build.
// Source: package lists of Debian 12 and 13; Pacemaker's and DRBD's release notes.
import type { Problem } from '../base/result.ts'
import type { Cluster } from '../model/types.ts'
import type { Platform } from './artifacts.ts'
import { isDrbd9 } from './to-drbd.ts'
import { isAtLeast } from './versions.ts'

export type PlatformName = 'debian12' | 'debian13' | 'debian13-drbd9'

export const platforms: Readonly<Record<PlatformName, Platform>> = {
  debian12: { distribution: { id: 'debian', version: 12 }, pacemaker: '2.1.5', corosync: '3.1.7', drbd: '8.4.11' },
  debian13: { distribution: { id: 'debian', version: 13 }, pacemaker: '3.0.0', corosync: '3.1.9', drbd: '8.4.11' },
  'debian13-drbd9': {
    distribution: { id: 'debian', version: 13 },
    pacemaker: '3.0.2',
    corosync: '3.1.9',
    drbd: '9.2.14',
  },
}

/** What this cluster asks of its machines that these versions do not have. */
export function checkPlatform(cluster: Cluster, platform: Platform): readonly Problem[] {
  const problems: Problem[] = []
  const error = (code: string, message: string, hint: string) =>
    problems.push({ severity: 'error', code, message, hint })
  if (!isAtLeast(platform.corosync, '3'))
    error(
      'old-corosync',
      `Corosync ${platform.corosync} has no knet transport`,
      'Corosync 3 or later, as in Debian 10 and later',
    )
  if (!isAtLeast(platform.pacemaker, '2'))
    error('old-pacemaker', `Pacemaker ${platform.pacemaker} is too old`, 'Pacemaker 2.0 or later')
  if (cluster.volumes.length > 0 && !isAtLeast(platform.drbd, '8.4'))
    error('old-drbd', `DRBD ${platform.drbd} is too old`, 'DRBD 8.4 or 9')
  for (const volume of cluster.volumes)
    if (!isDrbd9(platform) && volume.nodes.length > 2)
      error(
        'too-many-replicas',
        `${volume.name} has ${volume.nodes.length} replicas, and DRBD ${platform.drbd} keeps two`,
        'DRBD 9 on the machines (drbd-dkms), or two nodes under `nodes` of the volume',
      )
  return problems
}
