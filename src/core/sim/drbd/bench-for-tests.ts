// A bench for the simulated DRBD alone: a queue, cables and disks, and a fence-peer handler that answers what it is told.
// For tests only.
import { found } from '../../base/assert.ts'
import { prng } from '../../base/prng.ts'
import type { Bug } from '../bugs.ts'
import type { DiskStore } from '../disk.ts'
import { diskStore } from '../disk.ts'
import type { QueueState } from '../kernel.ts'
import { emptyQueue, nextAt, pop, push } from '../kernel.ts'
import { handle, handlerDone, pathChanged, powerLost } from './device.ts'
import type { Drbd } from './ports.ts'
import { replicaOf, siteOf } from './ports.ts'
import type { DrbdEvent, Replica, ResourceConfig } from './types.ts'
import { replica } from './types.ts'

export interface Bench {
  readonly drbd: Drbd
  readonly queue: QueueState<DrbdEvent>
  readonly journal: string[]
  readonly completed: Map<number, boolean>
  readonly disks: Map<string, DiskStore>
  readonly off: Set<string>
  readonly cut: Set<string>
  /** What the fence-peer handler answers; undefined: nothing yet. */
  fencing: { answer: boolean | undefined }
  at(node: string): Replica
  run(milliseconds: number): void
  setCable(a: string, b: string, up: boolean): void
  setPower(node: string, on: boolean): void
}

export const pairConfig: ResourceConfig = {
  name: 'data',
  volumes: [{ number: 0, minor: 0 }],
  replicas: [
    { node: 'alpha', diskless: false },
    { node: 'beta', diskless: false },
  ],
  link: 0,
  protocol: 'C',
  fencing: 'dont-care',
  fencePeerHandler: undefined,
  unfenceHandler: false,
  quorum: false,
  onNoQuorum: 'suspend-io',
  allowTwoPrimaries: false,
  afterSplitBrain: ['disconnect', 'disconnect', 'disconnect'],
  pingInterval: 10_000,
  pingTimeout: 500,
  timeout: 6_000,
  connectInterval: 10_000,
  resyncRate: 100 * 2 ** 20,
  size: 2 ** 30,
}

export function bench(config: ResourceConfig, seed = 1, bugs: readonly Bug[] = []): Bench {
  const queue = emptyQueue<DrbdEvent>()
  const journal: string[] = []
  const completed = new Map<number, boolean>()
  const disks = new Map(config.replicas.map(r => [r.node, diskStore()] as const))
  const [off, cut] = [new Set<string>(), new Set<string>()]
  const fencing: Bench['fencing'] = { answer: undefined }
  const random = prng(seed)
  const lives = new Map<string, number>()
  const drbd: Drbd = {
    state: {
      resources: new Map([
        [config.name, { config, replicas: new Map(config.replicas.map(r => [r.node, replica(config, r.node, 1)])) }],
      ]),
      nextGeneration: 2,
      nextSession: 1,
    },
    ports: {
      timer: {
        now: () => queue.now,
        after: (delay, node, event) =>
          push(queue, delay, node === undefined ? undefined : { node, life: lives.get(node) ?? 0 }, event),
      },
      random,
      bugs: new Set(bugs),
      say: (_level, who, text) => journal.push(`${who}: ${text}`),
      reachable: (a, b) => !off.has(a) && !off.has(b) && !cut.has([a, b].sort().join('-')),
      answers: node => !off.has(node),
      latency: () => 1,
      disk: node => found(disks.get(node), `disk of ${node}`),
      diskLatency: () => 1,
      completed: (_node, _res, write, succeeded) => completed.set(write, succeeded),
      runHandler: (which, node, res, peer) => {
        if (which === 'fence-peer' && fencing.answer !== undefined) handlerDone(drbd, res, node, peer, fencing.answer)
      },
      changed: () => undefined,
    },
  }
  const run = (milliseconds: number): void => {
    const until = queue.now + milliseconds
    for (let at = nextAt(queue); at !== undefined && at <= until; at = nextAt(queue)) {
      const item = pop(queue)
      if (!item || (item.owner && (lives.get(item.owner.node) ?? 0) !== item.owner.life)) continue
      handle(drbd, item.event)
    }
    queue.now = until
  }
  return {
    drbd,
    queue,
    journal,
    completed,
    disks,
    off,
    cut,
    fencing,
    at: node => replicaOf(siteOf(drbd, config.name), node),
    run,
    setCable: (a, b, up) => {
      if (up) cut.delete([a, b].sort().join('-'))
      else cut.add([a, b].sort().join('-'))
      pathChanged(drbd, a, b)
    },
    setPower: (node, on) => {
      if (on) off.delete(node)
      else if (!off.has(node)) {
        powerLost(drbd, node)
        lives.set(node, (lives.get(node) ?? 0) + 1)
        off.add(node)
      }
      for (const { node: other } of config.replicas) if (other !== node) pathChanged(drbd, node, other)
    },
  }
}
