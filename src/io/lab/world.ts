// The lab as a World: scenarios act on real machines and see what the real engines say. Snapshots come from the same
// watcher as `status --watch`; after the run the machines' own journals tell when each phase of a failover ended.
// Not seen: what lies between two snapshots of the watcher, and what a machine lost from its journal with its power.
import { fail, ok, type Result } from '../../core/base/result.ts'
import { type Instant, instant, milliseconds, type NodeName, seconds } from '../../core/base/units.ts'
import type { ResourcePhase } from '../../core/drill/marks.ts'
import type { Fault, Ledger, World, WorldEvent, WorldFailure } from '../../core/drill/world.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Writer } from '../client/writer.ts'
import type { Command, Transport } from '../transport/transport.ts'
import type { BmcFault, Lab, LabFailure } from './contract.ts'
import { diskFault } from './disk.ts'
import { journalEvents } from './journal.ts'

export interface LabWorldOptions {
  readonly lab: Lab
  readonly transports: ReadonlyMap<NodeName, Transport>
  readonly witness?: Transport
  readonly look: () => Promise<Snapshot>
  /** Follows the cluster until the signal; calls for every state that it sees. */
  readonly follow: (onSnapshot: (snapshot: Snapshot) => void, signal: AbortSignal) => Promise<void>
  readonly switchover: (service: string, to: NodeName | undefined) => Promise<Result<void, { readonly why: string }>>
  readonly writers: readonly Writer[]
  readonly phases: ResourcePhase
  /** Service → the name of its main program's process. */
  readonly processes: ReadonlyMap<string, string>
  /** Volume → what it lies on, by path; empty where that is a whole device. */
  readonly logicalVolumes: ReadonlyMap<string, readonly string[]>
  /** The network whose link carries the replication. */
  readonly replicationNetwork: string
  /** What changed between two states, in words. */
  readonly changes: (before: Snapshot, after: Snapshot) => readonly WorldEvent[]
  readonly describe: (fault: Fault) => string
}

/** After a fault, for the first picture that may show it. */
const settling = seconds(1)

export interface LabWorld extends World, AsyncDisposable {}

export function labWorld(options: LabWorldOptions): LabWorld {
  const now = (): Instant => instant(Date.now())
  const started = now()
  const events: WorldEvent[] = []
  const end = new AbortController()
  let last: Snapshot | undefined
  let wake: () => void = () => undefined

  const saw = (snapshot: Snapshot): void => {
    if (last) events.push(...options.changes(last, snapshot))
    last = snapshot
    wake()
  }
  const following = options.follow(saw, end.signal)
  /** The watcher's next picture, or the one that stands when the limit comes. */
  const pushed = async (limit: number): Promise<Snapshot> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    wake = resolve
    const timer = setTimeout(resolve, Math.max(0, limit - now()))
    await promise
    clearTimeout(timer)
    wake = () => undefined
    return last ?? options.look()
  }
  const sorted = (): WorldEvent[] => events.toSorted((a, b) => a.at - b.at)

  return {
    kind: 'lab',
    now,
    // What the watcher saw last is the state now, to within its own delay; looking once more would cost the machines time
    // that the failover needs.
    look: async () => last ?? options.look(),
    inject: async fault => {
      events.push({ at: now(), source: 'fault', text: options.describe(fault) })
      const done = await inject(fault, options)
      await pushed(now() + settling)
      return done
    },
    next: pushed,
    events: sorted,
    ledgers: async final => {
      if (!final) return options.writers.map(writer => writer.ledger())
      const ledgers: Ledger[] = await Promise.all(options.writers.map(writer => writer.finalLedger(seconds(60))))
      events.push(...(await journalEvents(options.transports, options.phases, started)))
      return ledgers
    },
    [Symbol.asyncDispose]: async () => {
      end.abort()
      await Promise.all(options.writers.map(writer => writer.stop()))
      await following
    },
  }
}

type Injected = Result<void, WorldFailure>

async function inject(fault: Fault, options: LabWorldOptions): Promise<Injected> {
  const { lab } = options
  switch (fault.kind) {
    case 'power':
      return told(fault, lab.power(fault.node, fault.action))
    case 'pause':
    case 'resume':
      return told(fault, lab.power(fault.node, fault.kind))
    case 'cut': {
      const network = networkOf(fault.link, options)
      return told(
        fault,
        fault.oneWay
          ? lab.network.cutOneWay(fault.from, fault.to, network)
          : lab.network.cut(fault.from, fault.to, network),
      )
    }
    case 'heal':
      return told(fault, lab.network.heal(fault.from, fault.to, networkOf(fault.link, options)))
    case 'loss':
      return told(fault, lab.network.loss(fault.from, fault.to, fault.share * 100, networkOf(fault.link, options)))
    case 'delay':
      return told(
        fault,
        lab.network.delay(fault.from, fault.to, fault.delay, fault.jitter, networkOf(fault.link, options)),
      )
    case 'bmc':
      return told(fault, lab.bmcFault(fault.node, bmcFaults(fault)))
    case 'kill':
      return kill(fault, options)
    case 'crash':
      // The kernel panics at once, so the command cannot answer: a lost connection is the success.
      await onNode(fault.node, { program: 'tee', args: ['/proc/sysrq-trigger'], input: 'c' }, options)
      return ok(undefined)
    case 'standby':
      return onNode(
        fault.node,
        { program: 'crm_standby', args: ['--node', fault.node, '-v', fault.on ? 'on' : 'off'] },
        options,
      )
    case 'clock': {
      const args = ['-s', `@${((Date.now() + fault.jump) / 1_000).toFixed(0)}`]
      return onNode(fault.node, { program: 'date', args }, options)
    }
    case 'switchover': {
      const moved = await options.switchover(fault.service, fault.to)
      return moved.ok ? moved : fail({ kind: 'broken', what: `switchover of ${fault.service}`, why: moved.failure.why })
    }
    case 'witness':
      return witness(fault, options)
    case 'disk':
      return disk(fault, options)
    case 'agent':
      return fail({ kind: 'unsupported', what: fault.kind, why: 'the lab cannot do this fault yet; the simulator can' })
    default:
      return fault satisfies never
  }
}

async function disk(fault: Extract<Fault, { kind: 'disk' }>, options: LabWorldOptions): Promise<Injected> {
  const { state, volume } = fault
  if (state === 'full') return fail({ kind: 'unsupported', what: 'a full disk', why: 'the simulator can do it' })
  const paths = options.logicalVolumes.get(volume) ?? []
  if (paths.length === 0)
    return fail({ kind: 'impossible', what: `the disk of ${volume}`, why: 'it is no logical volume' })
  return onNode(fault.node, diskFault(state, paths), options)
}

/** The daemon that votes; its machine, which is the client's too, runs on. */
async function witness(
  fault: Extract<Fault, { kind: 'witness' }>,
  { witness: machine }: LabWorldOptions,
): Promise<Injected> {
  if (!machine) return fail({ kind: 'impossible', what: 'the witness', why: 'the cluster has none' })
  const args = [fault.state === 'up' ? 'start' : 'stop', 'corosync-qnetd.service']
  const result = await answerOf(machine, { program: 'systemctl', args })
  return result.ok ? ok(undefined) : result
}

function bmcFaults(fault: Extract<Fault, { kind: 'bmc' }>): BmcFault {
  switch (fault.state) {
    case 'working':
      return {}
    case 'down':
      return { fail: 'unreachable' }
    case 'lying':
      return { fail: 'lie' }
    case 'slow':
      return { delay: fault.delay ?? milliseconds(10_000) }
    default:
      return fault.state satisfies never
  }
}

const networkOf = (link: number | 'replication' | undefined, options: LabWorldOptions): string | undefined =>
  link === undefined ? undefined : link === 'replication' ? options.replicationNetwork : `link${link}`

async function told(fault: Fault, done: Promise<Result<void, LabFailure>>): Promise<Injected> {
  const result = await done
  return result.ok ? result : fail({ kind: 'broken', what: fault.kind, why: whyOf(result.failure) })
}

const whyOf = (failure: LabFailure): string => ('what' in failure ? failure.what : failure.kind)

/** The oldest process of that program: for PostgreSQL the postmaster, for HAProxy its master. */
async function kill(fault: Extract<Fault, { kind: 'kill' }>, options: LabWorldOptions): Promise<Injected> {
  const program = fault.what.startsWith('service:')
    ? options.processes.get(fault.what.slice('service:'.length))
    : fault.what
  if (!program) return fail({ kind: 'impossible', what: fault.what, why: 'its program has no known name' })
  // comm is cut at 15 characters by the kernel.
  // pgrep ends with 1 where there is none.
  const found = await output(fault.node, { program: 'pgrep', args: ['-o', '-x', program.slice(0, 15)] }, options, 1)
  if (!found.ok) return found
  const pid = found.value.trim()
  if (!/^\d+$/.test(pid))
    return fail({ kind: 'impossible', what: fault.what, why: `no ${program} runs on ${fault.node}` })
  return onNode(fault.node, { program: 'kill', args: [`-${fault.signal}`, pid] }, options)
}

type Plain = Omit<Command, 'timeout' | 'asRoot'>

async function onNode(node: NodeName, command: Plain, options: LabWorldOptions): Promise<Injected> {
  const result = await output(node, command, options)
  return result.ok ? ok(undefined) : result
}

async function output(
  node: NodeName,
  command: Plain,
  options: LabWorldOptions,
  highest = 0,
): Promise<Result<string, WorldFailure>> {
  const transport = options.transports.get(node)
  if (transport) return answerOf(transport, command, highest)
  return fail({ kind: 'impossible', what: `${command.program} on ${node}`, why: 'no such machine' })
}

/** `highest`: the exit status up to which it counts as an answer. */
async function answerOf(transport: Transport, command: Plain, highest = 0): Promise<Result<string, WorldFailure>> {
  const what = `${command.program} on ${transport.node}`
  const result = await transport.run({ ...command, asRoot: true, timeout: seconds(15) })
  if (!result.ok) return fail({ kind: 'broken', what, why: result.failure.kind })
  if (result.value.exitCode > highest) return fail({ kind: 'broken', what, why: result.value.stderr.trim() })
  return ok(result.value.stdout)
}
