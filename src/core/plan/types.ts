// What a plan is made of: steps as plain data, each with the node it happens on and its hazard. What a step does to a
// machine is told by `kinds.ts` (for people) and by io/apply (for machines); nothing in here runs anything.
import type { Bytes, NodeName } from '../base/units.ts'
import type { HostAction, HostFile, ServiceProof, VolumePreparation } from '../compile/artifacts.ts'
import type { Trouble } from './trouble.ts'

/** What a step may cost, from nothing to data; ordered, so that a plan has a worst one. */
export const hazardLevels = ['none', 'short-outage', 'outage', 'data-loss'] as const
export type HazardLevel = (typeof hazardLevels)[number]

export interface Hazard {
  readonly level: HazardLevel
  /** One sentence; empty only for `none`. */
  readonly why: string
}

/** One part of a replicated volume on one node, as the storage steps need it. */
export interface Replica {
  readonly resource: string
  readonly part: number
  readonly minor: number
  /** The backing device's path. */
  readonly device: string
}

export interface MountedPart {
  readonly minor: number
  readonly device: string
  readonly filesystem: 'ext4' | 'xfs'
  readonly mount: string
}

/** The CIB's version that an update starts from; absent on a cluster that has none yet. */
export interface CibVersion {
  readonly adminEpoch: number
  readonly epoch: number
}

export type Proof =
  | { readonly what: 'replication'; readonly resource: string }
  | { readonly what: 'links'; readonly count: number; readonly nodes: number }
  | { readonly what: 'fencing'; readonly target: NodeName }
  | { readonly what: 'witness'; readonly host: string; readonly nodes: number }
  | { readonly what: 'service'; readonly proof: ServiceProof }

export type Step =
  | { readonly kind: 'install-packages'; readonly node: NodeName; readonly packages: readonly string[] }
  | { readonly kind: 'make-logical-volume'; readonly node: NodeName; readonly volume: NewLogicalVolume }
  | { readonly kind: 'wipe-device'; readonly node: NodeName; readonly replica: Replica }
  | {
      readonly kind: 'configure-host'
      readonly node: NodeName
      readonly stopAndMask: readonly string[]
      readonly disable: readonly string[]
      readonly enable: readonly string[]
      readonly files: readonly HostFile[]
      readonly actions: readonly HostAction[]
    }
  | { readonly kind: 'stop-cluster'; readonly node: NodeName }
  | { readonly kind: 'create-metadata'; readonly node: NodeName; readonly replica: Replica }
  | { readonly kind: 'bring-up'; readonly node: NodeName; readonly resource: string }
  | { readonly kind: 'adjust-replication'; readonly node: NodeName; readonly resources: readonly string[] }
  | {
      readonly kind: 'first-sync'
      /** The source, should the disks not be blank. */
      readonly node: NodeName
      readonly resource: string
      readonly replicas: readonly (Replica & { readonly node: NodeName })[]
    }
  | {
      readonly kind: 'prepare-volume'
      readonly node: NodeName
      /** The first of a service's volumes; the others are prepared with it. */
      readonly resource: string
      readonly resources: readonly string[]
      readonly parts: readonly MountedPart[]
      readonly preparation?: VolumePreparation
    }
  /** On the witness's machine: its certificate authority and qnetd. */
  | { readonly kind: 'start-witness'; readonly node: NodeName }
  | {
      readonly kind: 'join-witness'
      readonly node: NodeName
      readonly witness: NodeName
      readonly cluster: string
    }
  | { readonly kind: 'reload-corosync'; readonly node: NodeName }
  | {
      readonly kind: 'start-cluster'
      readonly node: NodeName
      /** Each node's name and the address that it has to resolve to. */
      readonly names: readonly { readonly name: string; readonly address: string }[]
      /** Nodes that must be online before the step is done. */
      readonly nodes: readonly NodeName[]
    }
  | { readonly kind: 'start-voting'; readonly node: NodeName }
  | {
      readonly kind: 'update-cib'
      readonly node: NodeName
      readonly from?: CibVersion
      /** The whole `<configuration>` element. */
      readonly configuration: string
    }
  | { readonly kind: 'prove'; readonly node: NodeName; readonly proof: Proof }

export type StepKind = Step['kind']

export interface NewLogicalVolume {
  readonly group: string
  readonly name: string
  readonly size: Bytes
}

export interface PlannedStep {
  /** Stable from plan to plan: `create-metadata:alpha:pgdata/0`. */
  readonly id: string
  readonly step: Step
  /** Ids of the steps that must be done before. Steps that do not wait for each other may run at once. */
  readonly after: readonly string[]
  readonly hazard: Hazard
}

/** Something on a machine that is not as the cluster file says. */
export interface Difference {
  /** Absent: the cluster's shared configuration. */
  readonly node?: NodeName
  readonly what: 'package' | 'file' | 'unit' | 'volume' | 'cib' | 'cluster'
  readonly name: string
  /** `changed` is drift: it was there, otherwise. `absent` was never made. */
  readonly change: 'absent' | 'changed' | 'surplus'
  /** One line for people. */
  readonly summary: string
  /** A unified diff, where the thing is text and no secret. */
  readonly diff?: readonly string[]
}

export interface Plan {
  readonly cluster: string
  readonly differences: readonly Difference[]
  /** In the order in which they are told; `after` says what really waits for what. */
  readonly steps: readonly PlannedStep[]
  /** What has to be seen working in the end, also where there is nothing to do. */
  readonly proofs: readonly PlannedStep[]
  /** False where what comes after these steps is known only when they are done. */
  readonly complete: boolean
  /** With any of these, nothing is begun. */
  readonly troubles: readonly Trouble[]
  readonly warnings: readonly Trouble[]
}
