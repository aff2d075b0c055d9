// Which of two history entries is the newer one. Call ids tell for one node; times of change for two; and operations
// that are still running have no call id, so that the transition which started them tells their age.
import { mergeSort } from '../../base/merge-sort.ts'
import type { HistoryEntry } from '../../cib/types.ts'
import { asInteger } from '../../cib/values.ts'

/** Negative: a is older; positive: a is newer; 0: cannot be told. */
export function age(a: HistoryEntry, b: HistoryEntry, sameNodeByDefault: boolean): number {
  const sameNode = a.onNode === undefined || b.onNode === undefined ? sameNodeByDefault : a.onNode === b.onNode
  if (sameNode && a.id === b.id) return 0
  const [left, right] = [asInteger(a.callId, -1), asInteger(b.callId, -1)]
  if (left === -1 && right === -1) return 0
  if (sameNode && left >= 0 && left < right) return -1
  if (sameNode && right >= 0 && left > right) return 1
  if (left >= 0 && right >= 0 && (!sameNode || left === right)) {
    const [changeA, changeB] = [asInteger(a.lastRcChange, -1), asInteger(b.lastRcChange, -1)]
    if (changeA >= 0 && changeA < changeB) return -1
    return changeB >= 0 && changeA > changeB ? 1 : 0
  }
  return byTransition(a, b, left, right)
}

function byTransition(a: HistoryEntry, b: HistoryEntry, callA: number, callB: number): number {
  const [left, right] = [transition(a), transition(b)]
  if (!left || !right) return 0
  if (left.uuid !== right.uuid || left.number === right.number) return callB === -1 ? -1 : callA === -1 ? 1 : 0
  if ((left.number >= 0 && left.number < right.number) || right.number === -1) return -1
  return (right.number >= 0 && left.number > right.number) || left.number === -1 ? 1 : 0
}

/** The rest of a transition magic after "status:rc;": "action:transition:expected:uuid". */
export const keyOfMagic = (magic: string | undefined): string => magic?.slice(magic.indexOf(';') + 1) ?? ''

function transition(entry: HistoryEntry): { number: number; uuid: string } | undefined {
  const match = /^(-?\d+):(-?\d+):(-?\d+):(.*)$/.exec(keyOfMagic(entry.transitionMagic))
  return match ? { number: Number(match[2]), uuid: match[4] ?? '' } : undefined
}

/**
 * Oldest first. "Older than" is not transitive among operations that are still running, so that the outcome depends on
 * how one sorts: by merging halves, beginning with the last entry, as Pacemaker does.
 */
export function sortByAge<T>(items: readonly T[], entryOf: (item: T) => HistoryEntry): readonly T[] {
  return mergeSort([...items].reverse(), (a, b) => age(entryOf(a), entryOf(b), true))
}
