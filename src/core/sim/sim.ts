// The simulated cluster, assembled: the parts know only their ports, and here each port meets the part behind it.
// `advance` takes events off the queue one by one; whoever watches (oracles, the World port) looks after each of them.
import { found } from '../base/assert.ts'
import { prng } from '../base/prng.ts'
import type { Instant } from '../base/units.ts'
import { instant } from '../base/units.ts'
import type { Cib } from '../cib/types.ts'
import type { Decision } from '../scheduler/decision.ts'
import { schedule } from '../scheduler/schedule.ts'
import type { AgentPorts } from './agents/agent.ts'
import type { Bugs } from './bugs.ts'
import { noBugs } from './bugs.ts'
import type { ClientPorts } from './clients.ts'
import { answered as clientAnswered, tick, volumeAnswered } from './clients.ts'
import type { DozePorts } from './doze.ts'
import { account, foreseen, touched, wakeFor, wakeOn } from './doze.ts'
import * as drbd from './drbd/device.ts'
import type { Drbd, DrbdPorts } from './drbd/ports.ts'
import { replicaOf, siteOf } from './drbd/ports.ts'
import type { Durations } from './durations.ts'
import { defaultDurations } from './durations.ts'
import { emptyHost } from './host.ts'
import type { Entry, Level, Phase } from './journal.ts'
import type { Timer } from './kernel.ts'
import { nextAt, pop, push } from './kernel.ts'
import { answers, endLife } from './machine.ts'
import type { Membership } from './membership.ts'
import * as membership from './membership.ts'
import { bothWays, effectiveLatency } from './network.ts'
import { membershipChanged, startStack, stopStack } from './pacemaker/coordinator.ts'
import { deviceState, devicesOf, fencerDied, targetsOf } from './pacemaker/fencer.ts'
import { runHandler } from './pacemaker/handlers.ts'
import * as pacemaker from './pacemaker/pacemaker.ts'
import type { Pacemaker, PacemakerPorts } from './pacemaker/ports.ts'
import { baseName, stackOf } from './pacemaker/ports.ts'
import type { MachineEvent, MoveEvent, SimEvent, SimState } from './state.ts'
import { diskKey } from './state.ts'

/** Where a simulation's time begins: 2026-01-01T00:00:00Z. */
export const epoch = 1_767_225_600_000

/** The production scheduler, without the list of scores that only people read. */
export const quickly = (cib: Cib, now: Instant): Decision => schedule(cib, now, { scores: false })

export interface SimOptions {
  readonly seed: number
  readonly durations?: Durations
  readonly bugs?: Bugs
  readonly schedule?: typeof quickly
  /** Clients whose answers are certain are not asked one by one (doze.ts). */
  readonly doze?: boolean
}

export interface Sim {
  readonly state: SimState
  readonly drbd: Drbd
  readonly membership: Membership
  readonly pacemaker: Pacemaker
  readonly clients: ClientPorts
  readonly durations: Durations
  now(): number
  instant(): Instant
  answers(node: string): boolean
  say(level: Level, who: string, text: string, mark?: Entry['mark']): void
  /** Handles the next event if it is due by then; false where there is none. */
  step(until: number): boolean
  advance(until: number): void
  power(node: string, action: 'off' | 'on' | 'crash', why: string): void
  pause(node: string): void
  resume(node: string): void
  pathsChanged(node: string): void
  later(delay: number, event: MoveEvent): void
  /** Something is about to be done to this machine, or between these two (none: to anything): clients that doze wake up. */
  disturb(...nodes: string[]): void
  /** Writes down what clients that doze have been answered until now. */
  account(): void
  /** What looks after switchovers; set by the caller of `assemble` (faults.ts). */
  onMove: (event: MoveEvent) => void
}

export function assemble(state: SimState, options: SimOptions): Sim {
  const { queue, machines, hosts } = state
  const { nodes } = state.plan
  const random = prng(options.seed)
  const durations = options.durations ?? defaultDurations
  const bugs = options.bugs ?? noBugs
  const decide = options.schedule ?? quickly
  const now = (): number => queue.now
  const machineOf = (node: string) => found(machines.get(node), `machine ${node}`)
  const hostOf = (node: string) => found(hosts.get(node), `host ${node}`)
  const contentOf = (volume: string) => found(state.contents.get(volume), `content of ${volume}`)
  const alive = (node: string): boolean => answers(machineOf(node))
  const say = (level: Level, who: string, text: string, mark?: Entry['mark']): void => {
    state.journal.push(Object.freeze({ at: queue.now, who, level, text, ...(mark ? { mark } : {}) }))
  }
  const timer = <E>(wrap: (event: E) => SimEvent): Timer<E> => ({
    now,
    after: (delay, node, event) =>
      push(queue, delay, node === undefined ? undefined : { node, life: machineOf(node).life }, wrap(event)),
  })
  const machineTimer = timer<MachineEvent>(event => ({ room: 'machine', event }))
  const moveTimer = timer<MoveEvent>(event => ({ room: 'move', event }))
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * random.next()
  const mark = (who: string, phase: Phase, rsc: string | undefined, text: string): void =>
    say('detail', who, text, rsc === undefined ? { phase } : { phase, rsc })

  const drbdPorts: DrbdPorts = {
    timer: timer(event => ({ room: 'drbd', event })),
    random,
    bugs,
    say,
    reachable: (a, b, link) => bothWays(state.network, a, b, link) && alive(a) && alive(b),
    answers: alive,
    latency: (from, to, link) => effectiveLatency(state.network, from, to, link, random),
    disk: (node, res) => found(state.disks.get(diskKey(node, res)), `disk of ${res} on ${node}`),
    diskLatency: () => between(durations.diskWrite),
    completed: (node, res, row, succeeded) => {
      const index = state.clients.findIndex(c => c.service.volumes[0] === res && c.underWay.has(row))
      const c = state.clients[index]
      if (c) volumeAnswered(clientPorts, c, index, node, row, succeeded, copies(res, node) > 1)
    },
    runHandler: (which, node, res, peer) => {
      if (which !== 'split-brain') runHandler(pace, which, node, res, peer, siteOf(device, res).config.fencePeerHandler)
    },
    changed: () => undefined,
  }
  const device: Drbd = { state: state.drbd, ports: drbdPorts }

  /** Up-to-date disks of a volume, counted from a node that writes to it. */
  const copies = (res: string, node: string): number => {
    const r = state.drbd.resources.get(res)?.replicas.get(node)
    if (!r) return 0
    const peers = [...r.peers.values()].filter(p => p.connection === 'Connected' && p.disk === 'UpToDate').length
    return peers + (r.disk === 'UpToDate' ? 1 : 0)
  }

  const ring: Membership = {
    state: state.membership,
    ports: {
      timer: timer(event => ({ room: 'membership', event })),
      random,
      bugs,
      say,
      answers: alive,
      network: () => state.network,
      changed: (node, change) => membershipChanged(pace, node, change),
    },
  }
  const member = (node: string) => state.membership.nodes.get(node)

  const agentPorts: AgentPorts = {
    drbd: device,
    random,
    durations,
    bugs,
    say,
    now,
    host: hostOf,
    content: contentOf,
    setScore: (node, rsc, score) => {
      const stack = stackOf(pace, node)
      const name = `master-${baseName(rsc)}`
      if (stack.attributes.get(name) === (score === undefined ? undefined : String(score))) return
      if (score === undefined) stack.attributes.delete(name)
      else stack.attributes.set(name, String(score))
      stack.attributesChanged = true
    },
    fenceDeviceAnswers: rsc => {
      const of = devicesOf(stackOf(pace, nodes[0] ?? '')).find(d => d.id === baseName(rsc))
      return of !== undefined && targetsOf(of, nodes).every(target => deviceState(pace, of.id, target).state !== 'down')
    },
    volumeOfDevice: path => state.plan.devices.get(path),
    phase: (node, phase, rsc) => mark(node, phase, rsc, `${phase} of ${rsc}`),
  }

  const pacemakerPorts: PacemakerPorts = {
    timer: timer(event => ({ room: 'pacemaker', event })),
    random,
    bugs,
    durations,
    say,
    agents: agentPorts,
    nodes,
    schedule: (cib, at) => decide(cib, at),
    instant: node => instant(epoch + Math.floor(queue.now) + machineOf(node).clockOffset),
    answers: node => alive(node) && member(node)?.up === true && member(node)?.frozen === false,
    members: node => member(node)?.members ?? [],
    ringOf: node => member(node)?.ring ?? 0,
    ringTurns: node => membership.ringTurns(ring, node),
    quorate: node => member(node)?.quorum.quorate ?? false,
    switchPower: (node, on, why) => power(node, on ? 'on' : 'off', why),
    handlerDone: (res, node, peer, succeeded) => drbd.handlerDone(device, res, node, peer, succeeded),
    replica: (res, node) => replicaOf(siteOf(device, res), node),
    phase: (node, phase) =>
      mark(node, phase, undefined, phase === 'detection' ? 'a node is lost' : 'fencing confirmed'),
  }
  const pace: Pacemaker = { state: state.pacemaker, ports: pacemakerPorts }

  const clientPorts: ClientPorts = {
    timer: timer(event => ({ room: 'client', event })),
    random,
    durations,
    nodes,
    answers: alive,
    host: hostOf,
    content: contentOf,
    full: (node, volume) => drbdPorts.disk(node, volume).health === 'full',
    submit: (volume, node, write) => drbd.submit(device, volume, node, write) === 'accepted',
    foreseen: c => (options.doze ? foreseen(dozing, c) : undefined),
  }
  const dozing: DozePorts = { state, drbd: device, clients: clientPorts }
  const disturb = (...on: string[]): void => wakeOn(dozing, on)

  const pathsChanged = (node: string): void => {
    membership.reconsider(ring)
    for (const other of nodes) if (other !== node) drbd.pathChanged(device, node, other)
  }

  const power = (node: string, action: 'off' | 'on' | 'crash', why: string): void => {
    const m = machineOf(node)
    if (action === 'on') {
      if (m.power !== 'off' && m.power !== 'crashed') return
      m.power = 'booting'
      say('state', node, why)
      machineTimer.after(between(durations.boot), node, { kind: 'booted', node })
      return
    }
    if (m.power === 'off') return
    disturb(node)
    say('state', node, why)
    drbd.powerLost(device, node)
    endLife(m, action === 'off' ? 'off' : 'crashed')
    emptyHost(hostOf(node))
    membership.stop(ring, node, false)
    stopStack(pace, node)
    fencerDied(pace, node)
    pathsChanged(node)
  }

  const machineEvent = (event: MachineEvent): void => {
    const { node } = event
    if (event.kind === 'booted') {
      Object.assign(machineOf(node), { power: 'running', starting: true })
      say('state', node, 'has booted')
      pathsChanged(node)
      machineTimer.after(between(durations.corosyncStart), node, { kind: 'corosync-up', node })
    } else {
      machineOf(node).starting = false
      membership.start(ring, node)
      startStack(pace, node)
    }
  }

  const dispatch = (event: SimEvent): void => {
    if (options.doze) wakeFor(dozing, touched(dozing, event))
    if (event.room === 'drbd') drbd.handle(device, event.event)
    else if (event.room === 'membership') membership.handle(ring, event.event)
    else if (event.room === 'pacemaker') pacemaker.handle(pace, event.event)
    else if (event.room === 'machine') machineEvent(event.event)
    else if (event.room === 'move') sim.onMove(event.event)
    else {
      const c = found(state.clients[event.event.client], 'client')
      if (event.event.kind === 'tick') tick(clientPorts, c, event.event.client)
      else clientAnswered(clientPorts, c, event.event.row, event.event.twice)
    }
  }

  const step = (until: number): boolean => {
    const at = nextAt(queue)
    if (at === undefined || at > until) return false
    const item = pop(queue)
    if (!item) return false
    const owner = item.owner && machineOf(item.owner.node)
    if (owner && item.owner?.life !== owner.life) return true
    if (owner?.paused) owner.held.push(item)
    else dispatch(item.event)
    return true
  }

  const sim: Sim = {
    state,
    drbd: device,
    membership: ring,
    pacemaker: pace,
    clients: clientPorts,
    durations,
    now,
    instant: () => instant(epoch + Math.floor(queue.now)),
    answers: alive,
    say,
    step,
    advance: until => {
      while (step(until));
      queue.now = Math.max(queue.now, until)
    },
    power,
    pause: node => {
      disturb(node)
      machineOf(node).paused = true
      pathsChanged(node)
    },
    resume: node => {
      const m = machineOf(node)
      if (!m.paused) return
      disturb(node)
      m.paused = false
      const held = m.held
      m.held = []
      for (const item of held) push(queue, 0, item.owner, item.event)
      pathsChanged(node)
    },
    pathsChanged,
    disturb,
    account: () => {
      for (const c of state.clients) account(dozing, c)
    },
    later: (delay, event) => moveTimer.after(delay, undefined, event),
    onMove: () => undefined,
  }
  return sim
}
