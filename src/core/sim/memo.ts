// The same question gets the same answer: the scheduler is asked once for each state of a cluster that it can tell apart.
// The key leaves out times and call numbers (their order stays), so states are kept apart by what happened, not by when.
// Where failures are on record, time matters (failure-timeout), and nothing is remembered.
import type { Cib, HistoryEntry, NodeState, ResourceHistory } from '../cib/types.ts'
import type { schedule } from '../scheduler/schedule.ts'

type Schedule = typeof schedule

export function remembering(ask: Schedule): Schedule {
  const configurations = new Map<unknown, Map<string, ReturnType<Schedule>>>()
  return (cib, now, options) => {
    const key = keyOf(cib)
    if (key === undefined || options) return ask(cib, now, options)
    const answers = configurations.get(cib.configuration) ?? new Map<string, ReturnType<Schedule>>()
    configurations.set(cib.configuration, answers)
    const known = answers.get(key)
    if (known) return known
    const answer = Object.freeze(ask(cib, now))
    answers.set(key, answer)
    return answer
  }
}

const keys = new WeakMap<NodeState, string | null>()

function keyOf(cib: Cib): string | undefined {
  const parts = [cib.attributes.get('have-quorum') ?? '', cib.attributes.get('dc-uuid') ?? '']
  for (const node of cib.nodeStates) {
    const known = keys.get(node)
    const key = known === undefined ? nodeKey(node) : known
    keys.set(node, key)
    if (key === null) return undefined
    parts.push(key)
  }
  return parts.join('\n')
}

function nodeKey(node: NodeState): string | null {
  const attributes = node.transient.flatMap(set => set.pairs.map(pair => `${pair.name}=${pair.value}`)).sort()
  if (attributes.some(a => a.startsWith('fail-count-'))) return null
  const history = (node.history ?? []).map(resourceKey).sort()
  return [node.uname, node.inCcm, node.crmd, node.join, node.expected, ...attributes, ...history].join(' ')
}

const call = (entry: HistoryEntry): number => Number(entry.callId ?? '-1')

const resourceKey = (history: ResourceHistory): string =>
  `${history.id}:${[...history.entries]
    .sort((a, b) => call(a) - call(b))
    .map(e => `${e.operation}_${e.interval}=${e.opStatus}/${e.rcCode}/${e.transitionKey?.split(':')[2]}`)
    .join(',')}`
