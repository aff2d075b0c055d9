// One watcher of the cluster for several listeners (the page and the drill): looking costs the machines time, so it is done
// once. It begins with the first listener and ends with the last.
import { seconds } from '../core/base/units.ts'
import type { Snapshot } from '../core/live/snapshot.ts'
import { usualRhythm, watch } from '../io/observe/watch.ts'
import type { Session } from './session.ts'

export type Follow = (onSnapshot: (snapshot: Snapshot) => void, signal: AbortSignal) => Promise<void>

/** A drill judges by what is seen, and an emulated machine may be slow to answer: late is not gone (seen on a busy host). */
const rhythm = { ...usualRhythm, patience: seconds(12) }

export function sharedWatch(session: Session): Follow {
  const listeners = new Set<(snapshot: Snapshot) => void>()
  const transports = [...session.transports.values()]
  let running: { end: AbortController; ended: Promise<void> } | undefined
  let last: Snapshot | undefined

  const begin = (): { end: AbortController; ended: Promise<void> } => {
    const end = new AbortController()
    const tell = (snapshot: Snapshot): void => {
      last = snapshot
      for (const listener of listeners) listener(snapshot)
    }
    return { end, ended: watch(session.cluster.name, transports, tell, end.signal, rhythm) }
  }
  return async (onSnapshot, signal) => {
    if (signal.aborted) return
    listeners.add(onSnapshot)
    running ??= begin()
    if (last) onSnapshot(last)
    await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
    listeners.delete(onSnapshot)
    if (listeners.size > 0) return
    const ending = running
    running = undefined
    last = undefined
    ending.end.abort()
    await ending.ended
  }
}
