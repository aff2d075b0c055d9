// What the compiler writes: for each node its files, and one configuration for the cluster. Plan compares it with what
// is on the machines, apply puts it there, and the simulator boots from it.
import type { NodeName } from '../base/units.ts'

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
  /** What has to happen on this node after the file changed. */
  readonly then: readonly HostAction[]
}

export type HostAction =
  | 'corosync-reload'
  | 'corosync-restart'
  | 'drbd-adjust'
  | 'systemd-reload'
  | 'sysctl'
  | 'modules-load'

export interface HostArtifacts {
  readonly node: NodeName
  readonly packages: readonly string[]
  /** systemd units that only the cluster may start. */
  readonly maskedUnits: readonly string[]
  /** systemd units that the boot starts. */
  readonly enabledUnits: readonly string[]
  readonly files: readonly HostFile[]
}

export interface Artifacts {
  readonly hosts: ReadonlyMap<NodeName, HostArtifacts>
  /** The `<configuration>` element, as text in canonical form. Secrets stand as `{secret:NAME}`. */
  readonly cib: string
}
