// A valid cluster, without syntax: what the cluster file means once it has been decoded and every default is filled in.
// Blueprints, the compiler, the plan and the views read this; nothing in here knows YAML, Pacemaker or DRBD spelling.
// Order is the order of the file; a node's position + 1 is its Corosync node id.
import type { Bytes, Milliseconds, NodeName } from '../base/units.ts'

export interface Cluster {
  readonly name: string
  readonly nodes: readonly Node[]
  readonly volumes: readonly Volume[]
  readonly services: readonly Service[]
  readonly fencing: FencingPolicy
  readonly quorum: QuorumPolicy
  readonly timing: TimingProfile
}

export interface Node {
  readonly name: NodeName
  /** Where OpenSSH reaches it: a host name, an address, or an alias of the user's ssh configuration. */
  readonly management: { readonly host: string; readonly user?: string; readonly port?: number }
  /** Addresses of the cluster links, link 0 first. All nodes have the same number of links. */
  readonly links: readonly string[]
  /** Tried level by level, in this order. Empty only where `Cluster.fencing` is `none`. */
  readonly fence: readonly FenceDevice[]
}

/** A device that can switch this node off, spelt as its fence agent wants it. */
export interface FenceDevice {
  /** `fence_redfish`, `fence_ipmilan`, … */
  readonly agent: string
  /** Topology level, from 1; devices of one level must all succeed. */
  readonly level: number
  /** Parameters of the agent, in the file's order. No secrets. */
  readonly parameters: Readonly<Record<string, string>>
  /** Parameters whose value is a secret, by reference. */
  readonly secrets: Readonly<Record<string, SecretReference>>
  /** True where the device has the host's own power supply, so that a power loss takes it along. */
  readonly sharesPower: boolean
}

export type SecretReference =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] }

export type FencingPolicy =
  | { readonly kind: 'required' }
  /** Explicitly without: every screen says so, with the reason that the administrator gave. */
  | { readonly kind: 'none'; readonly reason: string }

export type QuorumPolicy =
  | { readonly kind: 'two-node' }
  | { readonly kind: 'majority' }
  /** A third vote from a machine outside the cluster (corosync-qnetd). */
  | {
      readonly kind: 'witness'
      /** Where the nodes reach it: a name or an address. */
      readonly host: string
      /** Where OpenSSH reaches it. */
      readonly management: Node['management']
      readonly algorithm: 'ffsplit' | 'lms'
    }

export type TimingProfile = 'lan-fast' | 'balanced' | 'cloud'

/** One DRBD resource. Its parts share one connection and so one write order (PostgreSQL data and WAL, for example). */
export interface Volume {
  readonly name: string
  readonly parts: readonly VolumePart[]
  /** DRBD protocol: C waits for the peer's disk, B for its memory, A for the local send buffer. */
  readonly protocol: 'A' | 'B' | 'C'
  /** The nodes that hold a replica. */
  readonly nodes: readonly NodeName[]
  /** Unique in the cluster. */
  readonly port: number
}

export interface VolumePart {
  /** DRBD volume number within the resource. */
  readonly number: number
  /** DRBD minor: /dev/drbd<minor>. */
  readonly minor: number
  /** Empty for a volume of one part. */
  readonly name: string
  readonly size: Bytes
  readonly backing: Backing
  readonly filesystem: 'ext4' | 'xfs'
  /** Where the service's node mounts it. */
  readonly mount: string
  /** The administrator's word that what is on the device may be destroyed. */
  readonly eraseExisting: boolean
}

export type Backing =
  | { readonly kind: 'device'; readonly path: string }
  | { readonly kind: 'lvm'; readonly group: string; readonly logicalVolume: string }

export interface Service {
  readonly name: string
  /** The file in core/blueprints that knows this kind of service. */
  readonly blueprint: string
  /** As the blueprint's own schema decoded them. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Names of volumes. */
  readonly volumes: readonly string[]
  readonly addresses: readonly ServiceAddress[]
  /** A finite preference; the service does not move back by itself. */
  readonly prefer?: NodeName
  /** Names of services that must run on the same node. */
  readonly with: readonly string[]
  /** Names of services that must have started before. */
  readonly after: readonly string[]
  /** The longest outage that one fault may cost. */
  readonly budget?: Milliseconds
}

export interface ServiceAddress {
  readonly address: string
  readonly prefixLength: number
  /** Where not given, the interface that carries the address's network. */
  readonly interface?: string
  readonly prefer?: NodeName
}
