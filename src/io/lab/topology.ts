// Cluster file → lab: which machines, networks and disks there have to be so that the file means in the lab what it means
// at home; and back: the same cluster, reached by the lab's ssh ports and fenced by the lab's BMCs. Nothing else changes.
// Not covered: interface names written in the file (the lab's cards are eth1, eth2 … in the order of the networks).

import { found } from '../../core/base/assert.ts'
import { type Bytes, bytes, mebibytes, type NodeName, nodeName } from '../../core/base/units.ts'
import type { Cluster, FenceDevice, Node, QuorumPolicy, Volume } from '../../core/model/types.ts'
import type { Lab, LabDisk, LabImage, LabMachineSpec, LabNode, LabOptions, LabPlug } from './contract.ts'

/** The machine outside the cluster, unless a node has taken the name. */
function clientName(cluster: Cluster): NodeName {
  const taken = new Set<string>(cluster.nodes.map(node => node.name))
  return nodeName(['client', 'lab-client', 'holdfast-lab-client'].find(name => !taken.has(name)) ?? 'client-0')
}

/** An IPv4 address as a number. */
const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const textOf = (address: number): string =>
  [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.')
const networkOf = (address: string, prefix: number): number => {
  const span = 2 ** (32 - prefix)
  return Math.floor(numberOf(address) / span) * span
}
const isIpv4 = (text: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(text)

interface Subnet {
  readonly name: string
  readonly base: number
  readonly prefix: number
  readonly addresses: ReadonlyMap<NodeName, string>
}

/** How long the prefix of a link is, is not in the file: as its service addresses say, else /24. */
function linkSubnets(cluster: Cluster): readonly Subnet[] {
  const served = cluster.services.flatMap(service => service.addresses)
  const links = cluster.nodes[0]?.links ?? []
  return links.map((first, index) => {
    const same = served.find(each => networkOf(each.address, each.prefixLength) === networkOf(first, each.prefixLength))
    const prefix = same?.prefixLength ?? 24
    const addresses = new Map(
      cluster.nodes.map(node => [node.name, found(node.links[index], `link ${index} of ${node.name}`)]),
    )
    return { name: `link${index}`, base: networkOf(first, prefix), prefix, addresses }
  })
}

/** Networks of service addresses that no link carries: the nodes get their management address there, or one made up. */
function serviceSubnets(cluster: Cluster, links: readonly Subnet[]): readonly Subnet[] {
  const subnets: Subnet[] = []
  for (const { address, prefixLength: prefix } of cluster.services.flatMap(service => service.addresses)) {
    const base = networkOf(address, prefix)
    if ([...links, ...subnets].some(each => each.base === base && each.prefix === prefix)) continue
    const addresses = cluster.nodes.map((node, index) => {
      const { host } = node.management
      const isItsOwn = isIpv4(host) && networkOf(host, prefix) === base
      return [node.name, isItsOwn ? host : textOf(base + 2 ** (32 - prefix) - 20 + index)] as const
    })
    subnets.push({ name: `lan${subnets.length}`, base, prefix, addresses: new Map(addresses) })
  }
  return subnets
}

/** The highest free address of the network. */
function clientAddress(cluster: Cluster, subnet: Subnet): string {
  const served = cluster.services.flatMap(service => service.addresses.map(each => each.address))
  const taken = new Set([...subnet.addresses.values(), ...served])
  let candidate = subnet.base + 2 ** (32 - subnet.prefix) - 2
  while (taken.has(textOf(candidate))) candidate -= 1
  return textOf(candidate)
}

/** DRBD's metadata and LVM's rounding come on top of what the volume holds. */
const withMargin = (size: Bytes): Bytes => bytes(Math.ceil(size / 2 ** 20) * 2 ** 20 + mebibytes(64))

/** One blank disk for each backing device of the file, one for each volume group with room for all its volumes. */
function disksOf(volumes: readonly Volume[], node: NodeName): readonly LabDisk[] {
  const disks: LabDisk[] = []
  const groups = new Map<string, number>()
  for (const part of volumes.filter(volume => volume.nodes.includes(node)).flatMap(volume => volume.parts)) {
    const size = withMargin(part.size)
    if (part.backing.kind === 'device') disks.push({ size, alias: part.backing.path })
    else groups.set(part.backing.group, (groups.get(part.backing.group) ?? 0) + size)
  }
  for (const [volumeGroup, size] of groups) disks.push({ size: withMargin(bytes(size)), volumeGroup })
  return disks
}

export function labTopology(cluster: Cluster, image: LabImage): Omit<LabOptions, 'onProgress'> {
  const links = linkSubnets(cluster)
  const subnets = [...links, ...serviceSubnets(cluster, links)]
  const client = clientName(cluster)
  const plugsOf = (address: (subnet: Subnet) => string): readonly LabPlug[] =>
    subnets.map(subnet => ({ network: subnet.name, address: `${address(subnet)}/${subnet.prefix}` }))
  const machines: readonly LabMachineSpec[] = [
    ...cluster.nodes.map(({ name }) => ({
      name,
      plugs: plugsOf(subnet => found(subnet.addresses.get(name), `an address of ${name}`)),
      disks: disksOf(cluster.volumes, name),
      hasBmc: true,
    })),
    { name: client, plugs: plugsOf(subnet => clientAddress(cluster, subnet)), disks: [], hasBmc: false },
  ]
  return { clusterName: cluster.name, image, machines, client }
}

function fenceDevice(node: LabNode): FenceDevice {
  const bmc = found(node.bmc, `the BMC of ${node.name}`)
  return {
    agent: 'fence_redfish',
    level: 1,
    parameters: {
      ip: bmc.ip,
      ipport: String(bmc.port),
      username: bmc.user,
      systems_uri: `/redfish/v1/Systems/${node.name}`,
      ssl_secure: '1',
    },
    secrets: { password: { kind: 'file', path: bmc.passwordFile } },
    sharesPower: false,
  }
}

/** The machine outside the cluster is the witness; the nodes reach it on the first link's network. */
function quorumInLab(quorum: QuorumPolicy, { client }: Lab): QuorumPolicy {
  if (quorum.kind !== 'witness') return quorum
  const { address } = found(client.plugs[0], `a network of ${client.name}`)
  const { host, port, user } = client.ssh
  return { ...quorum, host: found(address.split('/')[0], 'an address'), management: { host, port, user } }
}

/** The same cluster as the lab holds it: only how one reaches the machines and who fences them is different. */
export function clusterInLab(cluster: Cluster, lab: Lab): Cluster {
  const inLab = (node: Node): Node => {
    const machine = found(lab.nodes.get(node.name), `${node.name} in the lab`)
    return {
      ...node,
      management: { host: machine.ssh.host, port: machine.ssh.port, user: machine.ssh.user },
      fence: cluster.fencing.kind === 'none' ? [] : [fenceDevice(machine)],
    }
  }
  return { ...cluster, nodes: cluster.nodes.map(inLab), quorum: quorumInLab(cluster.quorum, lab) }
}
