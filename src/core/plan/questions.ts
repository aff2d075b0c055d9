// What a plan has to know of each machine: everything that the artifacts name, and the traces that apply itself leaves.
import type { Artifacts, HostAction } from '../compile/artifacts.ts'
import { firewallFiles, firewallUnits } from '../live/firewall/read.ts'
import type { HostQuestions } from '../live/host.ts'
import type { Backing, Cluster, Node } from '../model/types.ts'
import { firewallActions, pendingMark } from './pending.ts'

/** Where Pacemaker keeps the CIB; no such file: this machine was never part of a cluster. */
export const cibFile = '/var/lib/pacemaker/cib/cib.xml'

export const backingPath = (backing: Backing): string =>
  backing.kind === 'device' ? backing.path : `/dev/${backing.group}/${backing.logicalVolume}`

export function questions(cluster: Cluster, artifacts: Artifacts, node: Node): HostQuestions {
  const host = artifacts.hosts.get(node.name)
  const files = host?.files ?? []
  const actions = new Set<HostAction>(files.flatMap(file => file.then))
  const parts = cluster.volumes.filter(volume => volume.nodes.includes(node.name)).flatMap(volume => volume.parts)
  return {
    files: [
      ...files.map(file => ({ path: file.path, secret: file.secret !== undefined })),
      ...[...actions].map(action => ({ path: pendingMark(action), secret: false })),
      { path: cibFile, secret: true },
      ...firewallFiles.map(path => ({ path, secret: false })),
      ...firewallActions.map(action => ({ path: pendingMark(action), secret: false })),
    ],
    packages: host?.packages ?? [],
    units: unique([
      'corosync.service',
      'pacemaker.service',
      ...firewallUnits,
      ...(host?.maskedUnits ?? []),
      ...(host?.disabledUnits ?? []),
      ...(host?.enabledUnits ?? []),
    ]),
    devices: unique(parts.map(part => backingPath(part.backing))),
    users: artifacts.users,
    lvm: parts.some(part => part.backing.kind === 'lvm'),
    programs: unique(
      cluster.nodes
        .filter(each => each !== node)
        .flatMap(each => each.fence.map(device => `/usr/sbin/${device.agent}`)),
    ),
  }
}

/** One question for several sets of artifacts; what a set does not need does no harm. */
export function allQuestions(sets: readonly HostQuestions[]): HostQuestions {
  const files = new Map(sets.flatMap(set => set.files.map(file => [file.path, file] as const)))
  const all = (key: 'packages' | 'units' | 'devices' | 'users' | 'programs'): readonly string[] =>
    unique(sets.flatMap(set => set[key]))
  return {
    files: [...files.values()],
    packages: all('packages'),
    units: all('units'),
    devices: all('devices'),
    users: all('users'),
    programs: all('programs'),
    lvm: sets.some(set => set.lvm),
  }
}

/** Whether what was asked answers what is needed. */
export const covers = (asked: HostQuestions, needed: HostQuestions): boolean =>
  JSON.stringify(allQuestions([asked, needed])) === JSON.stringify(asked)

const unique = (list: readonly string[]): readonly string[] => [...new Set(list)]
