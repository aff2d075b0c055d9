// Model → what one machine needs besides the CIB: packages, units, files, openings.
// Source: best practice: units masked, `127.0.1.1`, authkey 0400, ip_nonlocal_bind, firewall on with targeted rules.

import type { ServiceFile, ServicePlan } from '../blueprints/blueprint.ts'
import { blueprintOf } from '../blueprints/registry.ts'
import { print as printCorosync } from '../corosync/print.ts'
import { print as printResource } from '../drbd/print.ts'
import { corosyncKeySecret } from '../model/names.ts'
import type { Cluster, Node, Service, Volume } from '../model/types.ts'
import type { HostArtifacts, HostFile, Platform } from './artifacts.ts'
import { drbdHandlerPath, drbdHandlerScript } from './drbd-handler.ts'
import { openingsOf } from './openings.ts'
import { packagesOf } from './packages.ts'
import { secretFiles } from './secrets.ts'
import { canRun, volumesOf } from './to-cib-services.ts'
import { toCorosync } from './to-corosync.ts'
import { isDrbd9, replicationMembers, toDrbd } from './to-drbd.ts'

const header = '# Written by Holdfast from the cluster file; changes here are drift and will be overwritten.\n'

export function toHost(cluster: Cluster, node: Node, platform: Platform): HostArtifacts {
  const services = cluster.services.filter(service => canRun(cluster, service, node))
  const served = services.map(service => ({ service, plan: servicePlan(cluster, service, platform) }))
  const plans = served.map(one => one.plan)
  const volumes = cluster.volumes.filter(volume => replicationMembers(cluster, volume, platform).includes(node))
  const verifies = volumes.some(volume => volume.nodes[0] === node.name)
  const hasWitness = cluster.quorum.kind === 'witness'
  return {
    node: node.name,
    packages: packagesOf(cluster, volumes, plans, platform),
    maskedUnits: unique([...(volumes.length > 0 ? ['drbd.service'] : []), ...plans.flatMap(plan => plan.maskedUnits)]),
    disabledUnits: unique([
      ...plans.flatMap(plan => plan.disabledUnits),
      // Left from a witness that the cluster had before, it would fail at every boot.
      ...(hasWitness ? [] : ['corosync-qdevice.service']),
    ]),
    enabledUnits: [
      'corosync.service',
      'pacemaker.service',
      ...(hasWitness ? ['corosync-qdevice.service'] : []),
      ...(verifies ? ['holdfast-verify.timer'] : []),
    ],
    openings: openingsOf(cluster, node, platform, volumes, served),
    memory: served.flatMap(({ service, plan }) => (plan.memory ? [{ service: service.name, ...plan.memory }] : [])),
    files: [
      ...corosyncFiles(cluster),
      { ...plain('/etc/hosts', hostLines(cluster), []), merge: 'hosts' },
      ...volumeFiles(cluster, volumes, platform),
      ...(verifies ? verifyFiles(volumes.filter(volume => volume.nodes[0] === node.name)) : []),
      ...sysctlFiles(plans),
      ...secretFiles(cluster),
      ...plans.flatMap(plan => plan.files).map(hostFile),
    ],
  }
}

const hostFile = ({ reload, ...file }: ServiceFile): HostFile => ({
  ...file,
  then: [
    ...(file.path.startsWith('/etc/systemd/system/') ? (['systemd-reload'] as const) : []),
    ...(reload === undefined ? [] : ([`unit-reload:${reload}`] as const)),
  ],
})

export const servicePlan = (cluster: Cluster, service: Service, platform: Platform): ServicePlan =>
  blueprintOf(service).build({
    cluster,
    service,
    volumes: volumesOf(cluster, service),
    distribution: platform.distribution,
  })

const unique = (items: readonly string[]): readonly string[] => [...new Set(items)]

const plain = (path: string, content: string, then: HostFile['then']): HostFile => ({
  path,
  content,
  mode: 0o644,
  owner: 'root:root',
  then,
})

const corosyncFiles = (cluster: Cluster): readonly HostFile[] => [
  plain('/etc/corosync/corosync.conf', header + printCorosync(toCorosync(cluster)), ['corosync-reload']),
  {
    path: '/etc/corosync/authkey',
    content: '',
    mode: 0o400,
    owner: 'root:root',
    secret: corosyncKeySecret,
    then: ['corosync-restart'],
  },
]

/** A node's name leads to its address on the first link. */
const hostLines = (cluster: Cluster): string => cluster.nodes.map(node => `${node.links[0]}\t${node.name}\n`).join('')

function volumeFiles(cluster: Cluster, volumes: readonly Volume[], platform: Platform): readonly HostFile[] {
  if (volumes.length === 0) return []
  const usesLvm = volumes.some(volume => volume.parts.some(part => part.backing.kind === 'lvm'))
  return [
    plain('/etc/modules-load.d/holdfast.conf', `${header}drbd\n`, ['modules-load']),
    plain('/etc/drbd.conf', `${header}global {\n  usage-count no;\n}\ninclude "drbd.d/*.res";\n`, []),
    ...(isDrbd9(platform) ? [] : [{ ...plain(drbdHandlerPath, drbdHandlerScript, []), mode: 0o755 }]),
    ...volumes.map(volume =>
      plain(`/etc/drbd.d/${volume.name}.res`, header + printResource(toDrbd(cluster, volume, platform)), [
        'drbd-adjust',
      ]),
    ),
    // LVM must not open the replicated devices while it looks for physical volumes.
    ...(usesLvm
      ? [plain('/etc/lvm/lvmlocal.conf', `${header}devices {\n\tglobal_filter = [ "r|^/dev/drbd|" ]\n}\n`, [])]
      : []),
  ]
}

/** Once a week, from the first node of each volume: blocks that differ without anybody having noticed. */
function verifyFiles(volumes: readonly Volume[]): readonly HostFile[] {
  const commands = volumes.map(volume => `ExecStart=-/usr/sbin/drbdadm verify ${volume.name}\n`).join('')
  const service = `${header}[Unit]\nDescription=Compare the replicas of the DRBD volumes\n\n[Service]\nType=oneshot\n${commands}`
  const timer = `${header}[Unit]\nDescription=Compare the replicas of the DRBD volumes every week\n\n[Timer]\nOnCalendar=Sun 03:00\nRandomizedDelaySec=2h\n\n[Install]\nWantedBy=timers.target\n`
  return [
    plain('/etc/systemd/system/holdfast-verify.service', service, ['systemd-reload']),
    plain('/etc/systemd/system/holdfast-verify.timer', timer, ['systemd-reload']),
  ]
}

function sysctlFiles(plans: readonly ServicePlan[]): readonly HostFile[] {
  const settings = Object.entries(Object.assign({}, ...plans.map(plan => plan.sysctl)))
  const lines = settings.map(([name, value]) => `${name} = ${value}\n`).join('')
  return lines === '' ? [] : [plain('/etc/sysctl.d/60-holdfast.conf', header + lines, ['sysctl'])]
}
