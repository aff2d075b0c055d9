// The distribution's packages that a node needs. Debian 13 has a package for each fence agent; Debian 12 one for all.
import type { ServicePlan } from '../blueprints/blueprint.ts'
import type { Cluster, Volume } from '../model/types.ts'
import type { Platform } from './artifacts.ts'

export function packagesOf(
  cluster: Cluster,
  volumes: readonly Volume[],
  plans: readonly ServicePlan[],
  platform: Platform,
): readonly string[] {
  const parts = volumes.flatMap(volume => volume.parts)
  const filesystems = new Set(parts.map(part => part.filesystem))
  const list = [
    'corosync',
    'pacemaker',
    'pacemaker-cli-utils',
    'resource-agents',
    ...(cluster.quorum.kind === 'witness' ? ['corosync-qdevice'] : []),
    ...(volumes.length > 0 ? ['drbd-utils'] : []),
    ...(parts.some(part => part.backing.kind === 'lvm') ? ['lvm2'] : []),
    ...(filesystems.has('ext4') ? ['e2fsprogs'] : []),
    ...(filesystems.has('xfs') ? ['xfsprogs'] : []),
    ...(cluster.fencing.kind === 'none' ? [] : fenceAgentPackages(cluster, platform)),
    ...plans.flatMap(plan => plan.packages),
  ]
  return [...new Set(list)]
}

function fenceAgentPackages(cluster: Cluster, { distribution }: Platform): readonly string[] {
  if (distribution.id === 'debian' && distribution.version <= 12) return ['fence-agents']
  const agents = cluster.nodes.flatMap(node => node.fence.map(device => device.agent))
  return agents.map(
    agent => `fence-agents-${packagedWith.get(agent) ?? agent.replace(/^fence_/, '').replaceAll('_', '-')}`,
  )
}

/** Agents that come in another one's package. */
const packagedWith: ReadonlyMap<string, string> = new Map([
  ['fence_idrac', 'ipmilan'],
  ['fence_ilo3', 'ipmilan'],
  ['fence_ilo4', 'ipmilan'],
  ['fence_ilo5', 'ipmilan'],
  ['fence_imm', 'ipmilan'],
  ['fence_ipmilanplus', 'ipmilan'],
])
