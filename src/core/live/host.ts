// What one machine is like, as far as a plan has to know: versions, files, units, disks, names, clock, ports, CIB.
// Facts only: what they mean for a cluster is decided by core/plan. What could not be found out is absent, and `unseen`
// says why. Secrets never come in here: a secret file is told by its hash.

import type { Bytes, Instant, Milliseconds, NodeName } from '../base/units.ts'
import type { FirewallFact } from './firewall/types.ts'

/** What a plan asks about one machine; everything else in `HostFacts` is told unasked. */
export interface HostQuestions {
  /** Paths that the artifacts name. A secret's content is not fetched. */
  readonly files: readonly { readonly path: string; readonly secret: boolean }[]
  readonly packages: readonly string[]
  readonly units: readonly string[]
  /** Backing devices whose signatures matter, with or without the device being there. */
  readonly devices: readonly string[]
  /** System users whose numbers must be equal on all nodes: `postgres`. */
  readonly users: readonly string[]
  /** Whether anything lies on LVM. */
  readonly lvm: boolean
  /** Absolute paths of programs that must be there: fence agents. */
  readonly programs: readonly string[]
}

export interface HostFacts {
  readonly node: NodeName
  /** By our clock, when the machine answered. */
  readonly at: Instant
  /** From /etc/os-release: `debian`, 13, "Debian GNU/Linux 13 (trixie)". */
  readonly os: { readonly id: string; readonly version: number; readonly prettyName: string }
  /** Installed versions, by package name; an asked package that is absent here is not installed. */
  readonly packages: ReadonlyMap<string, string>
  readonly engines: EngineVersions
  /** By path; an asked path that is absent here does not exist. */
  readonly files: ReadonlyMap<string, FileFact>
  /** By unit name, every asked one. */
  readonly units: ReadonlyMap<string, UnitFact>
  /** All of it, as the kernel counts; absent where that was not told. */
  readonly memory?: Bytes
  readonly blockDevices: readonly BlockDevice[]
  readonly lvm: readonly VolumeGroup[]
  readonly interfaces: readonly NetworkInterface[]
  readonly clock: ClockFact
  readonly listening: readonly ListeningPort[]
  /** By asked name; a user that is absent here does not exist. */
  readonly users: ReadonlyMap<string, { readonly uid: number; readonly gid: number }>
  /** Those of the asked programs that are there. */
  readonly programs: ReadonlySet<string>
  /** Free space of the filesystem that holds `/etc`, `/run`, `/var`, by that path. */
  readonly free: ReadonlyMap<string, Bytes>
  readonly firewall: FirewallFact
  /** Absent where the cluster is not running on this machine. */
  readonly cib?: CibFact
  /** The text of what went wrong, by what was asked: `lvm`, `cib`, … */
  readonly unseen: ReadonlyMap<string, string>
}

/** `3.0.0`, `3.1.9`, `8.4.11`; absent where it is not installed. */
export interface EngineVersions {
  readonly pacemaker?: string
  readonly corosync?: string
  /** The kernel module's, loaded or not. */
  readonly drbd?: string
}

export type FileFact =
  | {
      readonly kind: 'file'
      readonly mode: number
      /** "user:group". */
      readonly owner: string
      readonly size: Bytes
      /** Hexadecimal. */
      readonly sha256: string
      /** Absent for a secret. */
      readonly content?: string
    }
  | { readonly kind: 'other'; readonly what: string }

export interface UnitFact {
  /** systemd's LoadState, UnitFileState and ActiveState, word for word: `masked`, `enabled`, `active`; `not-found`. */
  readonly load: string
  readonly enabled: string
  readonly active: string
}

/** One line of `lsblk`, flat; `/dev/sda1` names its parent `/dev/sda`. */
export interface BlockDevice {
  readonly path: string
  readonly type: string
  readonly size: Bytes
  readonly readOnly: boolean
  readonly parents: readonly string[]
  readonly mountpoints: readonly string[]
  /** Symbolic names under /dev/disk and /dev/<group> that lead here, of the asked ones. */
  readonly aliases: readonly string[]
  /** What `wipefs` found on it: `ext4`, `LVM2_member`, `drbd`, `dos`; asked devices only. */
  readonly signatures?: readonly string[]
  /** Of the filesystem on it; asked devices only. DRBD writes past the page cache of its backing device, so the cache is
   *  dropped (`blockdev --flushbufs`) before this is read. */
  readonly label?: string
}

export interface VolumeGroup {
  readonly name: string
  readonly size: Bytes
  readonly free: Bytes
}

export interface NetworkInterface {
  readonly name: string
  readonly up: boolean
  /** "192.0.2.1/24". */
  readonly addresses: readonly string[]
}

export interface ClockFact {
  /** The machine's clock less ours, give or take half of the round trip. */
  readonly offset: Milliseconds
  readonly uncertainty: Milliseconds
  /** What the kernel says (`timedatectl`); asked only where no time service seems to run, else absent. */
  readonly synchronised?: boolean
  /** Active time services: `chrony`, `systemd-timesyncd`, `ntpsec`. */
  readonly services: readonly string[]
}

export interface ListeningPort {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  /** The owner's program name, where it could be seen. */
  readonly process?: string
}

export interface CibFact {
  /** The whole `<cib>` element as `cibadmin --query --local` gave it. Fence devices' secrets are in it: never print it. */
  readonly text: string
  /** admin_epoch.epoch.num_updates, for an update that fails where somebody changed it meanwhile. */
  readonly adminEpoch: number
  readonly epoch: number
  readonly updates: number
}
