// A history entry with its numbers read.
import type { HistoryEntry } from '../../cib/types.ts'
import { asInteger } from '../../cib/values.ts'
import type { ClusterNode, Resource } from '../model.ts'
import { keyOfMagic } from './age.ts'

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

export function readEntry(rsc: Resource, node: ClusterNode, entry: HistoryEntry): Event {
  const key = /^-?\d+:-?\d+:(-?\d+):/.exec(entry.transitionKey ?? keyOfMagic(entry.transitionMagic))
  return {
    entry,
    rsc,
    node,
    task: entry.operation,
    interval: asInteger(entry.interval, 0),
    expected: key ? Number(key[1]) : -1,
    rc: asInteger(entry.rcCode, 0),
    status: asInteger(entry.opStatus, Status.unknown),
  }
}
