// What a client sees of a switchover: from one machine, a TCP connection to the service's address and port every 100 ms.
// The outage is the longest time between two connections that were accepted. Areas not verified: that the service answers
// sensibly on the connection; here its address comes up only after the service itself has answered its agent.
import { type Milliseconds, milliseconds, type NodeName } from '../../core/base/units.ts'
import type { Transport } from '../../io/transport/transport.ts'

export interface OutageMeasure {
  readonly from: NodeName
  readonly address: string
  readonly port: number
}

export interface Outage extends OutageMeasure {
  /** Absent where no connection was ever accepted, or none after the move. */
  readonly longest?: Milliseconds
  readonly accepted: number
  readonly tries: number
}

// One process that forks for each try, no program: on a slow machine a new program each time would be most of the load.
// A try that hangs is ended by the next round; times are those of that machine alone.
const probe = `address=$1 port=$2
while :; do
  at=$(date +%s%3N)
  ( exec 3<>"/dev/tcp/$address/$port" ) 2>/dev/null & try=$!
  ( sleep 0.3; kill -9 "$try" ) 2>/dev/null & guard=$!
  if wait "$try" 2>/dev/null; then echo "$at yes"; else echo "$at no"; fi
  kill "$guard" 2>/dev/null
  sleep 0.1
done 2>/dev/null`

export interface Probe {
  /** When the first connection was accepted, or it is clear that none can be made. */
  readonly ready: Promise<boolean>
  /** Resolves at the next try that ends as asked for: accepted, or not. */
  next(wanted: (accepted: boolean) => boolean): Promise<void>
  stop(): Promise<Outage>
}

export function startProbe(transport: Transport, address: string, port: number): Probe {
  const ended = new AbortController()
  const tries: { at: number; accepted: boolean }[] = []
  const ready = Promise.withResolvers<boolean>()
  const waiting = new Set<(accepted: boolean) => void>()
  const onLine = (line: string): void => {
    const [at, answer] = line.split(' ')
    tries.push({ at: Number(at), accepted: answer === 'yes' })
    for (const waiter of [...waiting]) waiter(answer === 'yes')
    if (answer === 'yes') ready.resolve(true)
    else if (tries.length >= 10) ready.resolve(false)
  }
  const args = ['-c', probe, 'bash', address, String(port)]
  const timeout = milliseconds(Number.POSITIVE_INFINITY)
  const running = transport.follow({ program: 'bash', args, timeout }, onLine, ended.signal)
  void running.then(() => ready.resolve(false))
  return {
    ready: ready.promise,
    next: wanted =>
      new Promise(resolve => {
        const waiter = (accepted: boolean): void => {
          if (!wanted(accepted)) return
          waiting.delete(waiter)
          resolve()
        }
        waiting.add(waiter)
      }),
    async stop() {
      ended.abort()
      await running
      return outageOf({ from: transport.node, address, port }, tries)
    },
  }
}

export function outageOf(
  measure: OutageMeasure,
  tries: readonly { readonly at: number; readonly accepted: boolean }[],
): Outage {
  const accepted = tries.filter(each => each.accepted).map(each => each.at)
  const gaps = accepted.slice(1).map((at, i) => at - (accepted[i] ?? at))
  const isBack = tries.at(-1)?.accepted === true
  return {
    ...measure,
    accepted: accepted.length,
    tries: tries.length,
    ...(gaps.length > 0 && isBack ? { longest: milliseconds(Math.max(...gaps)) } : {}),
  }
}
