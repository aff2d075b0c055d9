// DRBD's states as tables: rows of {from, on, to, why}. The simulated kernel moves only along these rows, the diagram in
// docs/simulator.md is printed from them, and a test walks every row.
// Source: DRBD 9 User's Guide, "Connection states", "Disk states", "Replication states"; drbd.conf(5); drbdsetup(8).
import type { ConnectionState, DiskState, ReplicationState, Role } from './words.ts'

export type { ConnectionState, DiskState, ReplicationState, Role } from './words.ts'

export interface Row<S extends string, E extends string> {
  readonly from: S
  readonly on: E
  readonly to: S
  readonly why: string
}

export type ConnectionEvent =
  | 'connect'
  | 'listen'
  | 'handshake'
  | 'refused'
  | 'network-failure'
  | 'peer-timeout'
  | 'peer-closed'
  | 'protocol-error'
  | 'disconnect'
  | 'cleaned-up'

export const connectionTable: readonly Row<ConnectionState, ConnectionEvent>[] = [
  { from: 'StandAlone', on: 'connect', to: 'Unconnected', why: 'the administrator or the agent asks for a connection' },
  { from: 'Unconnected', on: 'listen', to: 'Connecting', why: 'the socket is open: now wait for the peer' },
  { from: 'Connecting', on: 'handshake', to: 'Connected', why: 'both agree on protocol, roles and generations' },
  {
    from: 'Connecting',
    on: 'refused',
    to: 'Disconnecting',
    why: 'split brain or unrelated data: a person must decide',
  },
  { from: 'Connecting', on: 'disconnect', to: 'Disconnecting', why: 'asked to give up waiting' },
  { from: 'Connected', on: 'network-failure', to: 'NetworkFailure', why: 'the ping was not answered' },
  { from: 'Connected', on: 'peer-timeout', to: 'Timeout', why: 'the peer did not acknowledge within `timeout`' },
  { from: 'Connected', on: 'peer-closed', to: 'TearDown', why: 'the peer closes the connection' },
  { from: 'Connected', on: 'protocol-error', to: 'ProtocolError', why: 'a packet that makes no sense' },
  { from: 'Connected', on: 'disconnect', to: 'Disconnecting', why: 'asked to close' },
  { from: 'NetworkFailure', on: 'cleaned-up', to: 'Unconnected', why: 'try again' },
  { from: 'Timeout', on: 'cleaned-up', to: 'Unconnected', why: 'try again' },
  { from: 'TearDown', on: 'cleaned-up', to: 'Unconnected', why: 'wait for the peer to come back' },
  { from: 'ProtocolError', on: 'cleaned-up', to: 'Unconnected', why: 'try again' },
  { from: 'Disconnecting', on: 'cleaned-up', to: 'StandAlone', why: 'closed on purpose: no further attempt' },
  { from: 'Unconnected', on: 'disconnect', to: 'Disconnecting', why: 'asked to give up' },
]

export type DiskEvent =
  | 'attach'
  | 'metadata-read'
  | 'found-inconsistent'
  | 'found-outdated'
  | 'found-consistent'
  | 'found-current'
  | 'peer-is-older'
  | 'peer-is-equal'
  | 'peer-is-newer'
  | 'become-target'
  | 'resync-finished'
  | 'outdate'
  | 'force'
  | 'io-error'
  | 'detach'
  | 'released'

export const diskTable: readonly Row<DiskState, DiskEvent>[] = [
  { from: 'Diskless', on: 'attach', to: 'Attaching', why: 'the backing device is being opened' },
  { from: 'Attaching', on: 'metadata-read', to: 'Negotiating', why: 'the activity log has been applied' },
  { from: 'Attaching', on: 'io-error', to: 'Failed', why: 'the metadata cannot be read' },
  { from: 'Negotiating', on: 'found-inconsistent', to: 'Inconsistent', why: 'a resync was under way, or never done' },
  { from: 'Negotiating', on: 'found-outdated', to: 'Outdated', why: 'the flag was set: a peer had newer data' },
  {
    from: 'Negotiating',
    on: 'found-consistent',
    to: 'Consistent',
    why: 'without a peer nobody knows if it is current',
  },
  { from: 'Negotiating', on: 'found-current', to: 'UpToDate', why: 'fencing dont-care and no quorum: assumed current' },
  { from: 'Consistent', on: 'peer-is-older', to: 'UpToDate', why: 'the peer is outdated, fenced or behind' },
  { from: 'Consistent', on: 'peer-is-equal', to: 'UpToDate', why: 'the same generation on both' },
  { from: 'Consistent', on: 'peer-is-newer', to: 'Outdated', why: 'the peer has a newer generation' },
  { from: 'Consistent', on: 'outdate', to: 'Outdated', why: 'a peer or the handler says so' },
  { from: 'Consistent', on: 'become-target', to: 'Inconsistent', why: 'blocks of two generations during the resync' },
  { from: 'Consistent', on: 'force', to: 'UpToDate', why: 'primary --force: the administrator vouches for it' },
  { from: 'Outdated', on: 'become-target', to: 'Inconsistent', why: 'blocks of two generations during the resync' },
  { from: 'Outdated', on: 'peer-is-equal', to: 'UpToDate', why: 'an up-to-date peer has the same generation' },
  { from: 'Outdated', on: 'force', to: 'UpToDate', why: 'primary --force: the administrator vouches for it' },
  { from: 'UpToDate', on: 'outdate', to: 'Outdated', why: 'a clean disconnect from a Primary, with fencing' },
  { from: 'UpToDate', on: 'become-target', to: 'Inconsistent', why: 'its changes are discarded by a resync' },
  { from: 'Inconsistent', on: 'become-target', to: 'Inconsistent', why: 'the interrupted resync goes on' },
  { from: 'Inconsistent', on: 'resync-finished', to: 'UpToDate', why: 'every block has been copied' },
  { from: 'Inconsistent', on: 'force', to: 'UpToDate', why: 'primary --force on the first sync' },
  ...(['Negotiating', 'Inconsistent', 'Outdated', 'Consistent', 'UpToDate'] as const).flatMap(
    (from): Row<DiskState, DiskEvent>[] => [
      { from, on: 'io-error', to: 'Failed', why: 'on-io-error detach' },
      { from, on: 'detach', to: 'Detaching', why: 'asked to let go of the backing device' },
    ],
  ),
  { from: 'Failed', on: 'released', to: 'Diskless', why: 'the backing device is closed; requests go to the peer' },
  { from: 'Detaching', on: 'released', to: 'Diskless', why: 'the backing device is closed' },
]

export type ReplicationEvent =
  | 'no-sync'
  | 'start-source'
  | 'start-target'
  | 'bitmap-sent'
  | 'bitmap-received'
  | 'identifier-received'
  | 'finished'
  | 'pause'
  | 'resume'
  | 'verify-source'
  | 'verify-target'
  | 'connection-lost'

const linked = [
  'Established',
  'WFBitMapS',
  'WFBitMapT',
  'WFSyncUUID',
  'SyncSource',
  'SyncTarget',
  'PausedSyncS',
  'PausedSyncT',
  'VerifyS',
  'VerifyT',
] as const

export const replicationTable: readonly Row<ReplicationState, ReplicationEvent>[] = [
  { from: 'Off', on: 'no-sync', to: 'Established', why: 'the same generation on both' },
  { from: 'Off', on: 'start-source', to: 'WFBitMapS', why: 'ours is newer: exchange the bitmaps' },
  { from: 'Off', on: 'start-target', to: 'WFBitMapT', why: 'the peer’s is newer: exchange the bitmaps' },
  { from: 'Established', on: 'start-source', to: 'WFBitMapS', why: 'a resync is asked for' },
  { from: 'Established', on: 'start-target', to: 'WFBitMapT', why: 'a resync is asked for' },
  { from: 'WFBitMapS', on: 'bitmap-sent', to: 'SyncSource', why: 'the peer knows which blocks differ' },
  { from: 'WFBitMapT', on: 'bitmap-received', to: 'WFSyncUUID', why: 'wait for the generation of this resync' },
  { from: 'WFSyncUUID', on: 'identifier-received', to: 'SyncTarget', why: 'blocks arrive' },
  { from: 'SyncSource', on: 'finished', to: 'Established', why: 'no block differs any more' },
  { from: 'SyncTarget', on: 'finished', to: 'Established', why: 'no block differs any more' },
  { from: 'SyncSource', on: 'pause', to: 'PausedSyncS', why: 'another resync goes first' },
  { from: 'SyncTarget', on: 'pause', to: 'PausedSyncT', why: 'another resync goes first' },
  { from: 'PausedSyncS', on: 'resume', to: 'SyncSource', why: 'its turn' },
  { from: 'PausedSyncT', on: 'resume', to: 'SyncTarget', why: 'its turn' },
  { from: 'Established', on: 'verify-source', to: 'VerifyS', why: 'drbdadm verify' },
  { from: 'Established', on: 'verify-target', to: 'VerifyT', why: 'drbdadm verify on the peer' },
  { from: 'VerifyS', on: 'finished', to: 'Established', why: 'every block compared' },
  { from: 'VerifyT', on: 'finished', to: 'Established', why: 'every block compared' },
  ...linked.map(
    (from): Row<ReplicationState, ReplicationEvent> => ({
      from,
      on: 'connection-lost',
      to: 'Off',
      why: 'nothing is replicated without a connection',
    }),
  ),
]

/** The row that applies, if the machine knows such a step. */
export const rowFor = <S extends string, E extends string>(
  table: readonly Row<S, E>[],
  from: S,
  on: E,
): Row<S, E> | undefined => table.find(row => row.from === from && row.on === on)

/** One replica towards one peer, as far as the rules below look at it. */
export interface Combination {
  readonly role: Role
  readonly disk: DiskState
  readonly connection: ConnectionState
  readonly replication: ReplicationState
  readonly peerRole: Role
  readonly peerDisk: DiskState
}

export interface Rule {
  readonly name: string
  readonly why: string
  broken(state: Combination): boolean
}

/** Pairs of states that never occur together. */
export const impossible: readonly Rule[] = [
  {
    name: 'replication-without-connection',
    why: 'replication states other than Off exist only while Connected',
    broken: s => s.connection !== 'Connected' && s.replication !== 'Off',
  },
  {
    name: 'role-of-the-unseen',
    why: 'the peer’s role is Unknown while there is no connection',
    broken: s => s.connection !== 'Connected' && s.peerRole !== 'Unknown',
  },
  {
    name: 'current-peer-unseen',
    why: 'an unconnected peer’s disk is DUnknown, or known to be behind',
    broken: s => s.connection !== 'Connected' && (s.peerDisk === 'UpToDate' || s.peerDisk === 'Consistent'),
  },
  {
    name: 'target-is-inconsistent',
    why: 'a SyncTarget’s own disk is Inconsistent until the resync has finished',
    broken: s => s.replication === 'SyncTarget' && s.disk !== 'Inconsistent',
  },
  {
    name: 'source-is-usable',
    why: 'a SyncSource has data that is worth copying',
    broken: s => s.replication === 'SyncSource' && !['UpToDate', 'Consistent', 'Inconsistent'].includes(s.disk),
  },
  {
    name: 'unconnected-primary-has-data',
    why: 'a Primary without any connection needs its own UpToDate disk, unless it has just lost it',
    broken: s => s.role === 'Primary' && s.connection !== 'Connected' && ['Outdated', 'Consistent'].includes(s.disk),
  },
]

/** The table as a Mermaid state diagram. */
export const diagram = <S extends string, E extends string>(table: readonly Row<S, E>[]): string =>
  ['```mermaid', 'stateDiagram-v2', ...table.map(row => `  ${row.from} --> ${row.to}: ${row.on}`), '```'].join('\n')
