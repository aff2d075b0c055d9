// The same question gets the same answer: the scheduler is asked once for each state of a cluster that it can tell apart.
// The key leaves out times and call numbers (their order stays), so states are kept apart by what happened, not by when.
// Where failures are on record, their age counts too (failure-timeout), in spans of half a minute.

import type { Instant } from '../base/units.ts'
import type { Cib, HistoryEntry, NodeState, ResourceHistory } from '../cib/types.ts'
import type { schedule } from '../scheduler/schedule.ts'

type Schedule = typeof schedule

export function remembering(ask: Schedule): Schedule {
  const configurations = new Map<unknown, Map<string, ReturnType<Schedule>>>()
  return (cib, now, options) => {
    const key = keyOf(cib, now)
    if (options) return ask(cib, now, options)
    const answers = configurations.get(cib.configuration) ?? new Map<string, ReturnType<Schedule>>()
    configurations.set(cib.configuration, answers)
    const known = answers.get(key)
    if (known) return known
    const answer = Object.freeze(ask(cib, now))
    answers.set(key, answer)
    return answer
  }
}

const keys = new WeakMap<NodeState, string>()

/** What the answer depends on. */
export function keyOf(cib: Cib, now: Instant): string {
  const parts = [cib.attributes.get('have-quorum') ?? '', cib.attributes.get('dc-uuid') ?? '']
  for (const node of cib.nodeStates) {
    const known = keys.get(node)
    const key = known === undefined ? nodeKey(node) : known
    keys.set(node, key)
    parts.push(key, ages(node, now))
  }
  return parts.join('\n')
}

/** Failures age: two states are told apart by how many spans of this length have gone by since each failure. */
const span = 30

function ages(node: NodeState, now: Instant): string {
  const failures = node.transient.flatMap(set => set.pairs.filter(pair => pair.name.startsWith('last-failure-')))
  return failures.map(pair => Math.floor((now / 1_000 - Number(pair.value)) / span)).join()
}

function nodeKey(node: NodeState): string {
  const attributes = node.transient
    .flatMap(set => set.pairs.filter(p => !p.name.startsWith('last-failure-')).map(p => `${p.name}=${p.value}`))
    .sort()
  const history = (node.history ?? []).map(resourceKey).sort()
  return [node.uname, node.inCcm, node.crmd, node.join, node.expected, ...attributes, ...history].join(' ')
}

const call = (entry: HistoryEntry): number => Number(entry.callId ?? '-1')

const resourceKey = (history: ResourceHistory): string =>
  `${history.id}:${[...history.entries]
    .sort((a, b) => call(a) - call(b))
    .map(e => `${e.operation}_${e.interval}=${e.opStatus}/${e.rcCode}/${e.transitionKey?.split(':')[2]}`)
    .join(',')}`
