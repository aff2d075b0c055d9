// What the simulated DRBD needs from the rest of the world, and the one value that its parts hand around.
import { assert, found } from '../../base/assert.ts'
import type { Prng } from '../../base/prng.ts'
import type { ConnectionEvent, DiskEvent, ReplicationEvent } from '../../drbd/states.ts'
import { connectionTable, diskTable, replicationTable, rowFor } from '../../drbd/states.ts'
import type { Bugs } from '../bugs.ts'
import type { DiskStore } from '../disk.ts'
import type { Journal } from '../journal.ts'
import type { Timer } from '../kernel.ts'
import type { DrbdEvent, DrbdState, Peer, Replica, ResourceSite } from './types.ts'

export interface DrbdPorts extends Journal {
  readonly timer: Timer<DrbdEvent>
  readonly random: Prng
  readonly bugs: Bugs
  /** Cables in both directions, and both machines answer. */
  reachable(a: string, b: string, link: number): boolean
  answers(node: string): boolean
  latency(from: string, to: string, link: number): number
  disk(node: string, res: string): DiskStore
  diskLatency(): number
  /** A write of the application is over: durable by the protocol, or refused. */
  completed(node: string, res: string, write: number, succeeded: boolean): void
  runHandler(which: 'fence-peer' | 'unfence-peer' | 'split-brain', node: string, res: string, peer: string): void
  /** Roles, disks or connections of this replica changed. */
  changed(node: string, res: string): void
}

export interface Drbd {
  readonly state: DrbdState
  readonly ports: DrbdPorts
}

export const siteOf = (drbd: Drbd, res: string): ResourceSite => found(drbd.state.resources.get(res), `DRBD ${res}`)
export const replicaOf = (site: ResourceSite, node: string): Replica =>
  found(site.replicas.get(node), `replica of ${site.config.name} on ${node}`)
export const peerOf = (r: Replica, node: string): Peer => found(r.peers.get(node), `${r.node}'s peer ${node}`)

export function moveDisk(r: Replica, on: DiskEvent): void {
  const row = rowFor(diskTable, r.disk, on)
  assert(row, `disk of ${r.node}: ${on} in state ${r.disk}`)
  r.disk = row.to
}

export function moveConnection(p: Peer, on: ConnectionEvent): void {
  const row = rowFor(connectionTable, p.connection, on)
  assert(row, `connection to ${p.node}: ${on} in state ${p.connection}`)
  p.connection = row.to
}

export function moveReplication(p: Peer, on: ReplicationEvent): void {
  const row = rowFor(replicationTable, p.replication, on)
  assert(row, `replication to ${p.node}: ${on} in state ${p.replication}`)
  p.replication = row.to
}

/** Peers that can be reached learn the role and the disk state; whoever watches this replica is told that it changed. */
export function announce(drbd: Drbd, site: ResourceSite, r: Replica): void {
  for (const other of site.replicas.values()) {
    const p = other.peers.get(r.node)
    if (p?.connection !== 'Connected' || !drbd.ports.reachable(r.node, other.node, site.config.link)) continue
    p.role = r.role
    p.disk = r.disk
  }
  drbd.ports.changed(r.node, site.config.name)
}

/** Peers that are connected and have a disk that takes writes. */
export const receivers = (r: Replica): Peer[] =>
  [...r.peers.values()].filter(
    p => p.connection === 'Connected' && !['Diskless', 'Failed', 'DUnknown', 'Attaching', 'Detaching'].includes(p.disk),
  )

export const upToDatePeer = (r: Replica): boolean =>
  [...r.peers.values()].some(p => p.connection === 'Connected' && p.disk === 'UpToDate')
