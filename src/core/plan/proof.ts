// Does what was applied work? Judged on a snapshot: it holds, or something is still being waited for, told in a few words.
// A proof of a service is not in a snapshot: it is a command that io/apply runs.
// Not verified here: that a fence device really switches power off. Its start is a real monitor, so it answered and took
// the password; the drill is what proves the rest.
import { showBytes } from '../base/units.ts'
import type { PeerReplica, ReplicaState, Snapshot } from '../live/snapshot.ts'
import type { Trouble } from './trouble.ts'
import type { Proof } from './types.ts'

export type Verdict =
  | { readonly kind: 'holds' }
  /** `blind`: no node tells anything, so it says nothing about what is to be proven. */
  | { readonly kind: 'waiting'; readonly on: string; readonly blind?: true }
  /** Waiting longer does not help. */
  | { readonly kind: 'broken'; readonly trouble: Trouble }

const holds: Verdict = { kind: 'holds' }
const waiting = (on: string): Verdict => ({ kind: 'waiting', on })

export function judge(proof: Exclude<Proof, { what: 'service' }>, snapshot: Snapshot): Verdict {
  const silent = snapshot.unseen.filter(one => one.what === 'everything').map(one => one.node)
  if (snapshot.nodes.length > 0 && silent.length === snapshot.nodes.length)
    return { kind: 'waiting', on: `an answer of ${silent.join(' and ')}`, blind: true }
  switch (proof.what) {
    case 'links':
      return judgeLinks(proof, snapshot)
    case 'fencing':
      return judgeFencing(proof, snapshot)
    case 'witness':
      return judgeWitness(proof, snapshot)
    case 'replication':
      return judgeReplication(proof.resource, snapshot)
    default:
      return proof satisfies never
  }
}

function judgeLinks(proof: Extract<Proof, { what: 'links' }>, snapshot: Snapshot): Verdict {
  const offline = snapshot.nodes.filter(node => node.membership !== 'online')
  if (offline.length > 0) return waiting(`${offline.map(node => node.name).join(', ')} to be online`)
  const down = snapshot.links.find(link => !link.up)
  if (down) return waiting(`link ${down.link} from ${down.from} to ${down.to}`)
  const wanted = proof.count * proof.nodes * (proof.nodes - 1)
  return snapshot.links.length >= wanted ? holds : waiting(`${wanted - snapshot.links.length} more links to be seen`)
}

/** As every node sees it: one that the witness does not know would lose its quorum alone. */
function judgeWitness({ host, nodes }: Extract<Proof, { what: 'witness' }>, snapshot: Snapshot): Verdict {
  if (snapshot.quorum.length < nodes) return waiting('every node to tell its quorum')
  const without = snapshot.quorum.filter(view => view.witness !== 'voting').map(view => view.node)
  return without.length === 0 ? holds : waiting(`the vote of the witness ${host} on ${without.join(', ')}`)
}

function judgeFencing(proof: Extract<Proof, { what: 'fencing' }>, snapshot: Snapshot): Verdict {
  const devices = snapshot.fencing.devices.filter(device => device.target === proof.target)
  if (devices.length === 0) return waiting(`the fence device of ${proof.target} to be known`)
  for (const device of devices) {
    const failures = snapshot.failures.filter(one => one.resource === device.id)
    const online = snapshot.nodes.filter(node => node.membership === 'online')
    const everywhere = online.every(node => failures.some(one => one.node === node.name))
    const failure = failures[0]
    // Pacemaker tries the next node by itself; only when none is left is it final.
    if (failure && device.runningOn === undefined && everywhere) {
      const detail = `${failure.operation} on ${failure.node}: ${failure.reason}`
      return { kind: 'broken', trouble: { kind: 'fence-refused', device: device.id, target: proof.target, detail } }
    }
    if (device.runningOn === undefined || !device.healthy)
      return waiting(
        `${device.id} to answer${failure ? ` (${failure.operation} on ${failure.node}: ${failure.reason})` : ''}`,
      )
  }
  return holds
}

function judgeReplication(resource: string, snapshot: Snapshot): Verdict {
  const replicas = snapshot.replicas.filter(replica => replica.resource === resource)
  if (replicas.length === 0) return waiting(`${resource} to come up`)
  for (const replica of replicas)
    for (const peer of replica.peers) {
      if (peer.connection === 'StandAlone')
        return {
          kind: 'broken',
          trouble: { kind: 'split-brain', volume: resource, nodes: [replica.node, peer.node] },
        }
      const missing = missingAt(resource, replica, peer)
      if (missing) return waiting(missing)
    }
  return holds
}

function missingAt(resource: string, replica: ReplicaState, peer: PeerReplica): string | undefined {
  if (peer.connection !== 'Connected') return `${resource} on ${replica.node} to connect to ${peer.node}`
  if (peer.donePercent !== undefined)
    return `${resource} to be in sync: ${peer.donePercent.toFixed(1)} % done, ${showBytes(peer.outOfSync)} to go`
  if (replica.disk !== 'UpToDate') return `${resource} on ${replica.node} to be UpToDate (it is ${replica.disk})`
  if (peer.disk !== 'UpToDate') return `${resource} on ${peer.node} to be UpToDate (it is ${peer.disk})`
  return undefined
}
