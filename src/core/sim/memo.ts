// The same question gets the same answer: the scheduler is asked once for each state of a cluster that it can tell apart.
// The key leaves out times and call numbers (their order stays), so states are kept apart by what happened, not by when;
// but where something failed, it says of each moment whether it is longer ago than each `failure-timeout`, so that the
// answer is always the one that asking anew would give. Not kept: answers to configurations with dates or migrations.
// Everything in a CIB is an immutable value, most of it shared with the CIB before: its text is made once.

import { once } from '../base/once.ts'
import type { Instant } from '../base/units.ts'
import type { Cib, Configuration, HistoryEntry, NodeState, ResourceHistory } from '../cib/types.ts'
import { asMilliseconds } from '../cib/values.ts'
import type { Decision } from '../scheduler/decision.ts'

type Schedule = (cib: Cib, now: Instant) => Decision

/** Keeps the answers for clusters with one set of resources; of another set it forgets the first one. */
export function remembering(ask: Schedule): Schedule {
  let resources: Configuration['resources'] | undefined
  let answers = new Map<string, Decision>()
  let numbers = numbering()
  return (cib, now) => {
    const about = factsOf(cib.configuration)
    if (about.asksAnew) return ask(cib, now)
    if (resources !== cib.configuration.resources || answers.size >= capacity) {
      resources = cib.configuration.resources
      answers = new Map()
      numbers = numbering()
    }
    const key = keyOf(cib, now, numbers)
    const known = answers.get(key)
    if (known) return known
    const answer = Object.freeze(ask(cib, now))
    answers.set(key, answer)
    return answer
  }
}

/** Answers that are kept: some hundred megabytes. */
const capacity = 5_000

/** Texts are long and few: a number stands for each. */
function numbering(): (of: Keyed) => string {
  const byText = new Map<string, string>()
  const byValue = new WeakMap<Keyed, string>()
  return of => {
    const known = byValue.get(of)
    if (known !== undefined) return known
    const number = byText.get(of.key) ?? String(byText.size)
    byText.set(of.key, number)
    byValue.set(of, number)
    return number
  }
}

interface Keyed {
  readonly key: string
}

/** What the answer depends on, as text. */
export function keyOf(cib: Cib, now: Instant, show: (of: Keyed) => string = of => of.key): string {
  const about = factsOf(cib.configuration)
  const parts = [show(about), cib.attributes.get('have-quorum') ?? '', cib.attributes.get('dc-uuid') ?? '']
  for (const state of cib.nodeStates) {
    const node = ofNode(state)
    parts.push(show(node))
    if (node.moments.length > 0) parts.push(ages(node.moments, about.timeouts, Math.floor(now / 1_000)))
  }
  return parts.join('\n')
}

const ages = (moments: readonly number[], timeouts: readonly number[], now: number): string =>
  moments.map(at => timeouts.map(timeout => (now >= at + timeout ? '1' : '0')).join('')).join('')

const textOf = once((value: object): string => JSON.stringify(value))

interface ConfigurationFacts extends Keyed {
  readonly asksAnew: boolean
  /** Every failure-timeout, in whole seconds. */
  readonly timeouts: readonly number[]
}

/** Of a running cluster only constraints and the attributes of nodes come and go. */
const factsOf = once((configuration: Configuration): ConfigurationFacts => {
  const { options, nodes, resources, templates, constraints, tags } = configuration
  const { resourceDefaults, operationDefaults, fencingTopology } = configuration
  const rest = [options, templates, tags, resourceDefaults, operationDefaults, fencingTopology]
  const texts = [...rest, ...nodes, ...constraints].map(textOf)
  const all = [...texts, textOf(resources)]
  const timeouts = new Set(all.flatMap(failureTimeouts))
  return {
    key: texts.join('\n'),
    asksAnew: all.some(text => /"kind":"date_expression"|"name":"allow-migrate"/.test(text)),
    timeouts: [...timeouts].sort((a, b) => a - b),
  }
})

const failureTimeouts = (text: string): number[] =>
  [...text.matchAll(/"name":"failure-timeout","value":"([^"]*)"/g)].map(match =>
    Math.trunc((asMilliseconds(match[1] ?? '') ?? 0) / 1_000),
  )

interface NodeFacts extends Keyed {
  /** When what failed did so, in seconds, and everything else on this node; empty where nothing failed. */
  readonly moments: readonly number[]
}

const ofNode = once((node: NodeState): NodeFacts => {
  const attributes = node.transient.flatMap(set => set.pairs)
  const history = (node.history ?? []).map(ofResource).sort((a, b) => (a.key < b.key ? -1 : 1))
  const lasting = attributes.filter(p => !isMoment(p.name)).map(p => `${p.name}=${p.value}`)
  const failures = attributes.filter(p => isMoment(p.name)).sort((a, b) => (a.name < b.name ? -1 : 1))
  const failed = failures.length > 0 || history.some(h => h.failed)
  return {
    key: [
      [node.uname, node.inCcm, node.crmd, node.join, node.expected].join(),
      ...lasting.sort(),
      ...failures.map(p => p.name),
      ...history.map(h => h.key),
    ].join(' '),
    moments: failed ? [...failures.map(p => Number(p.value)), ...history.flatMap(h => h.moments)] : [],
  }
})

const isMoment = (name: string): boolean => name.startsWith('last-failure-')

interface ResourceFacts extends NodeFacts {
  readonly failed: boolean
}

const ofResource = once(({ id, entries }: ResourceHistory): ResourceFacts => {
  const sorted = [...entries].sort((a, b) => call(a) - call(b))
  const texts = sorted.map(e => {
    const name = e.id.endsWith('_last_failure_0') ? 'failed ' : ''
    return `${name}${e.operation}_${e.interval}=${e.opStatus}/${e.rcCode}/${expected(e)}${age(e, sorted)}`
  })
  return {
    key: `${id}:${texts.join(',')}`,
    moments: sorted.map(e => Number(e.lastRcChange ?? '0')),
    failed: entries.some(e => e.opStatus !== '0' || e.rcCode !== expected(e)),
  }
})

const call = (entry: HistoryEntry): number => Number(entry.callId ?? '-1')
const expected = (entry: HistoryEntry): string | undefined => entry.transitionKey?.split(':')[2]
const transition = (entry: HistoryEntry): number => Number(entry.transitionKey?.split(':')[1] ?? '-1')

/** Of an operation that still runs, only its transition tells how old it is. */
const age = (entry: HistoryEntry, all: readonly HistoryEntry[]): string =>
  call(entry) >= 0 ? '' : all.map(other => Math.sign(transition(entry) - transition(other)) + 1).join('')
