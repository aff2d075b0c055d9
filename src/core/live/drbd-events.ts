// What `drbdsetup events2 --now --statistics` says: the replicas of one node, as it sees itself and its peers.
// DRBD 9 names its peers; 8.4 knows one peer by its address only. Sources: drbdsetup-9.0(8), drbdsetup-8.4(8).
import { fail, ok, type Result } from '../base/result.ts'
import { kibibytes, type NodeName, nodeName } from '../base/units.ts'
import type { ConnectionState, DiskState, PeerReplica, ReplicaState, ReplicationState } from './snapshot.ts'

/** Who has an address: `10.20.1.12` → beta. Undefined where nobody is known to have it. */
export type PeerByAddress = (address: string) => NodeName | undefined

type Fields = Readonly<Record<string, string>>

const disks: readonly DiskState[] = [
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
]
const connections: readonly ConnectionState[] = [
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
]
const replications: readonly ReplicationState[] = [
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
]
const roles: readonly ReplicaState['role'][] = ['Primary', 'Secondary', 'Unknown']

class Unreadable extends Error {}

export function parseDrbdEvents(text: string, node: NodeName, peerAt: PeerByAddress): Result<ReplicaState[], string> {
  const lines = text.split('\n').flatMap(readLine)
  try {
    return ok(lines.filter(line => line.what === 'device').map(line => replicaOf(line.fields, lines, node, peerAt)))
  } catch (error) {
    if (error instanceof Unreadable) return fail(error.message)
    throw error
  }
}

interface Line {
  readonly what: string
  readonly fields: Fields
}

/** `exists device name:r0 volume:0 minor:0 disk:UpToDate …`; a value may hold colons itself, as addresses do. */
function readLine(line: string): readonly Line[] {
  const [verb, what, ...rest] = line.trim().split(' ')
  if (verb !== 'exists' || !what || what === '-') return []
  const fields = rest.map(word => [word.slice(0, word.indexOf(':')), word.slice(word.indexOf(':') + 1)])
  return [{ what, fields: Object.fromEntries(fields) }]
}

function replicaOf(device: Fields, lines: readonly Line[], node: NodeName, peerAt: PeerByAddress): ReplicaState {
  const ofResource = lines.filter(line => line.fields['name'] === device['name'])
  const resource = ofResource.find(line => line.what === 'resource')?.fields ?? {}
  const peers = ofResource.filter(line => line.what === 'peer-device' && line.fields['volume'] === device['volume'])
  const linked = ofResource.filter(line => line.what === 'connection')
  return {
    node,
    resource: device['name'] ?? '',
    volume: Number(device['volume']),
    role: oneOf(roles, resource['role'], 'role'),
    disk: oneOf(disks, device['disk'], 'disk state'),
    quorum: device['quorum'] !== 'no',
    suspended: (resource['suspended'] ?? 'no') !== 'no',
    peers: linked.map(({ fields }) =>
      peerOf(fields, peers.find(peer => samePeer(peer.fields, fields))?.fields ?? {}, peerAt),
    ),
  }
}

const samePeer = (a: Fields, b: Fields): boolean =>
  a['peer-node-id'] !== undefined ? a['peer-node-id'] === b['peer-node-id'] : a['peer'] === b['peer']

function peerOf(connection: Fields, device: Fields, peerAt: PeerByAddress): PeerReplica {
  const done = device['done']
  return {
    node: nameOf(connection, peerAt),
    connection: oneOf(connections, oldWords[connection['connection'] ?? ''] ?? connection['connection'], 'connection'),
    role: oneOf(roles, connection['role'] ?? 'Unknown', 'role'),
    disk: oneOf(disks, device['peer-disk'] ?? 'DUnknown', 'disk state'),
    replication: oneOf(replications, device['replication'] ?? 'Off', 'replication'),
    outOfSync: kibibytes(Number(device['out-of-sync'] ?? 0)),
    ...(done === undefined ? {} : { donePercent: Number(done) }),
  }
}

/** DRBD 8.4's words for what DRBD 9 calls Connecting. */
const oldWords: Readonly<Record<string, string>> = { WFConnection: 'Connecting', WFReportParams: 'Connecting' }

function nameOf(connection: Fields, peerAt: PeerByAddress): NodeName {
  const name = connection['conn-name']
  const address = addressOf(connection['peer'] ?? '')
  const known = peerAt(address)
  if (known) return known
  if (name) return nodeName(name)
  throw new Unreadable(`no node is known to have DRBD's peer address ${address}`)
}

/** `ipv4:10.20.1.12:7789` → `10.20.1.12`; `ipv6:[fd00::12]:7789` → `fd00::12`. */
const addressOf = (peer: string): string =>
  peer
    .replace(/^\w+:(?=[[\d])/, '')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')

function oneOf<T extends string>(known: readonly T[], word: string | undefined, what: string): T {
  const found = known.find(each => each === word)
  if (found === undefined) throw new Unreadable(`DRBD tells a ${what} that is not known here: ${word ?? 'none'}`)
  return found
}
