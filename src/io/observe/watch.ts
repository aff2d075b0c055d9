// The cluster as it moves: each machine is looked at when one of its streams rings, again shortly after while its picture
// is changing, and every ten seconds anyway (links and proofs ring no bell). A machine that is slow or gone holds up nobody:
// the others' answers make new pictures meanwhile, in which it is silent.
import { setTimeout as sleep } from 'node:timers/promises'
import { instant, type Milliseconds, milliseconds, type NodeName, seconds } from '../../core/base/units.ts'
import { type Heard, merge } from '../../core/live/merge.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Transport } from '../transport/transport.ts'
import { type Bounds, hear, usualBounds } from './observe.ts'
import { followChanges } from './streams.ts'

export interface Rhythm {
  /** After a bell, for the rest of a burst to arrive. */
  readonly gather: Milliseconds
  /** Between two looks while the picture changes. */
  readonly settle: Milliseconds
  /** Between two looks while nothing rings. */
  readonly idle: Milliseconds
  /** After that long without an answer, or three times what its last answer took, a machine counts as silent. */
  readonly patience: Milliseconds
  readonly bounds: Bounds
}

export const usualRhythm: Rhythm = {
  gather: milliseconds(150),
  settle: seconds(1),
  idle: seconds(10),
  patience: seconds(4),
  bounds: usualBounds,
}

/** What is known of one machine. */
interface Watched {
  readonly transport: Transport
  heard?: Heard
  /** When the question was sent that `heard` answers. */
  heardAt: number
  /** When we learnt that it had been fenced. What it said before that is no longer so, though its last word may be all we
   *  have for a while: in its firmware, a machine does not even close its connections. */
  fencedAt: number
  /** When the question was sent that is still open. */
  askedAt?: number
  /** How long it may take by now. */
  patience: number
  /** Ends its present pause. */
  wake: () => void
}

/** Calls `onSnapshot` with each new picture until the signal aborts; the first one when everybody has answered or is late. */
export async function watch(
  cluster: string,
  transports: readonly Transport[],
  onSnapshot: (snapshot: Snapshot) => void,
  signal: AbortSignal,
  rhythm: Rhythm = usualRhythm,
): Promise<void> {
  const names = transports.map(transport => transport.node)
  const machines = transports.map(
    (transport): Watched => ({
      transport,
      heardAt: 0,
      fencedAt: 0,
      patience: rhythm.patience,
      wake: () => undefined,
    }),
  )
  let membership = ''
  let fencings: ReadonlySet<string> | undefined
  const show = (): void => {
    if (signal.aborted || machines.some(machine => stateOf(machine) === undefined)) return
    fencings = noteFencings(machines, fencings)
    const heard = machines.flatMap(machine => stateOf(machine) ?? [])
    const snapshot = merge(cluster, names, heard, instant(Date.now()))
    onSnapshot(snapshot)
    const now = snapshot.nodes.map(node => node.membership).join()
    // Who comes or goes is seen by the others first.
    if (membership !== '' && now !== membership) for (const machine of machines) machine.wake()
    membership = now
  }
  await Promise.all(
    machines.flatMap(machine => [
      followChanges(machine.transport, () => machine.wake(), signal),
      look(machine, names, show, signal, rhythm),
    ]),
  )
}

/** Marks those whose fencing is news, and answers what is known by now; in the first picture nothing is news. */
function noteFencings(machines: readonly Watched[], known: ReadonlySet<string> | undefined): ReadonlySet<string> {
  const all = new Set(known)
  const histories = machines.flatMap(({ heard }) =>
    heard && 'view' in heard ? (heard.view.pacemaker?.history ?? []) : [],
  )
  for (const { target, action, state, at } of histories) {
    const key = `${target} ${at}`
    if (state !== 'success' || action === 'on' || all.has(key)) continue
    all.add(key)
    const machine = machines.find(({ transport }) => transport.node === target)
    if (machine && known) machine.fencedAt = Date.now()
  }
  return all
}

/** Undefined while its first answer may still come. */
function stateOf({ transport, heard, heardAt, fencedAt, askedAt, patience }: Watched): Heard | undefined {
  if (heardAt < fencedAt)
    return { silent: transport.node, why: `${transport.node} was fenced, and has not answered since` }
  if (askedAt === undefined || Date.now() - askedAt < patience) return heard
  return { silent: transport.node, why: `${transport.node} does not answer` }
}

async function look(
  machine: Watched,
  names: readonly NodeName[],
  show: () => void,
  signal: AbortSignal,
  rhythm: Rhythm,
): Promise<void> {
  let before = ''
  while (!signal.aborted) {
    let isRung = false
    const bell = new AbortController()
    machine.wake = () => {
      isRung = true
      bell.abort()
    }
    const asked = Date.now()
    machine.askedAt = asked
    const late = setTimeout(show, machine.patience + 1)
    machine.heard = await hear(machine.transport, names, rhythm.bounds, signal)
    machine.heardAt = asked
    clearTimeout(late)
    const took = Date.now() - asked
    if ('view' in machine.heard) machine.patience = Math.max(rhythm.patience, 3 * took)
    delete machine.askedAt
    show()
    const picture = pictureOf(machine.heard)
    // A slow machine has better things to do just now: at most half of its time goes into being looked at.
    const pause = picture === before ? rhythm.idle : milliseconds(Math.max(rhythm.settle, took))
    before = picture
    if (!isRung)
      await sleep(pause, undefined, { signal: AbortSignal.any([signal, bell.signal]) }).catch(() => undefined)
    if (isRung) await sleep(Math.max(rhythm.gather, took), undefined, { signal }).catch(() => undefined)
  }
}

/** Everything but the clock, which never stands still. */
const pictureOf = (heard: Heard): string =>
  JSON.stringify('view' in heard ? { ...heard.view, clockOffset: undefined } : heard)
