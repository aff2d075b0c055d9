// A history entry with its numbers read.
import { once } from '../../base/once.ts'
import type { HistoryEntry, ResourceHistory } from '../../cib/types.ts'
import { asInteger } from '../../cib/values.ts'
import type { ClusterNode, Resource } from '../model.ts'
import { keyOfMagic, sortByAge } from './age.ts'

/** `rc` and `status` change while the engine works out what the result means. */
export interface Event {
  readonly entry: HistoryEntry
  readonly rsc: Resource
  readonly node: ClusterNode
  readonly task: string
  readonly interval: number
  readonly expected: number
  rc: number
  status: number
}

/** Execution status, as the local executor reports it. */
export const Status = {
  unknown: -2,
  pending: -1,
  done: 0,
  cancelled: 1,
  timeout: 2,
  notSupported: 3,
  error: 4,
  hard: 5,
  fatal: 6,
  notInstalled: 7,
  notConnected: 8,
  invalid: 9,
  noFenceDevice: 10,
  noSecrets: 11,
} as const

/** The events of a resource's history on a node, the oldest first. */
export const readEvents = (rsc: Resource, node: ClusterNode, history: ResourceHistory): readonly Event[] =>
  factsOf(history).map(({ entry, task, interval, expected, rc, status }) => ({
    entry,
    rsc,
    node,
    task,
    interval,
    expected,
    rc,
    status,
  }))

type Facts = Omit<Event, 'rsc' | 'node'>

/** Read once for all the questions of a what-if, which differ in few entries. */
const factsOf = once((history: ResourceHistory): readonly Facts[] =>
  sortByAge(history.entries, entry => entry).map(factsIn),
)

function factsIn(entry: HistoryEntry): Facts {
  const key = /^-?\d+:-?\d+:(-?\d+):/.exec(entry.transitionKey ?? keyOfMagic(entry.transitionMagic))
  return {
    entry,
    task: entry.operation,
    interval: asInteger(entry.interval, 0),
    expected: key ? Number(key[1]) : -1,
    rc: asInteger(entry.rcCode, 0),
    status: asInteger(entry.opStatus, Status.unknown),
  }
}
