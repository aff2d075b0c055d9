// What a node's history becomes when an operation ends on it: the entries that Pacemaker's executor keeps, with their
// names, and the failure counts. Found by running crm_simulate and reading what it left.
import type { Instant } from '../base/units.ts'
import type { HistoryEntry, NodeState, Pair, PairSet, ResourceHistory } from '../cib/types.ts'

export interface Agent {
  readonly class?: string | undefined
  readonly provider?: string | undefined
  readonly type?: string | undefined
}

export interface Ended {
  /** As the history names it: without number for interchangeable instances. */
  readonly rsc: string
  /** The instance's full name: a history that old versions kept under it is continued. */
  readonly instance?: string | undefined
  readonly agent: Agent
  readonly operation: string
  /** Milliseconds. */
  readonly interval: number
  readonly code: number
  readonly expected: number
  readonly digest?: string | undefined
  /** For notifications: "post_notify_start"; they are kept under that name. */
  readonly notification?: string | undefined
  readonly migration?: { readonly source: string; readonly target: string } | undefined
  readonly exitReason: string
}

/** The state with further results, in the order in which they came, and a failure counted for each that is one. */
export function record(state: NodeState, results: readonly Ended[], at: Instant): NodeState {
  const histories = new Map((state.history ?? []).map(history => [history.id, history]))
  let transient = state.transient
  for (const ended of results) {
    const known = histories.get(ended.rsc) ?? histories.get(ended.instance ?? '') ?? numbered(histories, ended.rsc)
    const history: ResourceHistory = known ?? { id: ended.rsc, ...agentOnly(ended.agent), entries: [] }
    histories.set(history.id, { ...history, entries: withResult(history.entries, ended, at) })
    const failed = ended.code !== ended.expected && !(ended.interval === 0 && ended.code === 7)
    if (failed) transient = countFailure(transient, state.id, ended, at)
  }
  return { ...state, history: [...histories.values()], transient }
}

/** Old versions gave interchangeable instances a number in the history: "db:1". */
function numbered(histories: ReadonlyMap<string, ResourceHistory>, rsc: string): ResourceHistory | undefined {
  for (const [id, history] of histories) {
    if (id.startsWith(`${rsc}:`) && /^\d+$/.test(id.slice(rsc.length + 1))) return history
  }
  return undefined
}

const agentOnly = ({ class: standard, provider, type }: Agent): Agent => ({ class: standard, provider, type })

/** A failed recurring operation is kept only as the last failure; another failed one as last result and last failure. */
function withResult(entries: readonly HistoryEntry[], ended: Ended, at: Instant): readonly HistoryEntry[] {
  const failed = ended.code !== ended.expected && !ended.operation.startsWith('migrate_')
  const names = [
    ...(failed && ended.interval > 0 ? [] : [entryName(ended)]),
    ...(failed ? [`${ended.rsc}_last_failure_0`] : []),
  ]
  const call = 1 + entries.reduce((most, entry) => Math.max(most, Number(entry.callId ?? 0)), 0)
  return names.reduce((list, name) => put(list, entryOf(name, ended, call, at)), entries)
}

/** What is there under that name is overwritten; an attribute that the new result does not have stays. */
function put(entries: readonly HistoryEntry[], fresh: HistoryEntry): readonly HistoryEntry[] {
  const at = entries.findIndex(entry => entry.id === fresh.id)
  if (at < 0) return [...entries, fresh]
  return entries.map((entry, index) => (index === at ? { ...entry, ...fresh } : entry))
}

function entryName({ rsc, operation, interval, notification }: Ended): string {
  if (notification !== undefined) return `${rsc}_${notification}_0`
  if (interval > 0 || operation.startsWith('migrate_')) return `${rsc}_${operation}_${interval}`
  return `${rsc}_last_0`
}

function entryOf(id: string, ended: Ended, call: number, at: Instant): HistoryEntry {
  const { rsc, operation, interval, code, expected, digest, migration } = ended
  const key = `${call}:-1:${expected}:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`
  return {
    id,
    operationKey: `${rsc}_${operation}_${interval}`,
    operation,
    crmDebugOrigin: 'holdfast',
    crmFeatureSet: '3.16.1',
    transitionKey: key,
    transitionMagic: `0:${code};${key}`,
    exitReason: ended.exitReason,
    callId: String(call),
    rcCode: String(code),
    opStatus: '0',
    interval: String(interval),
    lastRcChange: String(Math.floor(at / 1_000)),
    execTime: '0',
    queueTime: '0',
    ...(migration ? { migrateSource: migration.source, migrateTarget: migration.target } : {}),
    ...(digest === undefined ? {} : { opDigest: digest }),
  }
}

function countFailure(sets: readonly PairSet[], owner: string, ended: Ended, at: Instant): readonly PairSet[] {
  const what = `${ended.rsc}#${ended.operation}_${ended.interval}`
  const count = `fail-count-${what}`
  const [first = { id: `status-${owner}`, pairs: [] }, ...rest] = sets
  const before = first.pairs.find(pair => pair.name === count)?.value
  const next = before === 'INFINITY' ? before : String(1 + (Number.parseInt(before ?? '0', 10) || 0))
  const pairs = setPair(setPair(first, count, next), `last-failure-${what}`, String(Math.floor(at / 1_000)))
  return [pairs, ...rest]
}

function setPair(set: PairSet, name: string, value: string): PairSet {
  const id = `${set.id}-${name.replaceAll(/[#:]/g, '.')}`
  const fresh: Pair = { id, name, value }
  const known = set.pairs.some(pair => pair.name === name)
  return { ...set, pairs: known ? set.pairs.map(p => (p.name === name ? { ...p, value } : p)) : [...set.pairs, fresh] }
}
