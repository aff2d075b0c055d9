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
    names: cluster.nodes.map(each => each.name),
    devices: unique(parts.map(part => backingPath(part.backing))),
    users: artifacts.users,
    programs: unique(
      cluster.nodes
        .filter(each => each !== node)
        .flatMap(each => each.fence.map(device => `/usr/sbin/${device.agent}`)),
    ),
  }
}

const unique = (list: readonly string[]): readonly string[] => [...new Set(list)]
