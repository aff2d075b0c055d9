// A client that writes a numbered row at a steady pace, whether or not the last one was answered (open loop), and keeps
// the book of what was acknowledged. An acknowledgement counts at the instant it arrives here. It reconnects the way an
// impatient application does: a connection that does not answer is given up, and new ones are tried side by side until
// one answers.
// Not covered: transactions of several statements, and reads.
import { elapsed, type Instant, type Milliseconds, milliseconds } from '../../core/base/units.ts'
import type { Ledger } from '../../core/drill/world.ts'

/** How to reach one kind of service. Everything rejects with an Error whose message is fit for the ledger. */
export interface Door {
  /** A connection on which rows can be written. Gives up when the signal says so. */
  open(signal: AbortSignal): Promise<Connection>
}

export interface Connection {
  /** Resolves when the service has acknowledged the row. */
  write(row: number): Promise<void>
  /** All rows of this run that the service has now, in any order. */
  rows(): Promise<readonly number[]>
  close(): void
}

export interface WriterOptions {
  readonly service: string
  /** As in the ledger. */
  readonly asks?: string
  readonly door: Door
  /** From one row to the next. */
  readonly interval: Milliseconds
  /** How long one answer may take before the connection is given up. */
  readonly patience: Milliseconds
  readonly now: () => Instant
}

export interface Writer {
  ledger(): Ledger
  /** The first acknowledgement has come. */
  readonly writing: Promise<void>
  /** No further rows; those under way get their patience. */
  stop(): Promise<void>
  /** Reads all rows back, trying until `within` is over; without success the ledger has no `lost`. */
  finalLedger(within: Milliseconds): Promise<Ledger>
}

/** Few: a crowd of half-open connections would keep a slow server from answering any of them. */
const attemptsAtOnce = 2
const attemptEvery = milliseconds(500)

export function startWriter(options: WriterOptions): Writer {
  const { now, patience } = options
  const acknowledged: { row: number; at: Instant }[] = []
  const failed: { at: Instant; why: string }[] = []
  const { promise: writing, resolve: firstAcknowledged } = Promise.withResolvers<void>()
  const underWay = new Set<Promise<void>>()
  let connection: Connection | undefined
  let attempts = 0
  let lastAttempt: Instant | undefined
  let next = 1

  const refuse = (why: string): void => {
    failed.push({ at: now(), why })
  }
  const giveUp = (which: Connection): void => {
    if (connection === which) connection = undefined
    which.close()
  }
  const connect = async (): Promise<void> => {
    attempts += 1
    lastAttempt = now()
    const opened = await within(options.door.open, patience).catch((error: unknown) => {
      refuse(messageOf(error))
      return undefined
    })
    attempts -= 1
    if (!opened) return
    if (connection || stopped) opened.close()
    else connection = opened
  }
  const write = async (row: number, through: Connection): Promise<void> => {
    try {
      await within(() => through.write(row), patience)
      acknowledged.push({ row, at: now() })
      firstAcknowledged()
    } catch (error) {
      refuse(messageOf(error))
      giveUp(through)
    }
  }
  const tick = (): void => {
    const row = next
    next += 1
    if (connection) {
      const work = write(row, connection)
      underWay.add(work)
      void work.then(() => underWay.delete(work))
      return
    }
    refuse('not connected')
    const waited = lastAttempt === undefined || elapsed(lastAttempt, now()) >= attemptEvery
    if (attempts < attemptsAtOnce && waited) void connect()
  }

  let stopped = false
  const timer = setInterval(tick, options.interval)
  void connect()

  const ledger = (lost?: readonly number[]): Ledger => ({
    service: options.service,
    ...(options.asks === undefined ? {} : { asks: options.asks }),
    acknowledged: acknowledged.toSorted((a, b) => a.row - b.row),
    failed: [...failed],
    ...(lost ? { lost } : {}),
  })
  const stop = async (): Promise<void> => {
    stopped = true
    clearInterval(timer)
    await Promise.all(underWay)
    if (connection) giveUp(connection)
  }
  return {
    ledger: () => ledger(),
    writing,
    stop,
    finalLedger: async limit => {
      await stop()
      const found = await readBack(options, limit)
      if (!found) return ledger()
      const there = new Set(found)
      return ledger(acknowledged.map(entry => entry.row).filter(row => !there.has(row)))
    },
  }
}

async function readBack({ door, now }: WriterOptions, limit: Milliseconds): Promise<readonly number[] | undefined> {
  const started = now()
  while (elapsed(started, now()) < limit) {
    const connection = await within(door.open, milliseconds(5_000)).catch(() => undefined)
    const rows = connection && (await within(() => connection.rows(), milliseconds(30_000)).catch(() => undefined))
    connection?.close()
    if (rows) return rows
    await new Promise(resolve => setTimeout(resolve, 500))
  }
  return undefined
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Rejects when `patience` is over; the work is told by its signal. */
async function within<T>(work: (signal: AbortSignal) => Promise<T>, patience: Milliseconds): Promise<T> {
  const late = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.abort()
    reject(new Error(`no answer within ${patience} ms`))
  }, patience)
  try {
    return await Promise.race([work(late.signal), promise])
  } finally {
    clearTimeout(timer)
  }
}
