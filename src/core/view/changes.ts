// What happened between two looks at a cluster, in words, for the page's line of events and the timeline of a drill.
// It tells differences only: what came and went between the two looks is not seen.
import type { Instant, NodeName } from '../base/units.ts'
import type { WorldEvent } from '../drill/world.ts'
import type { NodeState, PeerReplica, ReplicaState, ResourceState, Snapshot } from '../live/snapshot.ts'

/** Oldest first. Events of one look carry its instant; a fencing carries its own. */
export function changes(before: Snapshot, after: Snapshot): WorldEvent[] {
  const told = [
    ...nodeChanges(before, after),
    ...quorumChanges(before, after),
    ...linkChanges(before, after),
    ...fencingChanges(before, after),
    ...replicaChanges(before, after),
    ...resourceChanges(before, after),
    ...failureChanges(before, after),
    ...leftoverChanges(before, after),
  ]
  return told.toSorted((a, b) => a.at - b.at)
}

const event = (at: Instant, source: WorldEvent['source'], text: string, node?: NodeName): WorldEvent =>
  node === undefined ? { at, source, text } : { at, source, text, node }

/** Every item of `now` with its earlier self, by key. */
function matched<T>(
  before: readonly T[],
  now: readonly T[],
  key: (item: T) => string,
): (readonly [T | undefined, T])[] {
  const old = new Map(before.map(item => [key(item), item]))
  return now.map(item => [old.get(key(item)), item] as const)
}

function nodeChanges(before: Snapshot, { at, nodes }: Snapshot): WorldEvent[] {
  return matched(before.nodes, nodes, n => n.name).flatMap(([old, n]) => {
    if (!old) return []
    const say = (text: string): WorldEvent => event(at, 'pacemaker', text, n.name)
    return [
      ...(old.membership !== n.membership ? [say(membership(n))] : []),
      ...(old.reachable !== n.reachable
        ? [event(at, 'holdfast', n.reachable ? `${n.name} answers us again` : `${n.name} does not answer us`, n.name)]
        : []),
      ...(old.bootId !== undefined && n.bootId !== undefined && old.bootId !== n.bootId
        ? [say(`${n.name} has booted anew`)]
        : []),
      ...(old.standby !== n.standby ? [say(`${n.name} ${n.standby ? 'goes to' : 'leaves'} standby`)] : []),
      ...(old.maintenance !== n.maintenance
        ? [say(`${n.name} ${n.maintenance ? 'goes to' : 'leaves'} maintenance`)]
        : []),
      ...(!old.coordinator && n.coordinator ? [say(`${n.name} is now the coordinator`)] : []),
    ]
  })
}

function membership(n: NodeState): string {
  switch (n.membership) {
    case 'online':
      return `${n.name} is online`
    case 'offline':
      return `${n.name} is offline`
    case 'unclean':
      return `${n.name} is lost and must be fenced`
    case 'pending':
      return `${n.name} is joining`
    case 'unknown':
      return `nobody can tell the state of ${n.name}`
    default:
      return n.membership satisfies never
  }
}

function quorumChanges(before: Snapshot, { at, quorum }: Snapshot): WorldEvent[] {
  return matched(before.quorum, quorum, q => q.node).flatMap(([old, q]) => {
    if (!old) return []
    const say = (text: string): WorldEvent => event(at, 'corosync', text, q.node)
    const joined = q.members.filter(m => !old.members.includes(m))
    const left = old.members.filter(m => !q.members.includes(m))
    return [
      ...(left.length > 0 ? [say(`${q.node} no longer sees ${left.join(', ')}`)] : []),
      ...(joined.length > 0 ? [say(`${q.node} sees ${joined.join(', ')} again`)] : []),
      ...(old.quorate !== q.quorate ? [say(`${q.node} ${q.quorate ? 'has' : 'lost'} quorum`)] : []),
      ...(old.witness !== q.witness && q.witness ? [say(`the witness is ${q.witness}`)] : []),
    ]
  })
}

function linkChanges(before: Snapshot, { at, links }: Snapshot): WorldEvent[] {
  return matched(before.links, links, l => `${l.from} ${l.to} ${l.link}`).flatMap(([old, l]) =>
    old && old.up !== l.up
      ? [event(at, 'corosync', `link ${l.link} from ${l.from} to ${l.to} is ${l.up ? 'up' : 'down'}`, l.from)]
      : [],
  )
}

function fencingChanges(before: Snapshot, { at, fencing }: Snapshot): WorldEvent[] {
  const key = (x: { target: string; at: number; state: string }): string => `${x.target} ${x.at} ${x.state}`
  const known = new Set(before.fencing.history.map(key))
  const done = fencing.history
    .filter(x => !known.has(key(x)))
    .map(x => {
      const by = x.by ? ` by ${x.by}` : ''
      const text = {
        pending: `${x.target} is being fenced${by} (${x.action})`,
        success: `${x.target} has been fenced${by} (${x.action})`,
        failed: `fencing of ${x.target}${by} failed (${x.action})`,
      }[x.state]
      return event(x.state === 'pending' ? at : x.at, 'fencing', text, x.target)
    })
  const health = matched(before.fencing.devices, fencing.devices, d => d.id).flatMap(([old, d]) =>
    old && old.healthy !== d.healthy
      ? [event(at, 'fencing', `the fence device ${d.id} ${d.healthy ? 'answers again' : 'does not answer'}`, d.target)]
      : [],
  )
  return [...done, ...health]
}

function replicaChanges(before: Snapshot, { at, replicas }: Snapshot): WorldEvent[] {
  return matched(before.replicas, replicas, replicaKey).flatMap(([old, r]) => {
    if (!old) return []
    const name = r.volume === 0 ? r.resource : `${r.resource}/${r.volume}`
    const say = (text: string): WorldEvent => event(at, 'drbd', `${name} on ${r.node}: ${text}`, r.node)
    return [
      ...(old.role !== r.role ? [say(`${old.role} → ${r.role}`)] : []),
      ...(old.disk !== r.disk ? [say(`${old.disk} → ${r.disk}`)] : []),
      ...(old.suspended !== r.suspended ? [say(r.suspended ? 'writes are frozen' : 'writes go on')] : []),
      ...(old.quorum !== r.quorum ? [say(r.quorum ? 'has DRBD quorum' : 'lost DRBD quorum')] : []),
      ...matched(old.peers, r.peers, p => p.node).flatMap(([was, p]) => (was ? peerChanges(was, p).map(say) : [])),
    ]
  })
}

const replicaKey = (r: ReplicaState): string => `${r.node} ${r.resource} ${r.volume}`

function peerChanges(old: PeerReplica, now: PeerReplica): string[] {
  const resync = (p: PeerReplica): boolean => /Sync/.test(p.replication)
  return [
    ...(old.connection !== now.connection ? [`connection to ${now.node} ${old.connection} → ${now.connection}`] : []),
    ...(!resync(old) && resync(now) ? [`resync with ${now.node} begins`] : []),
    ...(resync(old) && !resync(now) && now.connection === 'Connected' ? [`resync with ${now.node} is done`] : []),
  ]
}

/** Instances of one id, all nodes together: what moved, what stopped, what failed. */
function resourceChanges(before: Snapshot, { at, resources }: Snapshot): WorldEvent[] {
  const ids = [...new Set(resources.filter(r => !r.agent.startsWith('stonith:')).map(r => r.id))]
  return ids.flatMap(id => {
    const [old, now] = [byNode(before.resources, id), byNode(resources, id)]
    const nodes = [...new Set([...old.keys(), ...now.keys()])]
    const moves = nodes.flatMap(node => {
      const [was, is] = [old.get(node), now.get(node)]
      if (roleOf(was) === roleOf(is) && was?.failed === is?.failed) return []
      return [event(at, 'service', `${id} on ${node}: ${roleOf(is)}${is?.failed ? ' (failed)' : ''}`, node)]
    })
    return before.resources.some(r => r.id === id) ? moves : []
  })
}

const roleOf = (r: ResourceState | undefined): string => r?.role ?? 'Stopped'

const byNode = (resources: readonly ResourceState[], id: string): Map<NodeName, ResourceState> =>
  new Map(resources.filter(r => r.id === id).flatMap(r => r.nodes.map(node => [node, r] as const)))

function failureChanges(before: Snapshot, { at, failures }: Snapshot): WorldEvent[] {
  const key = (x: { resource: string; node: string; operation: string }): string =>
    `${x.resource} ${x.node} ${x.operation}`
  return matched(before.failures, failures, key).flatMap(([old, x]) =>
    old && old.failCount >= x.failCount
      ? []
      : [event(at, 'pacemaker', `${x.resource} failed on ${x.node} (${x.operation}: ${x.reason})`, x.node)],
  )
}

function leftoverChanges(before: Snapshot, { at, leftovers }: Snapshot): WorldEvent[] {
  return [
    ...leftovers.filter(x => !before.leftovers.includes(x)).map(x => event(at, 'pacemaker', `constraint ${x} was set`)),
    ...before.leftovers.filter(x => !leftovers.includes(x)).map(x => event(at, 'pacemaker', `constraint ${x} is gone`)),
  ]
}
