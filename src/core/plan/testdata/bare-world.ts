// Bare machines as a dumb model of files, disks and daemons, and what a look at them tells. What a plan's steps do to them
// is in carry-out.ts.
import { ok } from '../../base/result.ts'
import { bytes, gibibytes, instant, milliseconds, type NodeName } from '../../base/units.ts'
import type { Artifacts } from '../../compile/artifacts.ts'
import { compile } from '../../compile/compile.ts'
import type { BlockDevice, FileFact, HostFacts } from '../../live/host.ts'
import type { ReplicaState, Snapshot } from '../../live/snapshot.ts'
import { type Enrolment } from '../../live/witness.ts'
import type { Cluster } from '../../model/types.ts'

import { plan } from '../plan.ts'
import { questions } from '../questions.ts'
import type { Plan } from '../types.ts'
import { witnessName, witnessQuestions } from '../witness.ts'


export interface Disk {
  size: number
  signatures: Set<string>
  label?: string
}
export interface Machine {
  node: NodeName
  packages: Set<string>
  firewall: 'none' | 'firewalld' | 'ufw'
  files: Map<string, { content: string; mode: number; owner: string }>
  masked: Set<string>
  enabled: Set<string>
  active: Set<string>
  disks: Map<string, Disk>
  free: number
  /** DRBD resources that are up: their disk state. */
  up: Map<string, 'Diskless' | 'Inconsistent' | 'UpToDate'>
  primary: Set<string>
  /** The Corosync configuration and key that the running daemon has. */
  runs?: string
  /** What it holds of the witness: nothing, a database that trusts an authority, a certificate of it too. */
  enrolment: Enrolment
}
export interface World {
  cluster: Cluster
  artifacts: Artifacts
  machines: Map<NodeName, Machine>
  witness?: Machine
  cib?: { epoch: number; text: string }
  proven: Set<string>
}

export const platform = { distribution: { id: 'debian', version: 13 }, pacemaker: '3.0.0', corosync: '3.1.9', drbd: '8.4.11' }

export function bareWorld(cluster: Cluster): World {
  const name = witnessName(cluster)
  const machines = cluster.nodes.map((node): [NodeName, Machine] => [node.name, bareMachine(node.name, cluster)])
  return {
    cluster,
    artifacts: compile(cluster, platform),
    machines: new Map(machines),
    ...(name === undefined ? {} : { witness: bareMachine(name, { ...cluster, volumes: [] }) }),
    proven: new Set(),
  }
}

export const bareMachine = (name: NodeName, cluster: Cluster): Machine => ({
  node: name,
  packages: new Set(),
  firewall: 'none',
  files: new Map([
    ['/etc/hosts', { content: `127.0.0.1\tlocalhost\n127.0.1.1\t${name}\n`, mode: 0o644, owner: 'root:root' }],
  ]),
  masked: new Set(),
  enabled: new Set(),
  active: new Set(),
  disks: new Map(
    cluster.volumes.flatMap(volume =>
      volume.parts.flatMap((part): [string, Disk][] =>
        part.backing.kind === 'device' ? [[part.backing.path, { size: gibibytes(100), signatures: new Set() }]] : [],
      ),
    ),
  ),
  free: gibibytes(100),
  up: new Map(),
  primary: new Set(),
  enrolment: {},
})

// Looking.

export const hash = (text: string): string => `hash of ${text}`

export function factsOf(world: World, machine: Machine): HostFacts {
  const node = world.cluster.nodes.find(one => one.name === machine.node)
  const asked = node ? questions(world.cluster, world.artifacts, node) : witnessQuestions
  const files = new Map<string, FileFact>()
  for (const { path, secret } of asked.files) {
    const file = machine.files.get(path)
    if (file)
      files.set(path, {
        kind: 'file',
        mode: file.mode,
        owner: file.owner,
        size: bytes(file.content.length),
        sha256: hash(file.content),
        ...(secret ? {} : { content: file.content }),
      })
  }
  const addresses = [
    ...(node?.links ?? []),
    ...world.cluster.services.flatMap(one => one.addresses).map(one => one.address.replace(/\d+$/, '250')),
  ]
  const running = machine.active.has('pacemaker.service')
  return {
    node: machine.node,
    at: instant(0),
    os: { id: 'debian', version: 13, prettyName: 'Debian' },
    packages: new Map([...machine.packages].map(name => [name, '1'])),
    engines: { drbd: '8.4.11' },
    files,
    units: new Map(
      asked.units.map(name => [
        name,
        {
          load: machine.masked.has(name) ? 'masked' : 'loaded',
          enabled: machine.masked.has(name) ? 'masked' : machine.enabled.has(name) ? 'enabled' : 'disabled',
          active: machine.active.has(name) ? 'active' : 'inactive',
        },
      ]),
    ),
    blockDevices: [...machine.disks].map(
      ([path, disk]): BlockDevice => ({
        path,
        type: 'disk',
        size: bytes(disk.size),
        readOnly: false,
        parents: [],
        mountpoints: [],
        aliases: [],
        signatures: [...disk.signatures],
        ...(disk.label === undefined ? {} : { label: disk.label }),
      }),
    ),
    lvm: [{ name: 'vg0', size: gibibytes(100), free: bytes(machine.free) }],
    interfaces: [{ name: 'eth1', up: true, addresses: addresses.map(address => `${address}/24`) }],
    clock: { offset: milliseconds(0), uncertainty: milliseconds(5), services: ['chrony'] },
    listening: [],
    users: new Map([['postgres', { uid: 100, gid: 100 }]]),
    programs: new Set(asked.programs),
    free: new Map(),
    firewall: { kind: machine.firewall },
    ...(running && world.cib
      ? { cib: { text: world.cib.text, adminEpoch: 0, epoch: world.cib.epoch, updates: 0 } }
      : {}),
    unseen: new Map(),
  }
}

export function snapshotOf(world: World): Snapshot {
  const machines = [...world.machines.values()]
  const replicas = machines.flatMap(machine =>
    [...machine.up].map(
      ([resource, disk]): ReplicaState => ({
        node: machine.node,
        resource,
        volume: 0,
        role: machine.primary.has(resource) ? 'Primary' : 'Secondary',
        disk,
        quorum: true,
        suspended: false,
        peers: machines
          .filter(other => other !== machine)
          .map(other => ({
            node: other.node,
            connection: other.up.has(resource) ? 'Connected' : 'Connecting',
            role: 'Secondary',
            disk: other.up.get(resource) ?? 'DUnknown',
            replication: 'Established',
            outOfSync: bytes(0),
          })),
      }),
    ),
  )
  return {
    at: instant(0),
    cluster: world.cluster.name,
    nodes: [],
    quorum: [],
    links: [],
    resources: [],
    replicas,
    fencing: { enabled: true, devices: [], history: [] },
    failures: [],
    leftovers: [],
    unseen: [],
  }
}

export function planOf(world: World): Plan {
  const secrets = new Map(
    [...world.artifacts.hosts.values()]
      .flatMap(host => host.files)
      .flatMap(file =>
        file.secret === undefined || file.path.endsWith('authkey')
          ? []
          : [[file.secret, hash(`secret ${file.secret}`)] as const],
      ),
  )
  const facts = new Map([...world.machines].map(([name, machine]) => [name, factsOf(world, machine)]))
  const enrolments = new Map([...world.machines].map(([name, { enrolment }]) => [name, enrolment]))
  return plan({
    cluster: world.cluster,
    artifacts: world.artifacts,
    facts,
    snapshot: snapshotOf(world),
    secrets,
    ...(world.witness && { witness: { machine: ok(factsOf(world, world.witness)), enrolments } }),
  })
}

