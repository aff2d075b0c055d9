// What must be right before anything is begun, and is not made right by apply: each a trouble with its facts. What can
// only be seen later (a blocked port, a refused password) is told by the step that meets it.
import { found } from '../base/assert.ts'
import { type Bytes, bytes, type Milliseconds, mebibytes, milliseconds, type NodeName, seconds } from '../base/units.ts'
import type { Artifacts } from '../compile/artifacts.ts'
import type { HostFacts } from '../live/host.ts'
import type { Cluster } from '../model/types.ts'
import { closedFirewall } from './firewall.ts'
import { isActive, isRunning } from './host-steps.ts'
import type { Trouble } from './trouble.ts'

/** Tokens and timeouts do not depend on the clock, but logs, certificates and the reading of histories do. */
export const clockLimit: Milliseconds = seconds(2)

/** What apply writes: some kilobytes of files, packages in /var. */
const spaceNeeded: readonly (readonly [path: string, needed: Bytes])[] = [
  ['/etc', mebibytes(1)],
  ['/run', mebibytes(1)],
  ['/var', mebibytes(64)],
]

type Facts = ReadonlyMap<NodeName, HostFacts>

export interface Preflight {
  readonly troubles: readonly Trouble[]
  readonly warnings: readonly Trouble[]
}

export function preflight(cluster: Cluster, artifacts: Artifacts, facts: Facts): Preflight {
  const hosts = cluster.nodes.map(node => found(facts.get(node.name), `facts of ${node.name}`))
  const closed = hosts.flatMap(host => closedFirewall(artifacts.hosts.get(host.node)?.openings ?? [], host))
  // Where the cluster runs, its links are the proof that it gets through, be it only as long as the connections last.
  const isInTheWay = (one: Trouble): boolean =>
    one.kind === 'firewall-closed' && one.certain && !isRunning(found(facts.get(one.node), one.node))
  return {
    troubles: [
      ...clocksApart(hosts),
      ...cluster.nodes.flatMap(node => addresses(found(facts.get(node.name), node.name), node.links)),
      ...cluster.services
        .flatMap(service => service.addresses)
        .flatMap(one => hosts.flatMap(host => networkOf(host, one))),
      ...hosts.flatMap(fullDisks),
      ...hosts.flatMap(host => shortMemory(host, artifacts)),
      ...(cluster.fencing.kind === 'required'
        ? cluster.nodes.flatMap(node => agents(cluster, artifacts, facts, node.name))
        : []),
      ...ports(cluster, hosts),
      ...users(artifacts, hosts),
      ...closed.filter(isInTheWay),
    ],
    warnings: [
      ...hosts
        .filter(host => host.clock.services.length === 0 && host.clock.synchronised !== true)
        .map((host): Trouble => ({ kind: 'clock-alone', node: host.node })),
      ...closed.filter(one => !isInTheWay(one)),
      ...hosts.flatMap(unreadFirewall),
    ],
  }
}

export function unreadFirewall(host: HostFacts): readonly Trouble[] {
  const detail = host.unseen.get('firewall')
  return detail === undefined ? [] : [{ kind: 'unseen', node: host.node, what: 'its firewall', detail }]
}

export function clocksApart(hosts: readonly HostFacts[]): readonly Trouble[] {
  const sorted = hosts.toSorted((a, b) => a.clock.offset - b.clock.offset)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (!first || !last || first === last) return []
  const apart = last.clock.offset - first.clock.offset - first.clock.uncertainty - last.clock.uncertainty
  if (apart <= clockLimit) return []
  return [{ kind: 'clock-apart', nodes: [first.node, last.node], apart: milliseconds(apart), limit: clockLimit }]
}

function addresses(host: HostFacts, links: readonly string[]): readonly Trouble[] {
  const own = new Set(host.interfaces.flatMap(one => one.addresses.map(address => address.split('/')[0])))
  return links
    .filter(link => isNumeric(link) && !own.has(link))
    .map(address => ({ kind: 'address-absent', node: host.node, address }))
}

const isNumeric = (address: string): boolean => /^[0-9.]+$/.test(address) || address.includes(':')

function networkOf(
  host: HostFacts,
  wanted: { address: string; prefixLength: number; interface?: string },
): readonly Trouble[] {
  if (wanted.interface !== undefined || wanted.address.includes(':')) return []
  const there = host.interfaces.flatMap(one => one.addresses).some(own => sameNetwork(own, wanted))
  return there ? [] : [{ kind: 'network-absent', node: host.node, address: `${wanted.address}/${wanted.prefixLength}` }]
}

function sameNetwork(own: string, wanted: { address: string; prefixLength: number }): boolean {
  const [address = '', length = '32'] = own.split('/')
  if (address.includes(':') || Number(length) !== wanted.prefixLength) return false
  const mask = 2 ** (32 - wanted.prefixLength)
  return Math.floor(number(address) / mask) === Math.floor(number(wanted.address) / mask)
}

const number = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

export const fullDisks = (host: HostFacts): readonly Trouble[] =>
  spaceNeeded.flatMap(([path, needed]) => {
    const free = host.free.get(path)
    return free === undefined || free >= needed
      ? []
      : [{ kind: 'disk-full', node: host.node, path, free, needed } as const]
  })

/** Settings of a database count when its volume is prepared, so where the cluster runs they say nothing any more. */
function shortMemory(host: HostFacts, artifacts: Artifacts): readonly Trouble[] {
  const taken = artifacts.hosts.get(host.node)?.memory ?? []
  const needed = bytes(taken.reduce((sum, { size }) => sum + size, 0))
  if (host.memory === undefined || needed <= host.memory || isRunning(host)) return []
  const by = taken.map(({ service, what }) => `${what} of ${service}`)
  return [{ kind: 'memory-short', node: host.node, there: host.memory, needed, by }]
}

/** A node needs the agents of the others; one that comes with a package still to be installed is not missed yet. */
function agents(cluster: Cluster, artifacts: Artifacts, facts: Facts, name: NodeName): readonly Trouble[] {
  const host = found(facts.get(name), `facts of ${name}`)
  const wanted = new Set(
    cluster.nodes.filter(node => node.name !== name).flatMap(node => node.fence.map(device => device.agent)),
  )
  const installing = artifacts.hosts.get(name)?.packages.some(one => !host.packages.has(one)) === true
  if (installing) return []
  return [...wanted]
    .filter(agent => !host.programs.has(`/usr/sbin/${agent}`))
    .map(agent => ({ kind: 'fence-agent-absent', node: name, agent }))
}

/** The replication ports, unless it is DRBD itself (the kernel, which has no process) that listens. */
const ports = (cluster: Cluster, hosts: readonly HostFacts[]): readonly Trouble[] =>
  cluster.volumes.flatMap(volume =>
    hosts
      .filter(host => volume.nodes.includes(host.node) && !isActive(host, 'pacemaker.service'))
      .flatMap(host =>
        host.listening
          .filter(one => one.port === volume.port && one.protocol === 'tcp' && one.process !== undefined)
          .map(one => ({ kind: 'port-taken', node: host.node, port: volume.port, by: one.process ?? '' }) as const),
      ),
  )

function users(artifacts: Artifacts, hosts: readonly HostFacts[]): readonly Trouble[] {
  return artifacts.users.flatMap(user => {
    const ids = hosts.flatMap(host => {
      const one = host.users.get(user)
      return one ? [{ node: host.node, id: `${one.uid}:${one.gid}` }] : []
    })
    return new Set(ids.map(one => one.id)).size > 1 ? [{ kind: 'ids-differ', user, ids } as const] : []
  })
}
