// What `drbdsetup events2 --now --statistics` says: the replicas of one node, as it sees itself and its peers.
// DRBD 9 names its peers; 8.4 calls its only one `peer`, and `drbdsetup show` knows its address.
// Sources: drbdsetup-9.0(8), drbdsetup-8.4(8), and recorded output in testdata/.
import { fail, ok, type Result } from '../base/result.ts'
import { kibibytes, type NodeName } from '../base/units.ts'
import { connectionStates, diskStates, replicationStates } from '../drbd/words.ts'
import type { PeerReplica, ReplicaState } from './snapshot.ts'

/** Which node a connection of a resource leads to: (`pgdata`, `beta`) → beta. Undefined where nobody can tell. */
export type PeerOf = (resource: string, connection: string) => NodeName | undefined

/** From `drbdsetup show`: the address of each resource's peer, in 8.4: `pgdata` → `10.10.2.2`. */
export function parsePeerAddresses(text: string): ReadonlyMap<string, string> {
  const resources = text.split(/^resource (?=\S+ \{)/m).slice(1)
  return new Map(
    resources.flatMap(resource => {
      const address = /_remote_host \{\s*address\s+(?:ipv[46] )?\[?([^\s;\]]+?)\]?:\d+;/.exec(resource)?.[1]
      return address ? [[resource.slice(0, resource.indexOf(' ')), address] as const] : []
    }),
  )
}

type Fields = Readonly<Record<string, string>>

const roles: readonly ReplicaState['role'][] = ['Primary', 'Secondary', 'Unknown']

class Unreadable extends Error {}

export function parseDrbdEvents(text: string, node: NodeName, peerOf: PeerOf): Result<ReplicaState[], string> {
  const lines = text.split('\n').flatMap(readLine)
  try {
    return ok(lines.filter(line => line.what === 'device').map(line => replicaOf(line.fields, lines, node, peerOf)))
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

function replicaOf(device: Fields, lines: readonly Line[], node: NodeName, peerOf: PeerOf): ReplicaState {
  const ofResource = lines.filter(line => line.fields['name'] === device['name'])
  const resource = ofResource.find(line => line.what === 'resource')?.fields ?? {}
  const peers = ofResource.filter(line => line.what === 'peer-device' && line.fields['volume'] === device['volume'])
  const linked = ofResource.filter(line => line.what === 'connection')
  return {
    node,
    resource: device['name'] ?? '',
    volume: Number(device['volume']),
    role: oneOf(roles, resource['role'], 'role'),
    disk: oneOf(diskStates, device['disk'], 'disk state'),
    quorum: device['quorum'] !== 'no',
    suspended: (resource['suspended'] ?? 'no') !== 'no',
    peers: linked.map(({ fields }) =>
      peerReplica(fields, peers.find(peer => samePeer(peer.fields, fields))?.fields ?? {}, peerOf),
    ),
  }
}

const samePeer = (a: Fields, b: Fields): boolean =>
  a['peer-node-id'] !== undefined ? a['peer-node-id'] === b['peer-node-id'] : a['peer'] === b['peer']

function peerReplica(connection: Fields, device: Fields, peerOf: PeerOf): PeerReplica {
  const done = device['done']
  return {
    node: nameOf(connection, peerOf),
    connection: oneOf(
      connectionStates,
      oldWords[connection['connection'] ?? ''] ?? connection['connection'],
      'connection',
    ),
    role: oneOf(roles, connection['role'] ?? 'Unknown', 'role'),
    disk: oneOf(diskStates, device['peer-disk'] ?? 'DUnknown', 'disk state'),
    replication: oneOf(replicationStates, device['replication'] ?? 'Off', 'replication'),
    outOfSync: kibibytes(Number(device['out-of-sync'] ?? 0)),
    ...(done === undefined ? {} : { donePercent: Number(done) }),
  }
}

/** DRBD 8.4's words for what DRBD 9 calls Connecting. */
const oldWords: Readonly<Record<string, string>> = { WFConnection: 'Connecting', WFReportParams: 'Connecting' }

function nameOf(connection: Fields, peerOf: PeerOf): NodeName {
  const [resource = '', name = ''] = [connection['name'], connection['conn-name']]
  const peer = peerOf(resource, name)
  if (peer === undefined) throw new Unreadable(`nobody knows which node the connection ${name} of ${resource} leads to`)
  return peer
}

function oneOf<T extends string>(known: readonly T[], word: string | undefined, what: string): T {
  const found = known.find(each => each === word)
  if (found === undefined) throw new Unreadable(`DRBD tells a ${what} that is not known here: ${word ?? 'none'}`)
  return found
}
