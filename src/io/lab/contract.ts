// What the lab offers to everybody else: real virtual machines, their links and their power, as one interface.
// Two adapters speak it: the process that holds the machines (start.ts) and a client of its control socket (open.ts).
// Everything that can be refused by the world comes back as a LabFailure; text is made by `failure.ts`.
import type { Result } from '../../core/base/result.ts'
import type { Bytes, Instant, Milliseconds, NodeName } from '../../core/base/units.ts'

export const labImages = ['debian13', 'debian12'] as const
/** The operating system of the machines. Debian 13: Pacemaker 3.0, PostgreSQL 17. Debian 12: Pacemaker 2.1.5, PostgreSQL 15. */
export type LabImage = (typeof labImages)[number]

/** One network of the lab's switch that a machine is plugged into, with the machine's address on it. */
export interface LabPlug {
  /** The name of the network: machines with the same name see each other. `link0`, `link1`, `management`. */
  readonly network: string
  /** In CIDR form: `10.20.1.11/24`. */
  readonly address: string
}

/** A blank disk, sparse on the host. */
export interface LabDisk {
  readonly size: Bytes
  /** What the cluster file calls it, `/dev/sdb`: a symbolic link that udev keeps. */
  readonly alias?: string
  /** An LVM volume group that is already made on it, as an administrator would have done. */
  readonly volumeGroup?: string
}

export interface LabMachineSpec {
  readonly name: NodeName
  /** In the order of the guest's interfaces: the first is eth1 (eth0 is the management port of ssh and the BMCs). */
  readonly plugs: readonly LabPlug[]
  /** In order: /dev/vdb, /dev/vdc … */
  readonly disks: readonly LabDisk[]
  /** False for the client: it gets no BMC. */
  readonly hasBmc: boolean
}

export interface LabOptions {
  readonly clusterName: string
  readonly image: LabImage
  readonly machines: readonly LabMachineSpec[]
  /** The name of the machine outside the cluster. It is one of `machines`. */
  readonly client: NodeName
  readonly onProgress?: (progress: LabProgress) => void
}

export interface LabProgress {
  /** What is being waited for, for people: "building the Debian 13 image (installing packages)". */
  readonly waitingFor: string
  readonly state: 'begun' | 'going' | 'done'
  readonly elapsed?: Milliseconds
}

/** Where the machine answers on the host, with the lab's own key and its host key already known. */
export interface SshEndpoint {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly user: 'root'
  readonly identityFile: string
  readonly knownHostsFile: string
  /** An ssh_config that holds all of this for every machine: `ssh -F FILE alpha`. */
  readonly configFile: string
}

/** The machine's Redfish BMC as the guests see it; on the host it is a private unix socket and no port. */
export interface BmcEndpoint {
  readonly ip: string
  readonly port: number
  readonly user: string
  /** On the host, 0600. In the guests the certificate of every BMC is already trusted. */
  readonly passwordFile: string
}

export type PowerState = 'on' | 'off' | 'paused'

export interface LabNode {
  readonly name: NodeName
  readonly ssh: SshEndpoint
  readonly bmc?: BmcEndpoint
  readonly plugs: readonly LabPlug[]
  /** `/dev/vdb` … with their sizes. */
  readonly disks: readonly (LabDisk & { readonly device: string })[]
  /** The serial console, as a growing text file on the host. */
  readonly consoleFile: string
}

export type PowerAction = 'off' | 'on' | 'reset' | 'pause' | 'resume'

/** A fault on the frames that travel from one machine to another on one network, or on all of them. */
export interface Path {
  readonly from: NodeName
  readonly to: NodeName
  /** Absent: every network. */
  readonly network?: string
}

/** What happens to frames on a path. A fault replaces the one before it on the same path. */
export type LinkFault =
  | { readonly kind: 'cut' }
  | { readonly kind: 'loss'; readonly percent: number }
  | { readonly kind: 'delay'; readonly delay: Milliseconds; readonly jitter: Milliseconds }

export interface NetworkFaults {
  /** Both directions. */
  cut(a: NodeName, b: NodeName, network?: string): Promise<Result<void, LabFailure>>
  /** Only what `from` sends to `to` is lost. */
  cutOneWay(from: NodeName, to: NodeName, network?: string): Promise<Result<void, LabFailure>>
  loss(a: NodeName, b: NodeName, percent: number, network?: string): Promise<Result<void, LabFailure>>
  delay(
    a: NodeName,
    b: NodeName,
    delay: Milliseconds,
    jitter?: Milliseconds,
    network?: string,
  ): Promise<Result<void, LabFailure>>
  /** Takes back every fault between two machines, in both directions. */
  heal(a: NodeName, b: NodeName, network?: string): Promise<Result<void, LabFailure>>
  healAll(): Promise<Result<void, LabFailure>>
}

export interface BmcFault {
  /** Every answer comes this much later. */
  readonly delay?: Milliseconds
  /** `unreachable`: connections are dropped. `refuse`: the password is refused. `error`: answers 500, does nothing.
   *  `lie`: says that the machine is off and does nothing. */
  readonly fail?: 'unreachable' | 'refuse' | 'error' | 'lie'
}

export interface MachineStatus {
  readonly name: NodeName
  readonly power: PowerState
  readonly pid?: number
  readonly bmcFault: BmcFault
}

/** Something the lab did or saw: power by a BMC, a fault put in. For timelines. */
export interface LabEvent {
  readonly at: Instant
  readonly kind: 'power' | 'bmc' | 'link' | 'machine'
  readonly node?: NodeName
  readonly what: string
}

export interface LabStatus {
  readonly clusterName: string
  readonly image: LabImage
  readonly accelerator: 'kvm' | 'tcg'
  readonly since: Instant
  readonly pid: number
  readonly machines: readonly MachineStatus[]
  readonly faults: readonly (Path & { readonly fault: LinkFault })[]
  readonly events: readonly LabEvent[]
}

export interface Lab extends AsyncDisposable {
  readonly clusterName: string
  /** The state directory, 0700. */
  readonly directory: string
  /** Cluster nodes only, in the order of the file. */
  readonly nodes: ReadonlyMap<NodeName, LabNode>
  readonly client: LabNode
  readonly network: NetworkFaults
  /** What a hand on the power button would do: `off` is a pulled plug. Returns when it is so (`on`: when it boots). */
  power(node: NodeName, action: PowerAction): Promise<Result<void, LabFailure>>
  /** Replaces the BMC's fault; `{}` takes it back. */
  bmcFault(node: NodeName, fault: BmcFault): Promise<Result<void, LabFailure>>
  status(): Promise<Result<LabStatus, LabFailure>>
  /** Ends machines, BMCs, switch, and removes the state directory. */
  down(): Promise<Result<void, LabFailure>>
}

export type LabFailure =
  | {
      readonly kind: 'missing-tools'
      readonly tools: readonly { readonly command: string; readonly package: string }[]
    }
  | { readonly kind: 'image-build'; readonly step: string; readonly log: string; readonly tail: readonly string[] }
  | {
      readonly kind: 'machine'
      readonly node: NodeName | 'golden'
      readonly what: string
      readonly tail: readonly string[]
    }
  | { readonly kind: 'already-running'; readonly directory: string }
  | { readonly kind: 'not-running'; readonly directory: string }
  | { readonly kind: 'no-such-machine'; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: 'no-such-network'; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: 'refused'; readonly what: string }
  | { readonly kind: 'path-unusable'; readonly path: string; readonly why: 'length' | 'characters' }
