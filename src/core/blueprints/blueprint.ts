// What a kind of service has to tell: its parameters, what the cluster runs for it, and what the machines need.
// One file per kind; `registry.ts` lists them. A blueprint knows the model and nothing of CIB or YAML spelling;
// the compiler makes the group or clone, the mounts, the addresses and the constraints that all kinds have in common.
import type { z } from 'zod'
import type { Problem } from '../base/result.ts'
import type { Bytes, Milliseconds } from '../base/units.ts'
import type { Cluster, Service, Volume } from '../model/types.ts'

/** What a blueprint is asked with: the service, its volumes in their order, and what the machines run. */
export interface Occasion {
  readonly cluster: Cluster
  readonly service: Service
  readonly volumes: readonly Volume[]
  readonly distribution: { readonly id: string; readonly version: number }
}

/** A place in the cluster file below the service: `['parameters', 'version']`. */
export interface ServiceProblem extends Problem {
  readonly path: readonly (string | number)[]
}

export interface Blueprint<Parameters> {
  readonly name: string
  /** One line for the reference. */
  readonly summary: string
  /** Strict, with a `.describe()` on each; defaults but no transforms, because the decoded form is decoded again. */
  readonly parameters: z.ZodType<Parameters>
  /** `failover`: on one node at a time. `everywhere`: on all nodes, only its addresses move. */
  readonly placement: 'failover' | 'everywhere'
  check(occasion: Occasion, parameters: Parameters): readonly ServiceProblem[]
  build(occasion: Occasion, parameters: Parameters): ServicePlan
}

export interface ServicePlan {
  readonly agent: Agent
  readonly packages: readonly string[]
  readonly maskedUnits: readonly string[]
  readonly disabledUnits: readonly string[]
  /** Files on every node that can run it. */
  readonly files: readonly ServiceFile[]
  /** `net.ipv4.ip_nonlocal_bind` → `1`. */
  readonly sysctl: Readonly<Record<string, string>>
  /** Its main process, as the kernel names it. */
  readonly process: string
  /** How a drill's client proves it: rows that it writes and reads back, or any answer to a request. */
  readonly client: 'postgresql' | 'http'
  /** TCP ports that clients come to. */
  readonly ports: readonly number[]
  /** Their networks, as `192.0.2.0/24`; empty where anybody may come. */
  readonly clients: readonly string[]
  /** What it takes at its start and does not begin without: `shared_buffers`, in bytes. */
  readonly memory?: { readonly what: string; readonly size: Bytes }
  /** Users that own replicated files. */
  readonly users: readonly string[]
  readonly preparation?: Preparation
  readonly proof?: Proof
}

/** The resource agent that is the service proper. */
export interface Agent {
  readonly class: 'ocf' | 'systemd'
  readonly provider?: string
  readonly type: string
  readonly parameters: Readonly<Record<string, string>>
  readonly operations: readonly AgentOperation[]
}

export interface AgentOperation {
  readonly name: 'start' | 'stop' | 'monitor'
  readonly timeout: Milliseconds
  readonly interval?: Milliseconds
}

export interface ServiceFile {
  readonly path: string
  readonly content: string
  readonly mode: number
  readonly owner: string
  /** A unit to reload when the file has changed. */
  readonly reload?: string
}

export interface Preparation {
  readonly directories: readonly {
    readonly path: string
    readonly owner: string
    readonly group: string
    readonly mode: number
  }[]
  readonly commands: readonly { readonly creates: string; readonly user: string; readonly argv: readonly string[] }[]
  readonly files: readonly ServiceFile[]
}

export interface Proof {
  readonly user: string
  readonly argv: readonly string[]
  readonly expect: string
}

/** A blueprint whose parameters' type is sealed inside, so that all kinds fit one list. */
export interface SealedBlueprint {
  readonly name: string
  readonly summary: string
  readonly parameters: z.ZodType<Readonly<Record<string, unknown>>>
  readonly placement: 'failover' | 'everywhere'
  check(occasion: Occasion): readonly ServiceProblem[]
  build(occasion: Occasion): ServicePlan
}

export function seal<Parameters extends Readonly<Record<string, unknown>>>(
  blueprint: Blueprint<Parameters>,
): SealedBlueprint {
  const read = (occasion: Occasion): Parameters => blueprint.parameters.parse(occasion.service.parameters)
  return {
    name: blueprint.name,
    summary: blueprint.summary,
    parameters: blueprint.parameters,
    placement: blueprint.placement,
    check: occasion => blueprint.check(occasion, read(occasion)),
    build: occasion => blueprint.build(occasion, read(occasion)),
  }
}
