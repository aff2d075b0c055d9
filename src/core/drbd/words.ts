// DRBD's words for its states, spelt as its tools spell them: the one list of each, and the types made from them.
// Source: DRBD 9 User's Guide, "Connection states", "Disk states", "Replication states"; drbdsetup(8).

export const roles = ['Primary', 'Secondary', 'Unknown'] as const
export type Role = (typeof roles)[number]

export const diskStates = [
  'Diskless',
  'Attaching',
  'Detaching',
  'Failed',
  'Negotiating',
  'Inconsistent',
  'Outdated',
  'DUnknown',
  'Consistent',
  'UpToDate',
] as const
export type DiskState = (typeof diskStates)[number]

export const connectionStates = [
  'StandAlone',
  'Disconnecting',
  'Unconnected',
  'Timeout',
  'BrokenPipe',
  'NetworkFailure',
  'ProtocolError',
  'TearDown',
  'Connecting',
  'Connected',
] as const
export type ConnectionState = (typeof connectionStates)[number]

export const replicationStates = [
  'Off',
  'Established',
  'StartingSyncS',
  'StartingSyncT',
  'WFBitMapS',
  'WFBitMapT',
  'WFSyncUUID',
  'SyncSource',
  'SyncTarget',
  'VerifyS',
  'VerifyT',
  'PausedSyncS',
  'PausedSyncT',
  'Ahead',
  'Behind',
] as const
export type ReplicationState = (typeof replicationStates)[number]
