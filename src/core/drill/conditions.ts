// Does a condition hold in a snapshot? Answers with the reason where it does not, for the report.
// Not checked: what the snapshot could not see. An unseen node makes no condition true.
import type { Instant, NodeName } from '../base/units.ts'
import type { ReplicaState, ResourceState, Snapshot } from '../live/snapshot.ts'
import type { Condition, Vocabulary } from './types.ts'

export interface Moment {
  readonly snapshot: Snapshot
  readonly vocabulary: Vocabulary
  /** When the run began: fencing before it does not count. */
  readonly since: Instant
}

/** Undefined where it holds, else what is there instead. */
export function whyNot(condition: Condition, moment: Moment): string | undefined {
  const { snapshot, since } = moment
  switch (condition.kind) {
    case 'not':
      return whyNot(condition.condition, moment) === undefined
        ? `it holds: ${showCondition(condition.condition)}`
        : undefined
    case 'fenced':
      return snapshot.fencing.history.some(
        action => action.target === condition.node && action.state === 'success' && action.at >= since,
      )
        ? undefined
        : `${condition.node} was not fenced`
    case 'membership': {
      const state = snapshot.nodes.find(node => node.name === condition.node)?.membership ?? 'unknown'
      return state === condition.state ? undefined : `${condition.node} is ${state}`
    }
    case 'quorate':
      return snapshot.quorum.some(view => view.node === condition.node && view.quorate)
        ? undefined
        : `${condition.node} is not known to be quorate`
    case 'running':
      return whyNotRunning(condition.service, condition.on, moment)
    case 'stopped': {
      const nodes = runningOn(condition.service, moment)
      const partly = partsOf(condition.service, moment).filter(part => part.nodes.length > 0)
      return partly.length === 0
        ? undefined
        : `${condition.service} is on ${nodes.join(', ') || partly[0]?.nodes.join(', ')}`
    }
    case 'primary': {
      const missing = condition.on.filter(
        node => !replicas(snapshot, node, condition.volume).some(r => r.role === 'Primary'),
      )
      return missing.length === 0 ? undefined : `${condition.volume} is not Primary on ${missing.join(', ')}`
    }
    case 'disk':
      return whyNotDisk(condition, snapshot)
    case 'connection': {
      const peers = replicas(snapshot, condition.node, condition.volume).flatMap(replica => replica.peers)
      if (peers.length === 0) return `${condition.node} shows no connection`
      return peers.every(peer => peer.connection === condition.state)
        ? undefined
        : `${condition.node} is ${peers.map(p => p.connection).join(', ')}`
    }
    default:
      condition satisfies never
      return undefined
  }
}

const replicas = (snapshot: Snapshot, node: NodeName, resource?: string): readonly ReplicaState[] =>
  snapshot.replicas.filter(r => r.node === node && (resource === undefined || r.resource === resource))

function whyNotDisk(condition: Extract<Condition, { kind: 'disk' }>, snapshot: Snapshot): string | undefined {
  for (const node of condition.on) {
    const there = replicas(snapshot, node, condition.volume)
    if (there.length === 0) return `${node} shows no replica`
    const wrong = there.find(replica => replica.disk !== condition.state)
    if (wrong) return `${wrong.resource} on ${node} is ${wrong.disk}`
  }
  return undefined
}

const partsOf = (service: string, moment: Moment): readonly ResourceState[] => {
  const ids = serviceOf(service, moment)?.resources ?? []
  return moment.snapshot.resources.filter(resource => ids.includes(resource.id))
}

/** The nodes on which every part of the service is started. */
export function runningOn(service: string, moment: Moment): NodeName[] {
  const ids = serviceOf(service, moment)?.resources ?? []
  const started = ids.map(id => startedOn(id, moment))
  return moment.vocabulary.nodes.filter(node => ids.length > 0 && started.every(nodes => nodes.includes(node)))
}

/** The nodes on which this primitive is started and has not failed. */
export function startedOn(id: string, { snapshot }: Moment): NodeName[] {
  const good = snapshot.resources.filter(part => part.id === id && !part.failed && !underWay.has(part.role))
  return good.flatMap(part => part.nodes)
}

const underWay: ReadonlySet<ResourceState['role']> = new Set(['Stopped', 'Starting', 'Stopping'])

const serviceOf = (name: string, { vocabulary }: Moment): Vocabulary['services'][number] | undefined =>
  vocabulary.services.find(service => service.name === name)

/**
 * The nodes on which the service runs. Where no data ties its parts together its addresses may be on several nodes: then
 * these run it together.
 */
export function placesOf(name: string, moment: Moment): NodeName[] {
  const whole = runningOn(name, moment)
  const service = serviceOf(name, moment)
  if (whole.length > 0 || service?.volumes.length !== 0) return whole
  const parts = service.resources.map(id => startedOn(id, moment))
  return parts.every(nodes => nodes.length > 0)
    ? moment.vocabulary.nodes.filter(node => parts.some(nodes => nodes.includes(node)))
    : []
}

function whyNotRunning(service: string, on: readonly NodeName[], moment: Moment): string | undefined {
  const nodes = on.length === 0 ? placesOf(service, moment) : runningOn(service, moment)
  const there = on.length === 0 ? nodes.length > 0 : on.every(node => nodes.includes(node))
  return there ? undefined : nodes.length > 0 ? `${service} runs on ${nodes.join(', ')}` : `${service} does not run`
}

/** As it is written in a scenario. */
export function showCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'not':
      return `not ${showCondition(condition.condition)}`
    case 'fenced':
      return `${condition.node} fenced`
    case 'membership':
      return `${condition.node} ${condition.state}`
    case 'quorate':
      return `${condition.node} quorate`
    case 'running':
      return `${condition.service} running${condition.on.length > 0 ? ` on ${condition.on.join(', ')}` : ''}`
    case 'stopped':
      return `${condition.service} stopped`
    case 'primary':
      return `${condition.volume} Primary on ${condition.on.join(', ')}`
    case 'disk':
      return condition.volume === undefined
        ? `${condition.on.join(', ')}: disk ${condition.state}`
        : `${condition.volume} ${condition.state} on ${condition.on.join(', ')}`
    case 'connection':
      return `${condition.volume === undefined ? '' : `${condition.volume} on `}${condition.node}: connection ${condition.state}`
  }
}
