// Clients: at a steady pace, answered or not (open loop), they write a row through the service's address, or, where the
// service keeps no data, ask it for an answer. They keep the books: which row was acknowledged, and when.
// A connection pool bounds what is under way; an answer after the client's patience counts as a failure.
import type { Prng } from '../base/prng.ts'
import type { Write } from './disk.ts'
import type { Durations } from './durations.ts'
import { walPerWrite } from './durations.ts'
import type { Host, VolumeContent } from './host.ts'
import type { Timer } from './kernel.ts'
import type { ServicePlan } from './plan.ts'

export interface Acknowledgement {
  readonly row: number
  readonly at: number
  /** The row was on a second, up-to-date disk when it was acknowledged. */
  readonly twice: boolean
}

export interface ClientState {
  readonly service: ServicePlan
  /** Of several addresses of one service, the one that this client uses. */
  readonly address: string | undefined
  nextRow: number
  readonly underWay: Map<number, { readonly at: number; readonly node: string }>
  readonly acknowledged: Acknowledgement[]
  readonly failed: { readonly at: number; readonly why: string }[]
  /** Newest row, acknowledged with two copies, in each of the blocks that are overwritten again and again. */
  readonly newest: Map<number, number>
  connectedTo: string | undefined
  reconnectAt: number
  /** When it last sent a request. */
  askedAt: number
  /** Its answers are known. */
  doze: Doze | undefined
  /** Milliseconds between two attempts. */
  pace: number
}

/** A stretch in which a client need not be asked (doze.ts). */
export interface Doze {
  readonly since: number
  /** The first tick that is not accounted for. */
  from: number
  readonly node: string
  /** From a tick to its answer. */
  readonly latency: number
  /** Nodes whose disks take the writes; the first is the Primary. None where the service keeps no data. */
  readonly disks: readonly string[]
}

export type ClientEvent =
  | { readonly kind: 'tick'; readonly client: number }
  | { readonly kind: 'answer'; readonly client: number; readonly row: number; readonly twice: boolean }

export interface ClientPorts {
  readonly timer: Timer<ClientEvent>
  readonly random: Prng
  readonly durations: Durations
  readonly nodes: readonly string[]
  answers(node: string): boolean
  host(node: string): Host
  content(volume: string): VolumeContent
  full(node: string, volume: string): boolean
  submit(volume: string, node: string, write: Write): boolean
  /** How its next request will end; undefined where it has to be asked. */
  foreseen(c: ClientState): Doze | undefined
}

export const usualPace = 100
const patience = 2_000
const poolSize = 20
const hotBlocks = 16

/** The blocks of a row: one of its own, and one that many rows overwrite in turn. */
export const writeOf = (row: number): Write => ({ id: row, blocks: [row % hotBlocks, hotBlocks + row] })
export const ownBlock = (row: number): number => hotBlocks + row

export const client = (service: ServicePlan, address: string | undefined): ClientState => ({
  service,
  address,
  nextRow: 1,
  underWay: new Map(),
  acknowledged: [],
  failed: [],
  newest: new Map(),
  connectedTo: undefined,
  reconnectAt: 0,
  askedAt: 0,
  doze: undefined,
  pace: usualPace,
})

const fails = (c: ClientState, at: number, why: string): void => {
  c.failed.push(Object.freeze({ at, why }))
}

/**
 * The node that carries the client's address and runs the program; where two carry it, the one that announced itself
 * last. Without an address, any that runs the program.
 */
export function serving(ports: ClientPorts, c: ClientState): string | undefined {
  let best: string | undefined
  let since = -1
  for (const node of ports.nodes) {
    const own = ports.host(node)
    const runs = own.processes.has(c.service.program)
    const at = c.address === undefined ? (runs ? 0 : undefined) : own.addresses.get(c.address)
    if (at === undefined || at <= since || !ports.answers(node)) continue
    best = node
    since = at
  }
  return best !== undefined && ports.host(best).processes.get(c.service.program)?.state === 'running' ? best : undefined
}

export function tick(ports: ClientPorts, c: ClientState, index: number): void {
  const now = ports.timer.now()
  c.doze = ports.foreseen(c)
  if (c.doze) return
  ports.timer.after(c.pace, undefined, { kind: 'tick', client: index })
  for (const [row, { at }] of c.underWay) {
    if (now - at < patience) break
    c.underWay.delete(row)
    fails(c, now, 'no answer in time')
  }
  const node = serving(ports, c)
  const refusal = node === undefined ? 'no connection' : notYet(ports, c, node, now)
  if (refusal !== undefined || node === undefined) {
    if (node === undefined) c.connectedTo = undefined
    fails(c, now, refusal ?? 'no connection')
    return
  }
  write(ports, c, index, node, now)
}

/** A new connection takes its time; a full pool, or a full disk, takes nothing. */
function notYet(ports: ClientPorts, c: ClientState, node: string, now: number): string | undefined {
  if (c.connectedTo !== node) {
    c.connectedTo = node
    const [low, high] = ports.durations.clientReconnect
    c.reconnectAt = now + low + (high - low) * ports.random.next()
  }
  if (now < c.reconnectAt) return 'connecting'
  if (c.underWay.size >= poolSize) return 'no free connection'
  const volume = c.service.volumes[0]
  return volume !== undefined && ports.full(node, volume) ? 'no space left on device' : undefined
}

function write(ports: ClientPorts, c: ClientState, index: number, node: string, now: number): void {
  const row = c.nextRow++
  c.askedAt = now
  const volume = c.service.volumes[0]
  c.underWay.set(row, { at: now, node })
  if (volume === undefined) {
    ports.timer.after(1, undefined, { kind: 'answer', client: index, row, twice: true })
    return
  }
  if (ports.submit(volume, node, writeOf(row))) return
  panic(ports, c, node)
  c.underWay.delete(row)
  fails(c, now, 'I/O error')
}

/** A database whose log cannot be written ends itself, so that nothing is acknowledged that is not on disk. */
const panic = (ports: ClientPorts, c: ClientState, node: string): void => {
  ports.host(node).processes.delete(c.service.program)
}

/** The volume says that a write is over; the program tells its client, if both are still there. */
export function volumeAnswered(
  ports: ClientPorts,
  c: ClientState,
  index: number,
  node: string,
  row: number,
  succeeded: boolean,
  twice: boolean,
): void {
  const waiting = c.underWay.get(row)
  if (waiting?.node !== node) return
  const running = ports.host(node).processes.get(c.service.program)?.state === 'running'
  if (!succeeded || !running) {
    if (!succeeded) panic(ports, c, node)
    c.underWay.delete(row)
    fails(c, ports.timer.now(), succeeded ? 'connection lost' : 'I/O error')
    return
  }
  log(ports, c.service.volumes[0] ?? '', ports.timer.now())
  ports.timer.after(0.5, undefined, { kind: 'answer', client: index, row, twice })
}

function log(ports: ClientPorts, volume: string, now: number): void {
  const content = ports.content(volume)
  if (now - content.checkpointAt > 300_000) {
    content.wal = 0
    content.checkpointAt = now
  }
  content.wal += walPerWrite
}

/** A request that was answered without having been asked. */
export function book(ports: ClientPorts, c: ClientState, row: number, at: number, twice: boolean): void {
  const volume = c.service.volumes[0]
  if (volume !== undefined) log(ports, volume, at)
  acknowledge(c, row, at, twice)
}

export function answered(ports: ClientPorts, c: ClientState, row: number, twice: boolean): void {
  if (c.underWay.delete(row)) acknowledge(c, row, ports.timer.now(), twice)
}

function acknowledge(c: ClientState, row: number, at: number, twice: boolean): void {
  c.acknowledged.push(Object.freeze({ row, at, twice }))
  if (!twice) return
  const hot = row % hotBlocks
  c.newest.set(hot, Math.max(c.newest.get(hot) ?? 0, row))
}
