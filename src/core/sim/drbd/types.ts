// What the simulated DRBD keeps: its configuration (from the .res file), its metadata (which survives a power loss), and
// what is in the kernel's memory (which does not). The volumes of a resource share one connection and one write order;
// here they share one disk state as well. Source: DRBD 9 User's Guide, "DRBD internals".
import type { ConnectionState, DiskState, ReplicationState, Role } from '../../drbd/states.ts'
import type { Write } from '../disk.ts'

export type FencingPolicy = 'dont-care' | 'resource-only' | 'resource-and-stonith'

/** The program behind `fence-peer`: what it does when the peer's fate stays unknown, and how long it waits for it. */
export interface HandlerConfig {
  /** Milliseconds, of a node that is to be promoted, and of one that is Primary and stands still. */
  readonly patience: { readonly secondary: number; readonly primary: number }
  /** In the end an up-to-date disk takes a peer for dead that nobody has fenced, as crm-fence-peer does. */
  readonly assumesDeath: boolean
}

export interface ReplicaConfig {
  readonly node: string
  readonly diskless: boolean
}

export interface ResourceConfig {
  readonly name: string
  readonly volumes: readonly { readonly number: number; readonly minor: number }[]
  readonly replicas: readonly ReplicaConfig[]
  /** Which link of the network carries the replication between two nodes. */
  readonly link: number
  readonly protocol: 'A' | 'B' | 'C'
  readonly fencing: FencingPolicy
  readonly fencePeerHandler: HandlerConfig | undefined
  readonly unfenceHandler: boolean
  readonly quorum: boolean
  readonly onNoQuorum: 'suspend-io' | 'io-error'
  readonly allowTwoPrimaries: boolean
  readonly afterSplitBrain: readonly [zero: string, one: string, two: string]
  /** All in milliseconds. */
  readonly pingInterval: number
  readonly pingTimeout: number
  readonly timeout: number
  readonly connectInterval: number
  /** Bytes per second. */
  readonly resyncRate: number
  readonly size: number
}

/** Generation identifiers: 0 is "none". */
export interface Meta {
  current: number
  /** The generation from which the bitmap towards a peer counts; 0 while they are in step. */
  readonly bitmap: Map<string, number>
  history: number[]
  /** Blocks that a peer does not have for sure. */
  readonly dirty: Map<string, Set<number>>
  /** Peers that need every block. */
  readonly full: Set<string>
  consistent: boolean
  outdated: boolean
  /** Peers that this one went on without, once they were kept out: their data is older. */
  readonly leftBehind: Set<string>
  /** The node was Primary when the metadata was last written: after a crash, the activity log must be resynced. */
  primary: boolean
  /** Blocks of the activity log: written, perhaps not everywhere. */
  readonly activity: Set<number>
}

export interface Message {
  readonly kind: 'data' | 'ack' | 'received' | 'peers-have'
  readonly write: Write
  /** data: nodes that will not get this write from the Primary; peers-have: nodes that do have it. */
  readonly nodes: readonly string[]
}

export interface Peer {
  readonly node: string
  connection: ConnectionState
  replication: ReplicationState
  role: Role
  disk: DiskState
  /** The number of the connection in being, to tell its messages from those of an earlier one. */
  session: number
  /** Sent into a cut cable; TCP brings it over if the cable heals in time. */
  outbox: Message[]
  /** A check of this session's fate is under way. */
  timeoutArmed: boolean
  /** TCP delivers in order: nothing arrives before this. */
  lastArrival: number
  handler: 'idle' | 'running' | 'succeeded' | 'failed'
  discardMyData: boolean
  /** A running resync: its start and its end, as planned. */
  resync: { readonly startedAt: number; readonly endsAt: number; readonly bytes: number } | undefined
}

export interface Request {
  readonly write: Write
  localDone: boolean
  readonly sentAt: number
  /** Peers that have been sent this write and did not acknowledge it yet. */
  readonly unacknowledged: Set<string>
  /** Peers that the protocol makes the application wait for. */
  readonly waitsFor: Set<string>
  readonly acknowledgedBy: Set<string>
  /** An up-to-date peer has it. */
  safe: boolean
  completed: boolean
}

export interface Replica {
  readonly node: string
  readonly diskless: boolean
  readonly meta: Meta
  /** drbdadm up has been called in this life of the machine. */
  up: boolean
  role: Role
  disk: DiskState
  /** Somebody holds the device open: a mounted filesystem. */
  open: boolean
  suspendedByFencing: boolean
  suspendedByQuorum: boolean
  hadQuorum: boolean
  /** A new generation begins with the next write. */
  newGenerationDue: boolean
  readonly peers: Map<string, Peer>
  readonly requests: Map<number, Request>
  held: Write[]
  /** The generation of the data that a Primary without a disk of its own shows to its application. */
  exposed: number
  /** The disk finishes writes in the order in which they came. */
  diskBusyUntil: number
  /** What a disk that hangs has not finished, oldest first. */
  stuck: DrbdEvent[]
}

export interface ResourceSite {
  readonly config: ResourceConfig
  readonly replicas: Map<string, Replica>
}

export interface DrbdState {
  readonly resources: Map<string, ResourceSite>
  nextGeneration: number
  nextSession: number
}

export type DrbdEvent =
  | { readonly kind: 'attempt'; readonly res: string; readonly a: string; readonly b: string }
  | {
      readonly kind: 'check'
      readonly res: string
      readonly node: string
      readonly peer: string
      readonly session: number
    }
  | {
      readonly kind: 'deliver'
      readonly res: string
      readonly from: string
      readonly to: string
      readonly session: number
      readonly message: Message
    }
  | { readonly kind: 'local-done'; readonly res: string; readonly node: string; readonly write: number }
  | {
      readonly kind: 'peer-done'
      readonly res: string
      readonly node: string
      readonly from: string
      readonly session: number
      readonly write: Write
    }
  | {
      readonly kind: 'resync-done'
      readonly res: string
      readonly a: string
      readonly b: string
      readonly session: number
    }

const freshMeta = (): Meta => ({
  current: 0,
  bitmap: new Map(),
  history: [],
  dirty: new Map(),
  full: new Set(),
  consistent: false,
  outdated: false,
  leftBehind: new Set(),
  primary: false,
  activity: new Set(),
})

const freshPeer = (node: string): Peer => ({
  node,
  connection: 'StandAlone',
  replication: 'Off',
  role: 'Unknown',
  disk: 'DUnknown',
  session: 0,
  outbox: [],
  timeoutArmed: false,
  lastArrival: 0,
  handler: 'idle',
  discardMyData: false,
  resync: undefined,
})

/** As after `create-md` on every node, with equal blank data (`new-current-uuid --clear-bitmap`) where `current` > 0. */
export function replica(config: ResourceConfig, node: string, current: number): Replica {
  const own = config.replicas.find(r => r.node === node)
  const meta = freshMeta()
  meta.current = current
  meta.consistent = current > 0
  const peers = config.replicas.filter(r => r.node !== node).map(r => [r.node, freshPeer(r.node)] as const)
  return {
    node,
    diskless: own?.diskless ?? true,
    meta,
    up: false,
    role: 'Secondary',
    disk: 'Diskless',
    open: false,
    suspendedByFencing: false,
    suspendedByQuorum: false,
    hadQuorum: false,
    newGenerationDue: false,
    peers: new Map(peers),
    requests: new Map(),
    held: [],
    exposed: 0,
    diskBusyUntil: 0,
    stuck: [],
  }
}

/** What a power loss leaves: the metadata. */
export function forget(r: Replica): void {
  r.up = false
  r.role = 'Secondary'
  r.disk = 'Diskless'
  r.open = false
  r.suspendedByFencing = false
  r.suspendedByQuorum = false
  r.hadQuorum = false
  r.newGenerationDue = false
  r.requests.clear()
  r.held = []
  r.exposed = 0
  r.stuck = []
  for (const name of r.peers.keys()) r.peers.set(name, freshPeer(name))
}
