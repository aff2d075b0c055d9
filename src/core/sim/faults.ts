// Everything that can be done to a simulated cluster: the faults of the World port, one function each. What cannot
// happen here (a cable that is not there, a machine that is off already) is refused, never ignored.
import type { Result } from '../base/result.ts'
import { fail, ok } from '../base/result.ts'
import type { Constraint, Location } from '../cib/types.ts'
import { showFault } from '../drill/show-fault.ts'
import type { Fault, WorldFailure } from '../drill/world.ts'
import { diskAnswers } from './drbd/device.ts'
import * as membership from './membership.ts'
import type { Cable } from './network.ts'
import { change } from './network.ts'
import { withConstraint, withNodeAttribute, withoutConstraints } from './pacemaker/cib-copy.ts'
import { controllerDied, stopStack } from './pacemaker/coordinator.ts'
import { devicesOf, targetsOf } from './pacemaker/fencer.ts'
import { changeConfiguration } from './pacemaker/partition.ts'
import { stackOf } from './pacemaker/ports.ts'
import { abort, coordinates } from './pacemaker/transition.ts'
import type { ServicePlan } from './plan.ts'
import type { Sim } from './sim.ts'
import type { MoveEvent } from './state.ts'
import { diskKey } from './state.ts'

type Done = Result<void, WorldFailure>
const done: Done = ok(undefined)
const impossible = (what: string, why: string): Done => fail({ kind: 'impossible', what, why })

type Of<K extends Fault['kind']> = Extract<Fault, { kind: K }>
const table: { readonly [K in Fault['kind']]: (sim: Sim, fault: Of<K>) => Done } = {
  power: setPower,
  crash: (sim, fault) =>
    needsPower(sim, fault.node) ?? act(() => sim.power(fault.node, 'crash', 'the kernel has crashed')),
  pause: (sim, fault) => needsPower(sim, fault.node) ?? act(() => sim.pause(fault.node)),
  resume: (sim, fault) => act(() => sim.resume(fault.node)),
  cut: (sim, fault) => setCables(sim, fault, fault.oneWay, set({ up: false })),
  heal: (sim, fault) => setCables(sim, fault, false, set(healthy)),
  loss: (sim, fault) => setCables(sim, fault, false, set({ loss: fault.share })),
  delay: (sim, fault) =>
    setCables(sim, fault, false, set({ delay: healthy.delay + fault.delay, jitter: fault.jitter })),
  kill,
  bmc: setDevice,
  disk: setDisk,
  clock: (sim, fault) => act(() => Object.assign(machine(sim, fault.node), { clockOffset: fault.jump })),
  standby: (sim, fault) =>
    configure(sim, 'standby', c => withNodeAttribute(c, fault.node, 'standby', fault.on ? 'on' : undefined)),
  switchover,
  witness: (sim, fault) =>
    sim.state.plan.totem.quorum.device
      ? act(() => membership.setWitness(sim.membership, fault.state === 'up'))
      : impossible('witness', 'the cluster has no witness'),
  agent: misbehave,
}

export function inject(sim: Sim, fault: Fault): Done {
  sim.say('fault', 'drill', showFault(fault))
  return dispatch(sim, fault)
}

function dispatch<K extends Fault['kind']>(sim: Sim, fault: Of<K> & { readonly kind: K }): Done {
  return table[fault.kind](sim, fault)
}

function act(change: () => void): Done {
  change()
  return done
}

const machine = (sim: Sim, node: string) => {
  const found = sim.state.machines.get(node)
  if (!found) throw new RangeError(`no machine ${node}`)
  return found
}

const needsPower = (sim: Sim, node: string): Done | undefined =>
  machine(sim, node).power === 'running' ? undefined : impossible(node, `it is ${machine(sim, node).power}`)

function setPower(sim: Sim, fault: Of<'power'>): Done {
  const { node, action } = fault
  const { power } = machine(sim, node)
  if (action === 'on')
    return power === 'off' || power === 'crashed' ? act(() => sim.power(node, 'on', 'power on')) : done
  if (power === 'off') return impossible(node, 'it has no power already')
  sim.power(node, 'off', 'the plug is pulled')
  if (action === 'reset') sim.power(node, 'on', 'reset: boots again')
  return done
}

const healthy: Cable = { up: true, loss: 0, delay: 0.2, jitter: 0 }
const set =
  (values: Partial<Cable>) =>
  (c: Cable): void => {
    Object.assign(c, values)
  }

interface Cables {
  readonly from: string
  readonly to: string
  readonly link?: number | 'replication'
}

function setCables(sim: Sim, where: Cables, oneWay: boolean, apply: (c: Cable) => void): Done {
  const replication = sim.state.plan.resources.find(r => r.replicas.some(x => x.node === where.from))?.link
  const link = where.link === 'replication' ? replication : where.link
  if (where.link === 'replication' && link === undefined) return impossible('replication', 'nothing is replicated here')
  sim.disturb(where.from, where.to)
  const where2 = { from: where.from, to: where.to, oneWay, ...(link === undefined ? {} : { link }) }
  if (!change(sim.state.network, where2, apply))
    return impossible(`link ${where.from} ${where.to}`, 'there is no such link')
  sim.pathsChanged(where.from)
  return done
}

function kill(sim: Sim, fault: Of<'kill'>): Done {
  const { node, what, signal } = fault
  const off = needsPower(sim, node)
  if (off) return off
  if (what.startsWith('service:')) return killService(sim, node, what.slice('service:'.length), signal)
  if (what === 'corosync') return killCorosync(sim, node, signal)
  if (signal !== 'KILL')
    return fail({ kind: 'unsupported', what: `${signal} of ${what}`, why: 'the simulation only kills this daemon' })
  if (stackOf(sim.pacemaker, node).running !== 'up') return impossible(what, `it does not run on ${node}`)
  if (what === 'pacemaker-controld' || what === 'pacemaker-execd') controllerDied(sim.pacemaker, node)
  else sim.say('detail', node, `${what} is started again by its supervisor`)
  return done
}

function killCorosync(sim: Sim, node: string, signal: 'KILL' | 'STOP' | 'CONT'): Done {
  const own = sim.state.membership.nodes.get(node)
  if (!own?.up) return impossible('corosync', `it does not run on ${node}`)
  if (signal === 'KILL') {
    membership.stop(sim.membership, node, false)
    stopStack(sim.pacemaker, node)
    return done
  }
  own.frozen = signal === 'STOP'
  membership.reconsider(sim.membership)
  return done
}

const serviceOf = (sim: Sim, name: string): ServicePlan | undefined =>
  sim.state.plan.services.find(s => s.name === name)

function killService(sim: Sim, node: string, name: string, signal: 'KILL' | 'STOP' | 'CONT'): Done {
  const service = serviceOf(sim, name)
  if (!service) return impossible(name, 'there is no such service')
  sim.disturb(node)
  const processes = sim.state.hosts.get(node)?.processes
  const process = processes?.get(service.program)
  if (!process) return impossible(name, `it does not run on ${node}`)
  if (signal === 'KILL') processes?.delete(service.program)
  else process.state = signal === 'STOP' ? 'frozen' : 'running'
  return done
}

function setDevice(sim: Sim, fault: Of<'bmc'>): Done {
  const stack = stackOf(sim.pacemaker, sim.state.plan.nodes[0] ?? '')
  const first = stack.cib.configuration.fencingTopology
    .filter(level => level.target === fault.node)
    .sort((a, b) => Number(a.index) - Number(b.index))[0]
  const any = devicesOf(stack).find(d => targetsOf(d, sim.state.plan.nodes).includes(fault.node))
  const devices = first?.devices ?? (any ? [any.id] : [])
  if (devices.length === 0) return impossible(`bmc of ${fault.node}`, 'no fence device is configured for it')
  for (const device of devices)
    sim.state.pacemaker.fencing.devices.set(`${device}/${fault.node}`, { state: fault.state, delay: fault.delay ?? 0 })
  return done
}

function setDisk(sim: Sim, fault: Of<'disk'>): Done {
  const disk = sim.state.disks.get(diskKey(fault.node, fault.volume))
  if (!disk) return impossible(fault.volume, `${fault.node} has no replica of it`)
  sim.disturb(fault.node)
  disk.health = fault.state
  if (fault.state !== 'hang') diskAnswers(sim.drbd, fault.volume, fault.node)
  return done
}

function misbehave(sim: Sim, fault: Of<'agent'>): Done {
  const service = serviceOf(sim, fault.service)
  if (!service) return impossible(fault.service, 'there is no such service')
  for (const host of sim.state.hosts.values()) {
    if (fault.node !== undefined && host.node !== fault.node) continue
    if (fault.behaviour === 'working') host.misbehaving.delete(service.program)
    else host.misbehaving.set(service.program, fault.behaviour)
  }
  return done
}

type Change = Parameters<typeof changeConfiguration>[2]

/** Changes the configuration from the first node that can. */
function configure(sim: Sim, what: string, change: Change): Done {
  for (const node of sim.state.plan.nodes) {
    if (!changeConfiguration(sim.pacemaker, node, change)) continue
    const { coordinator } = stackOf(sim.pacemaker, node)
    if (coordinator !== undefined)
      abort(sim.pacemaker, stackOf(sim.pacemaker, coordinator), 'the configuration changed')
    return done
  }
  return impossible(what, 'no node can change the configuration now')
}

const patience = 300_000
/** What a switchover moves: the service's group, or its addresses where the program runs everywhere. */
const unitsOf = ({ name, everywhere, addresses }: ServicePlan): readonly string[] =>
  everywhere ? addresses.map(({ rsc }) => rsc) : [name]
const isMove =
  (service: ServicePlan) =>
  (c: Constraint): boolean =>
    unitsOf(service).some(unit => c.id === `cli-prefer-${unit}`)

/** As `crm_resource --move` does it: a preference that is taken away again when the service has arrived. */
function switchover(sim: Sim, fault: Of<'switchover'>): Done {
  const service = serviceOf(sim, fault.service)
  if (!service || unitsOf(service).length === 0) return impossible(fault.service, 'it is not a service that moves')
  if (sharesLoad(sim, service)) return impossible(fault.service, 'its addresses return to their nodes by themselves')
  const here = runsOn(sim, service)
  const to = fault.to ?? sim.state.plan.nodes.find(node => node !== here)
  if (to === undefined) return impossible(fault.service, 'there is no other node')
  const behind = service.volumes.find(v => sim.state.drbd.resources.get(v)?.replicas.get(to)?.disk !== 'UpToDate')
  if (behind !== undefined) return impossible(fault.service, `${behind} is not UpToDate on ${to}`)
  const made = unitsOf(service).map(
    (rsc): Location => ({
      kind: 'location',
      id: `cli-prefer-${rsc}`,
      rsc,
      node: to,
      score: 'INFINITY',
      role: 'Started',
      rules: [],
      sets: [],
    }),
  )
  const result = configure(sim, fault.service, c => made.reduce(withConstraint, c))
  if (result.ok) sim.state.moves.add(service.name)
  if (result.ok) sim.later(1_000, { kind: 'check', service: service.name, to, until: sim.now() + patience })
  return result
}

/** Each of its addresses prefers a node, and not all the same one. */
function sharesLoad(sim: Sim, { addresses }: ServicePlan): boolean {
  const preferred = sim.state.plan.configuration.constraints.flatMap(c =>
    c.kind === 'location' && addresses.some(({ rsc }) => rsc === c.rsc) ? [c.node] : [],
  )
  return new Set(preferred).size > 1
}

/** Where its first address is, if the program runs there, else the first node on which it runs. */
export function runsOn(sim: Sim, { program, addresses }: ServicePlan): string | undefined {
  const runs = sim.state.plan.nodes.filter(n => sim.answers(n) && sim.state.hosts.get(n)?.processes.has(program))
  const first = addresses[0]?.address
  return runs.find(n => first !== undefined && sim.state.hosts.get(n)?.addresses.has(first)) ?? runs[0]
}

/** It may be gone already, or be in another partition that comes back with it. */
const isThere = (sim: Sim, service: ServicePlan): boolean => {
  const node = sim.state.plan.nodes.find(n => coordinates(sim.pacemaker, n))
  return node !== undefined && stackOf(sim.pacemaker, node).cib.configuration.constraints.some(isMove(service))
}

/** Takes the constraint of a switchover away when it has done its work, or when nothing came of it. */
export function checkMove(sim: Sim, event: MoveEvent): void {
  const service = serviceOf(sim, event.service)
  if (!service) return
  const stack = stackOf(sim.pacemaker, event.to)
  const arrived =
    runsOn(sim, service) === event.to &&
    service.addresses.every(a => sim.state.hosts.get(event.to)?.addresses.has(a.address))
  const moving = stack.transition !== undefined || [...sim.state.pacemaker.stacks.values()].some(s => s.transition)
  if (sim.pacemaker.ports.bugs.has('switchover-leaves-its-constraint')) {
    if (arrived) sim.state.moves.delete(event.service)
    return
  }
  const late = sim.now() >= event.until
  if ((arrived && !moving && isThere(sim, service)) || late) {
    const result = configure(sim, event.service, c => withoutConstraints(c, isMove(service)))
    if (result.ok) {
      sim.state.moves.delete(event.service)
      return
    }
  }
  sim.later(1_000, event)
}
