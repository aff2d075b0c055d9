// The answer that everybody wants first: would a failure now be survived? For each service, each machine that is there
// is taken away in thought, and the rules say what would stand in the way. What cannot be seen counts as in the way:
// protection is never claimed on hope. The rules, each with its source, are the tables in rules/.
// Areas not verified: whether the service's software would really start on the other machine (that is what a drill is
// for), two failures at once, and the network between the clients and the cluster.
import type { NodeName } from '../base/units.ts'
import type { Snapshot } from '../live/snapshot.ts'
import type { Cluster, Service } from '../model/types.ts'
import {
  companions,
  type Facts,
  factsOf,
  isPresent,
  isSeen,
  nodeState,
  type ServiceFacts,
  serviceFacts,
  volumesOf,
} from './facts.ts'
import { downRules } from './rules/down.ts'
import { lossRules, othersOnline } from './rules/loss.ts'
import { apply, type Finding } from './rules/rule.ts'
import { takeoverRules } from './rules/takeover.ts'
import { unseenWords, warningRules } from './rules/warnings.ts'

/** `unprotected`: it serves, and a failure now would not be survived. `unknown`: nobody could be asked. */
export type Answer = 'protected' | 'unprotected' | 'down' | 'unknown'

/** Machines whose failure now would not be survived, for the same reasons. */
export interface Risk {
  readonly lost: readonly NodeName[]
  readonly reasons: readonly Finding[]
}

export interface ServiceProtection {
  readonly service: string
  readonly answer: Answer
  readonly on: readonly NodeName[]
  /** Why it does not serve, or why nothing is known of it. */
  readonly down: readonly Finding[]
  readonly risks: readonly Risk[]
}

export interface Protection {
  /** The worst of the services. */
  readonly answer: Answer
  readonly services: readonly ServiceProtection[]
  /** Worth knowing; none of them changes the answer. */
  readonly warnings: readonly Finding[]
}

const worst = (services: readonly ServiceProtection[]): Answer =>
  (['down', 'unknown', 'unprotected'] as const).find(a => services.some(s => s.answer === a)) ?? 'protected'

export function protection(cluster: Cluster, snapshot: Snapshot, before?: Snapshot): Protection {
  const facts = factsOf(cluster, snapshot, before)
  const alone = cluster.services.map(service => judge(facts, serviceFacts(facts, service)))
  const services = alone.map(judged => withNeeds(cluster, alone, judged))
  const said = new Set(services.flatMap(s => [...s.down, ...s.risks.flatMap(r => r.reasons)]).map(x => x.text))
  const answer = isSeen(facts, 'pacemaker') ? worst(services) : 'unknown'
  const warnings = answer === 'unknown' ? [] : apply(warningRules, facts, undefined).filter(w => !said.has(w.text))
  return { answer, services, warnings }
}

function judge(f: Facts, s: ServiceFacts): ServiceProtection {
  const base = { service: s.service.name, on: s.on, down: [], risks: [] }
  if (s.state === 'unknown') return { ...base, answer: 'unknown', down: nobody(f) }
  const down = apply(downRules, f, s)
  if (s.state !== 'running' && down.length === 0) down.push({ code: 'stopped', text: 'it is not running' })
  if (down.length > 0) return { ...base, answer: 'down', down }
  const risks = merged(mayFail(f).map(lost => ({ lost: [lost], reasons: standInTheWay(f, s, lost) })))
  return { ...base, answer: risks.length > 0 ? 'unprotected' : 'protected', risks }
}

/** Machines that are not known to be gone already. */
const mayFail = (f: Facts): NodeName[] =>
  f.cluster.nodes.map(n => n.name).filter(name => isPresent(f, name) || isHidden(f, name))

const isHidden = (f: Facts, name: NodeName): boolean => (nodeState(f, name)?.membership ?? 'unknown') === 'unknown'

const nobody = (f: Facts): Finding[] => f.snapshot.unseen.map(u => ({ code: 'unseen', text: unseenWords(u) }))

/** What would stand in the way of surviving the loss of this one machine. */
function standInTheWay(f: Facts, s: ServiceFacts, lost: NodeName): Finding[] {
  if (isHidden(f, lost)) return [{ code: 'target-absent', text: `the state of ${lost} cannot be seen` }]
  const staying = othersOnline(f, lost)
  const loss = apply(lossRules, f, { service: s, lost, staying })
  return unique([...loss, ...(s.on.includes(lost) ? noTarget(f, s, lost) : [])])
}

/** Nothing where one of the other nodes could take over the service with all its companions. */
function noTarget(f: Facts, s: ServiceFacts, from: NodeName): Finding[] {
  const group = companions(f, s.service).map(service => serviceFacts(f, service))
  const others = f.cluster.nodes.map(n => n.name).filter(name => name !== from)
  const objections = others.map(to => ({
    to,
    found: group.flatMap(member => apply(takeoverRules, f, { service: member, from, to })),
  }))
  if (objections.some(o => o.found.length === 0)) return []
  if (objections.length === 0) return [{ code: 'target-absent', text: 'there is no other node' }]
  // A node that never holds the data is no news where another one should have stepped in.
  const holders = objections.filter(o => volumesOf(f, s.service).every(v => v.nodes.includes(o.to)))
  return (holders.length > 0 ? holders : objections).flatMap(o => o.found)
}

function withNeeds(cluster: Cluster, all: readonly ServiceProtection[], judged: ServiceProtection): ServiceProtection {
  if (judged.answer !== 'protected') return judged
  const needs = needsOf(cluster, judged.service)
  const weak = all.filter(s => needs.has(s.service) && s.service !== judged.service && s.answer !== 'protected')
  if (weak.length === 0) return judged
  const risks = weak.map(s => ({
    lost: distinct(s.risks.flatMap(r => r.lost)),
    reasons: [{ code: 'needs', text: `it needs ${s.service}, which is ${s.answer}` }],
  }))
  return { ...judged, answer: 'unprotected', risks: merged(risks) }
}

function needsOf(cluster: Cluster, name: string): Set<string> {
  const found = new Set([name])
  for (const member of found) {
    const service: Service | undefined = cluster.services.find(s => s.name === member)
    for (const other of [...(service?.after ?? []), ...(service?.with ?? [])]) found.add(other)
  }
  return found
}

/** Each reason once, with every machine whose loss it concerns; then reasons about the same machines together. */
function merged(risks: readonly Risk[]): Risk[] {
  const reasons = unique(risks.flatMap(r => r.reasons))
  const about = new Map<string, Risk>()
  for (const reason of reasons) {
    const lost = distinct(risks.filter(r => r.reasons.some(x => x.text === reason.text)).flatMap(r => r.lost))
    const same = about.get(lost.join())
    about.set(lost.join(), { lost, reasons: [...(same?.reasons ?? []), reason] })
  }
  return [...about.values()]
}

const unique = (findings: readonly Finding[]): Finding[] => [...new Map(findings.map(x => [x.text, x])).values()]
const distinct = (names: readonly NodeName[]): NodeName[] => [...new Set(names)]
