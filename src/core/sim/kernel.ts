// The event queue of the simulated world: ordered by (time, sequence), so that one seed gives one history, to the byte.
// Events are data, never closures: the whole state can be copied, and a booted cluster is forked instead of booted again.
// An event may belong to a machine: it is dropped if that machine has lost its power since, and held back while the
// machine is paused, which is what a stopped virtual machine does to everything that runs on it.

/** Milliseconds since the simulation began. */
export type Time = number

export interface Owner {
  readonly node: string
  /** Which life of the machine: it counts up with every loss of power. */
  readonly life: number
}

export interface Pending<E> {
  readonly at: Time
  readonly sequence: number
  readonly owner: Owner | undefined
  readonly event: E
}

export interface QueueState<E> {
  now: Time
  sequence: number
  readonly heap: Pending<E>[]
}

export const emptyQueue = <E>(): QueueState<E> => ({ now: 0, sequence: 0, heap: [] })

const before = <E>(a: Pending<E>, b: Pending<E>): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence)

/** Adds an event `delay` from now; what is due at the same instant happens in the order in which it was added. */
export function push<E>(queue: QueueState<E>, delay: number, owner: Owner | undefined, event: E): void {
  const item = Object.freeze({ at: queue.now + Math.max(0, delay), sequence: queue.sequence++, owner, event })
  const { heap } = queue
  let index = heap.length
  heap.push(item)
  while (index > 0) {
    const parent = (index - 1) >> 1
    const above = heap[parent]
    if (above === undefined || !before(item, above)) break
    heap[index] = above
    index = parent
  }
  heap[index] = item
}

/** Takes the next event out and moves the clock to it. */
export function pop<E>(queue: QueueState<E>): Pending<E> | undefined {
  const { heap } = queue
  const top = heap[0]
  const last = heap.pop()
  if (top === undefined || last === undefined) return undefined
  if (heap.length > 0) sink(heap, last)
  queue.now = top.at
  return top
}

function sink<E>(heap: Pending<E>[], item: Pending<E>): void {
  let index = 0
  for (;;) {
    const left = heap[2 * index + 1]
    if (left === undefined) break
    const right = heap[2 * index + 2]
    const useRight = right !== undefined && before(right, left)
    const child = useRight ? right : left
    if (!before(child, item)) break
    heap[index] = child
    index = 2 * index + (useRight ? 2 : 1)
  }
  heap[index] = item
}

export const nextAt = <E>(queue: QueueState<E>): Time | undefined => queue.heap[0]?.at

/** What a part of the world sees of time: its own kinds of events, on a machine or on none. */
export interface Timer<E> {
  now(): Time
  /** `node` undefined: the event belongs to no machine (the network, a client, a fence device). */
  after(delay: number, node: string | undefined, event: E): void
}
