// Fail counts of a resource on a node, from the node's attributes.
// Source: "Pacemaker Explained" 2.1, "Handling Resource Failure".
import { once } from '../../base/once.ts'
import { INFINITY } from '../../base/score.ts'
import type { HistoryEntry } from '../../cib/types.ts'
import { asInstant, asInteger, asMilliseconds, asScore } from '../../cib/values.ts'
import { obtain } from '../act/actions.ts'
import { setMeta } from '../act/blank.ts'
import type { Action, ClusterNode, Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { historyOn } from './history-index.ts'
import { isBundled } from './roles.ts'

export interface Failures {
  readonly count: number
  /** Seconds since 1970; 0 where unknown. */
  readonly last: number
}

/** For anonymous clones every instance's count is meant; operations may count separately (name#op_interval). */
const patterns = once((resource: Resource): { count: RegExp; last: RegExp } => {
  const quoted = (resource.historyId ?? resource.id).replace(/:\d+$/, '').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const exact = (resource.historyId ?? resource.id).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const name = resource.unique ? exact : `${quoted}(?::\\d+)?`
  return {
    count: new RegExp(`^fail-count-${name}(?:#.+_\\d+)?$`),
    last: new RegExp(`^last-failure-${name}(?:#.+_\\d+)?$`),
  }
})

const failureNames = once((node: ClusterNode): readonly string[] =>
  [...node.attributes.keys()].filter(name => name.startsWith('fail-count-') || name.startsWith('last-failure-')),
)

/** Those that may be about the resource: most are not, and need no pattern to tell. */
function namesAbout(names: readonly string[], resource: Resource): readonly string[] {
  const own = resource.historyId ?? resource.id
  const colon = own.lastIndexOf(':')
  const base = colon < 0 ? own : own.slice(0, colon)
  return names.filter(name => name.includes(base))
}

export const hasFailures = (node: ClusterNode): boolean => failureNames(node).length > 0

/** `effective`: an expired count is none; `fillers`: what runs inside counts too, but not in bundles. */
export function failuresOf(
  world: Unpacked,
  resource: Resource,
  node: ClusterNode,
  effective: boolean,
  fillers = false,
): Failures {
  const all = failureNames(node)
  const names = all.length === 0 ? all : namesAbout(all, resource)
  let count = 0
  let last = 0
  if (names.length > 0) {
    const { count: countName, last: lastName } = patterns(resource)
    for (const name of names) {
      const value = node.attributes.get(name)
      if (countName.test(name)) count = Math.min(INFINITY, count + asScore(value))
      else if (lastName.test(name)) last = Math.max(last, epoch(value))
    }
  }
  if (count > 0 && resource.failureTimeout > 0 && hasBlockingFailure(world, resource, node)) resource.failureTimeout = 0
  if (count > 0 && effective && resource.failureTimeout > 0) {
    if (last > 0 && world.now / 1_000 >= last + Math.trunc(resource.failureTimeout / 1_000)) count = 0
  }
  if (fillers && !isBundled(resource)) {
    for (const filler of resource.fillers) {
      const inner = failuresOf(world, filler, node, effective)
      count = Math.min(INFINITY, count + inner.count)
      last = Math.max(last, inner.last)
    }
  }
  return { count, last }
}

function epoch(text: string | undefined): number {
  if (text === undefined) return 0
  if (/^\d+$/.test(text)) return Number(text)
  return Math.trunc((asInstant(text) ?? 0) / 1_000)
}

/** A failure of an operation with on-fail=block does not expire. */
function hasBlockingFailure(world: Unpacked, resource: Resource, node: ClusterNode): boolean {
  const blocking = resource.operations.filter(op => op.attributes.get('on-fail') === 'block')
  if (blocking.length === 0) return false
  const name = resource.id.replace(/:\d+$/, '')
  const entries = historyOn(world, node.name, name)?.entries ?? []
  return blocking.some(op => {
    const interval = asMilliseconds(op.interval) ?? 0
    return entries.some(entry => {
      if (entry.operation !== op.name || asInteger(entry.interval, 0) !== interval) return false
      if (entry.id === `${name}_last_failure_0`) return true
      return entry.id === `${name}_${op.name}_${interval}` && failedEntry(entry)
    })
  })
}

function failedEntry(entry: HistoryEntry): boolean {
  const target = /^-?\d+:-?\d+:(-?\d+):/.exec(entry.transitionKey ?? '')?.[1]
  return asInteger(entry.rcCode, -1) !== asInteger(target, -1)
}

/** Cleans the count: needs no node to be up. */
export function clearFailcount(world: Unpacked, resource: Resource, node: ClusterNode, reason: string): Action {
  const action = obtain(world, resource, 'clear_failcount', 0, node, false)
  action.runnable = true
  action.optional = false
  action.reason = reason
  setMeta(action, { op_no_wait: 'true' })
  return action
}
