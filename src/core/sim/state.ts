// The state of a simulated cluster as plain data: it can be copied, and an assembled simulation (sim.ts) is the same
// functions around another copy.

import type { Bugs } from './bugs.ts'
import type { ClientEvent, ClientState } from './clients.ts'
import { client } from './clients.ts'
import type { DiskStore } from './disk.ts'
import { diskStore } from './disk.ts'
import type { DrbdEvent, DrbdState } from './drbd/types.ts'
import { replica } from './drbd/types.ts'
import type { Host, VolumeContent } from './host.ts'
import { host } from './host.ts'
import type { Entry } from './journal.ts'
import type { QueueState } from './kernel.ts'
import { emptyQueue } from './kernel.ts'
import type { MachineState } from './machine.ts'
import { machine } from './machine.ts'
import type { MembershipEvent, MembershipState } from './membership.ts'
import { membershipState } from './membership.ts'
import type { NetworkState } from './network.ts'
import { network } from './network.ts'
import { firstCopy } from './pacemaker/cib-copy.ts'
import { downStack } from './pacemaker/coordinator.ts'
import type { PacemakerEvent, PacemakerState } from './pacemaker/types.ts'
import type { SimPlan } from './plan.ts'

export type MachineEvent =
  | { readonly kind: 'booted'; readonly node: string }
  | { readonly kind: 'corosync-up'; readonly node: string }

export type SimEvent =
  | { readonly room: 'drbd'; readonly event: DrbdEvent }
  | { readonly room: 'membership'; readonly event: MembershipEvent }
  | { readonly room: 'pacemaker'; readonly event: PacemakerEvent }
  | { readonly room: 'client'; readonly event: ClientEvent }
  | { readonly room: 'machine'; readonly event: MachineEvent }
  | { readonly room: 'move'; readonly event: MoveEvent }

/** A switchover by hand, until its constraint can be taken away again. */
export interface MoveEvent {
  readonly kind: 'check'
  readonly service: string
  readonly to: string
  readonly until: number
}

export interface SimState {
  readonly plan: SimPlan
  readonly queue: QueueState<SimEvent>
  readonly network: NetworkState
  readonly machines: Map<string, MachineState<SimEvent>>
  readonly hosts: Map<string, Host>
  /** By node and DRBD resource, "alpha/pgdata". */
  readonly disks: Map<string, DiskStore>
  readonly contents: Map<string, VolumeContent>
  readonly drbd: DrbdState
  readonly membership: MembershipState
  readonly pacemaker: PacemakerState
  readonly clients: ClientState[]
  readonly journal: Entry[]
  /** Consent of a person to discard a replica's own changes, by "node/resource". */
  readonly consents: Set<string>
  /** Services that are being moved by hand. */
  readonly moves: Set<string>
}

export const diskKey = (node: string, res: string): string => `${node}/${res}`

/** All machines powered on, nothing started yet; the volumes are equal and blank, as `apply` leaves them. */
export function initialState(plan: SimPlan, bugs: Bugs): SimState {
  const { nodes, resources } = plan
  const sites = resources.map(config => {
    const replicas = config.replicas.map(r => [r.node, replica(config, r.node, 1)] as const)
    return [config.name, { config, replicas: new Map(replicas) }] as const
  })
  const cib = firstCopy(plan.configuration)
  return {
    plan,
    queue: emptyQueue(),
    network: network(nodes, plan.links),
    machines: new Map(nodes.map(node => [node, machine(node)])),
    hosts: new Map(nodes.map(node => [node, host(node)])),
    disks: new Map(resources.flatMap(r => r.replicas.map(c => [diskKey(c.node, r.name), diskStore()] as const))),
    contents: new Map(resources.map(r => [r.name, { cleanlyStopped: true, wal: 0, checkpointAt: 0 }])),
    drbd: { resources: new Map(sites), nextGeneration: 2, nextSession: 1 },
    membership: membershipState(plan.totem, bugs),
    pacemaker: {
      stacks: new Map(nodes.map(node => [node, downStack(node, cib)])),
      nextTransition: 1,
      nextOperation: 1,
      fencing: { history: [], devices: new Map(), attempts: new Map(), nextRequest: 1, requests: new Map() },
    },
    clients: plan.services.flatMap(service =>
      service.addresses.length === 0
        ? [client(service, undefined)]
        : service.addresses.map(a => client(service, a.address)),
    ),
    journal: [],
    consents: new Set(),
    moves: new Set(),
  }
}
