// May this service be moved now, and what has to be moved for it? And later: has it arrived? Pure: a snapshot in, an answer
// out. The rules about the target are the ones by which `status` says whether a failure would be survived.
import type { NodeName } from '../../core/base/units.ts'
import type { ResourceState, Snapshot } from '../../core/live/snapshot.ts'
import { addressId, idsOf, serviceId } from '../../core/model/names.ts'
import type { Cluster, Service } from '../../core/model/types.ts'
import { companions, type Facts, type ServiceFacts, serviceFacts } from '../../core/view/facts.ts'
import { apply, type Finding } from '../../core/view/rules/rule.ts'
import { takeoverRules } from '../../core/view/rules/takeover.ts'

export type Decision =
  | { readonly kind: 'already-there'; readonly on: NodeName; readonly leftovers: readonly Leftover[] }
  | { readonly kind: 'refused'; readonly reasons: readonly Finding[] }
  | { readonly kind: 'possible'; readonly move: Move }

export interface Move {
  readonly service: Service
  readonly from: NodeName
  readonly to: NodeName
  /** What Pacemaker is asked to move: the service's group, or its addresses where the daemon runs everywhere. */
  readonly units: readonly string[]
  /** Constraints of an earlier switchover that was cut off. */
  readonly leftovers: readonly Leftover[]
}

/** `cli-prefer-db`: written for `unit` by a move. */
export interface Leftover {
  readonly constraint: string
  readonly unit: string
}

const refused = (code: string, text: string, hint?: string): Decision => ({
  kind: 'refused',
  reasons: [{ code, text, ...(hint === undefined ? {} : { hint }) }],
})

export function decide(cluster: Cluster, snapshot: Snapshot, service: Service, wanted: NodeName | undefined): Decision {
  const facts: Facts = { cluster, snapshot }
  const state = serviceFacts(facts, service)
  if (state.state === 'unknown') {
    const why = snapshot.unseen.map(each => `${each.node}: ${each.why}`).join('; ')
    return refused('unseen', `nobody can tell where ${service.name} runs (${why})`)
  }
  const [from, ...others] = state.on
  if (!from) return refused('not-running', `${service.name} runs nowhere`, 'holdfast status shows why')
  const units = unitsOf(service, state)
  if (units.length === 0) {
    return refused('runs-everywhere', `${service.name} runs on every node and has no address that could move`)
  }
  if (sharesLoad(service)) {
    const hint = 'to empty a machine: crm_standby --node NODE --update on, and --delete to take it back'
    return refused('shares-load', `the addresses of ${service.name} return to their nodes by themselves`, hint)
  }
  const leftovers = leftoversOf(snapshot, units)
  if (wanted !== undefined && others.length === 0 && wanted === from && state.state === 'running') {
    return { kind: 'already-there', on: from, leftovers }
  }
  if (state.state === 'moving')
    return refused('moving', `${service.name} is moving just now`, 'try again when it stands')
  if (state.state === 'stopped') return refused('not-running', `parts of ${service.name} are stopped`)
  if (others.length > 0 && service.volumes.length > 0) {
    return refused(
      'active-twice',
      `${service.name} is active on ${state.on.join(' and ')}`,
      'holdfast status shows why',
    )
  }
  const targets = wanted === undefined ? cluster.nodes.map(node => node.name).filter(name => name !== from) : [wanted]
  const judged = targets.map(to => ({ to, reasons: objections(facts, service, from, to) }))
  const best = judged.find(each => each.reasons.length === 0)
  if (!best) return { kind: 'refused', reasons: judged.flatMap(each => each.reasons) }
  return { kind: 'possible', move: { service, from, to: best.to, units, leftovers } }
}

/** A group moves as one. Where the daemon is a clone, its addresses are what moves. */
function unitsOf(service: Service, state: ServiceFacts): readonly string[] {
  const group = serviceId(service)
  if (state.single.some(row => row.within.includes(group))) return [group]
  return service.addresses.map((_, index) => addressId(service, index))
}

/** Active on several nodes: addresses with different preferences, as the compiler sees them. */
const sharesLoad = (service: Service): boolean =>
  service.volumes.length === 0 && new Set(service.addresses.map(each => each.prefer ?? service.prefer)).size > 1

const leftoversOf = (snapshot: Snapshot, units: readonly string[]): readonly Leftover[] =>
  units.flatMap(unit => {
    const constraint = `cli-prefer-${unit}`
    return snapshot.leftovers.includes(constraint) ? [{ constraint, unit }] : []
  })

/** The service takes along everything that must run with it, so that each of these has to be able to. */
function objections(facts: Facts, service: Service, from: NodeName, to: NodeName): readonly Finding[] {
  const quorum = facts.snapshot.quorum.find(view => view.node === to)
  const noQuorum: Finding[] =
    quorum?.quorate === false
      ? [{ code: 'target-quorum', text: `${to} has no quorum, so that it may start nothing` }]
      : []
  const found = companions(facts, service).flatMap(each =>
    apply(takeoverRules, facts, { service: serviceFacts(facts, each), from, to }),
  )
  return [...unmanaged(facts, service), ...noQuorum, ...found.filter(isFirst)]
}

/** The same node in standby is told once, not once for each service. */
const isFirst = (finding: Finding, index: number, all: readonly Finding[]): boolean =>
  all.findIndex(each => each.text === finding.text) === index

function unmanaged({ cluster, snapshot }: Facts, service: Service): readonly Finding[] {
  const ids = idsOf(service, cluster)
  const rows = snapshot.resources.filter(row => ids.includes(row.id) && !row.managed)
  const hint = 'leave maintenance first: crm_attribute --name maintenance-mode --delete'
  return rows.length === 0 ? [] : [{ code: 'unmanaged', text: `the cluster does not manage ${rows[0]?.id} now`, hint }]
}

export type Arrival =
  | { readonly kind: 'arrived' }
  | { readonly kind: 'moving'; readonly what: string }
  /** It started there, failed, and the cluster has taken it elsewhere. */
  | { readonly kind: 'failed'; readonly why: string }

/** `before` is the snapshot from which the move was decided. */
export function arrival(cluster: Cluster, move: Move, before: Snapshot, now: Snapshot): Arrival {
  const ids = idsOf(move.service, cluster)
  const rows = serviceFacts({ cluster, snapshot: now }, move.service)
  const known = new Set(before.failures.map(failureKey))
  const failure = now.failures.find(
    each => each.node === move.to && ids.includes(each.resource) && !known.has(failureKey(each)),
  )
  if (failure)
    return { kind: 'failed', why: `${failure.resource} failed on ${move.to} (${failure.operation}): ${failure.reason}` }
  if (rows.state === 'running' && rows.single.every(row => row.nodes.every(node => node === move.to))) {
    return { kind: 'arrived' }
  }
  return { kind: 'moving', what: rows.single.flatMap(wordOf).join(', ') || 'waiting for Pacemaker' }
}

const failureKey = (failure: Snapshot['failures'][number]): string =>
  [failure.resource, failure.node, failure.operation, failure.at, failure.failCount].join(' ')

const wordOf = (row: ResourceState): readonly string[] => {
  const where = row.nodes.join(', ')
  if (row.role === 'Stopped') return [`${row.id} is stopped`]
  return row.role === 'Started' ? [] : [`${row.id} is ${row.role.toLowerCase()} on ${where}`]
}
