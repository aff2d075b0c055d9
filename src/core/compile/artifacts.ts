// What the compiler writes: for each node its files, and one configuration for the cluster. Plan compares it with what
// is on the machines, apply puts it there, and the simulator boots from it.
import type { Bytes, NodeName } from '../base/units.ts'

/** What the machines run, as observed; the output depends on it. */
export interface Platform {
  /** The distribution's id and major version, as in /etc/os-release: `debian`, 13. */
  readonly distribution: { readonly id: string; readonly version: number }
  /** `2.1.5`, `3.0.0`: the lowest version among the nodes. */
  readonly pacemaker: string
  readonly corosync: string
  /** The kernel module's: `8.4.11`, `9.2.12`. */
  readonly drbd: string
}

export interface HostFile {
  readonly path: string
  readonly content: string
  /** 0o644, 0o400 … */
  readonly mode: number
  readonly owner: string
  /** Never printed, never in a report; `content` is then filled in by apply from this reference's name. */
  readonly secret?: string
  /** Absent: the file is ours as a whole. Otherwise ours are these lines only; see hosts.ts and firewall.ts. */
  readonly merge?: 'hosts' | 'ufw'
  /** What has to happen on this node after the file changed. */
  readonly then: readonly HostAction[]
}

export interface Opening {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** Addresses of the peers, or networks of clients; empty where anybody may come. */
  readonly from: readonly string[]
  /** The own address that they come to, where it is one. */
  readonly at?: string
  /** Clients may be kept out by an administrator who knows where they come from; the nodes may not. */
  readonly who: 'nodes' | 'clients'
  readonly why: string
}

export type HostAction =
  | 'corosync-reload'
  | 'corosync-restart'
  | 'drbd-adjust'
  | 'systemd-reload'
  | 'sysctl'
  | 'modules-load'
  | 'firewalld-reload'
  | 'ufw-reload'
  /** A unit that the cluster runs reads its configuration anew, where it is active. */
  | `unit-reload:${string}`

export interface HostArtifacts {
  readonly node: NodeName
  readonly packages: readonly string[]
  /** systemd units that only the cluster may start. */
  readonly maskedUnits: readonly string[]
  /** systemd units that the cluster starts through systemd, so neither the boot nor a mask may touch them. */
  readonly disabledUnits: readonly string[]
  /** systemd units that the boot starts. */
  readonly enabledUnits: readonly string[]
  /** What a firewall, where one is active, has to let in. */
  readonly openings: readonly Opening[]
  /** What the services that may all come to run here take at their start. */
  readonly memory: readonly { readonly service: string; readonly what: string; readonly size: Bytes }[]
  readonly files: readonly HostFile[]
}

export interface Artifacts {
  readonly hosts: ReadonlyMap<NodeName, HostArtifacts>
  /** The `<configuration>` element, as text in canonical form. Secrets stand as `{secret:NAME}`. */
  readonly cib: string
  /** What has to be in the volumes before their services can start, as the blueprints say. */
  readonly preparations: readonly VolumePreparation[]
  /** System users that own replicated files, so need one uid and gid on all nodes. */
  readonly users: readonly string[]
  /** How one sees that a service really answers. */
  readonly proofs: readonly ServiceProof[]
}

/** Done once, on the Primary, with the volume's filesystems mounted at their places: directories, commands, files. */
export interface VolumePreparation {
  readonly service: string
  readonly volume: string
  /** Absolute paths below one of the volume's mounts. */
  readonly directories: readonly {
    readonly path: string
    readonly owner: string
    readonly group: string
    readonly mode: number
  }[]
  /** Argument lists, run as `user`, skipped where `creates` exists. */
  readonly commands: readonly { readonly creates: string; readonly user: string; readonly argv: readonly string[] }[]
  /** Written at preparation only, never compared afterwards. */
  readonly files: readonly HostFile[]
}

/** Run where the service is active; it answers if the exit status is 0 and the output is `expect`. */
export interface ServiceProof {
  readonly service: string
  readonly user: string
  readonly argv: readonly string[]
  readonly expect: string
}
