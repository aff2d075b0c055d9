// Fencing: the devices that can switch the target off, by topology level, with their delays; a device may be down, slow,
// or say that it did what it did not do. A fencing is confirmed when every device of one level succeeded.
// Source: Pacemaker Explained, "Fencing": pcmk_host_list, pcmk_host_map, pcmk_delay_base, fencing topology, retries.
import { once } from '../../base/once.ts'
import type { Primitive } from '../../cib/types.ts'
import { statusOf, withStatus } from './cib-copy.ts'
import { publish } from './partition.ts'
import type { Pacemaker } from './ports.ts'
import { drawFrom, parameters, primitivesOf, stackOf } from './ports.ts'
import { milliseconds } from './time.ts'
import type { DeviceState, FenceRequest, FencingRecord, Stack, TransitionRef } from './types.ts'

export function fence(p: Pacemaker, by: Stack, target: string, wanted: string, transition: TransitionRef): void {
  const action = wanted === 'off' || wanted === 'on' ? wanted : 'reboot'
  const levels = levelsFor(by, target)
  const { fencing } = p.state
  const record: FencingRecord = { target, action, state: 'pending', at: p.ports.timer.now(), by: by.node }
  fencing.history.push(record)
  const number = fencing.nextRequest++
  const request: FenceRequest = {
    number,
    target,
    action,
    by: by.node,
    transition,
    devices: levels[0] ?? [],
    levels: levels.slice(1),
    record,
    deadline: p.ports.timer.now() + 60_000,
  }
  fencing.requests.set(number, request)
  p.ports.say('state', by.node, `fencing ${target} (${action})`)
  const believed = p.ports.bugs.has('fencing-believed-before-it-is-done')
  if (believed) conclude(p, request, true, 'planted', true)
  const delay = priorityDelay(by, target) + drawFrom(p, p.ports.durations.dispatch)
  p.ports.timer.after(delay, by.node, { kind: 'fence-step', request: number })
}

/** priority-fencing-delay: the node with the more important resources gets a head start against its own fencing. */
function priorityDelay(by: Stack, target: string): number {
  const text = option(by, 'priority-fencing-delay')
  const delay = text === undefined ? 0 : milliseconds(text)
  if (delay === 0) return 0
  const active = (node: string): number =>
    [...statusOf(by.cib, node).history.values()].filter(
      r => r.class !== 'stonith' && r.last?.rcCode !== '7' && r.last?.operation !== 'stop',
    ).length
  return active(target) > active(by.node) ? delay : 0
}

const option = (stack: Stack, name: string): string | undefined =>
  stack.cib.configuration.options.flatMap(set => set.pairs).find(pair => pair.name === name)?.value

export const devicesOf = (stack: Stack): readonly Primitive[] => devicesAmong(stack.cib.configuration.resources)

const devicesAmong = once((resources: Stack['cib']['configuration']['resources']): readonly Primitive[] =>
  primitivesOf(resources).filter(r => r.class === 'stonith'),
)

/** The nodes that a device can switch. */
export function targetsOf(device: Primitive, nodes: readonly string[]): string[] {
  const values = parameters(device)
  const list = [
    ...(values.get('pcmk_host_list') ?? '').split(/[\s,;]+/),
    ...(values.get('pcmk_host_map') ?? '').split(/[\s;]+/).map(pair => pair.split(':')[0] ?? ''),
  ].filter(name => name !== '')
  if (list.length > 0) return nodes.filter(node => list.includes(node))
  const plug = values.get('port') ?? values.get('plug')
  return plug !== undefined && nodes.includes(plug) ? [plug] : [...nodes]
}

function levelsFor(stack: Stack, target: string): string[][] {
  const topology = stack.cib.configuration.fencingTopology
    .filter(
      level =>
        level.target === target || (level.targetPattern !== undefined && new RegExp(level.targetPattern).test(target)),
    )
    .sort((a, b) => Number(a.index) - Number(b.index))
    .map(level => [...level.devices])
  if (topology.length > 0) return topology
  const names = stack.cib.configuration.nodes.map(node => node.uname)
  return devicesOf(stack)
    .filter(device => targetsOf(device, names).includes(target))
    .map(device => [device.id])
}

/** The next device of the request's level, or the end. */
export function step(p: Pacemaker, number: number): void {
  const request = p.state.fencing.requests.get(number)
  if (!request) return
  const device = request.devices[0]
  if (device === undefined) {
    const tried = request.record.state !== 'pending'
    if (!tried) conclude(p, request, false, 'no fence device can switch it', false)
    return
  }
  const stack = stackOf(p, request.by)
  const found = devicesOf(stack).find(d => d.id === device)
  const values = found ? parameters(found) : new Map<string, string>()
  const base = delayFor(values.get('pcmk_delay_base'), request.target)
  const most = delayFor(values.get('pcmk_delay_max'), request.target)
  const delay =
    request.action === 'on' ? 0 : base + Math.max(0, most - base) * (most > base ? p.ports.random.next() : 0)
  const state = deviceState(p, device, request.target)
  const slow = state.state === 'slow' ? state.delay : 0
  const took = state.state === 'down' ? 5_000 : drawFrom(p, p.ports.durations.fenceOff) + slow
  p.ports.timer.after(delay + Math.min(took, 60_000), request.by, { kind: 'fence-act', request: number, device })
}

/** "5s", or since 2.1.2 "alpha:5s;beta:0s". */
function delayFor(text: string | undefined, target: string): number {
  if (text === undefined) return 0
  if (!text.includes(':')) return milliseconds(text)
  const own = text.split(/[;\s]+/).find(part => part.startsWith(`${target}:`))
  return own === undefined ? 0 : milliseconds(own.slice(target.length + 1))
}

export function deviceState(p: Pacemaker, device: string, target: string): DeviceState {
  const { devices } = p.state.fencing
  return devices.get(`${device}/${target}`) ?? devices.get(device) ?? { state: 'working', delay: 0 }
}

export function act(p: Pacemaker, number: number, device: string): void {
  const request = p.state.fencing.requests.get(number)
  if (!request || request.devices[0] !== device) return
  const { state, delay } = deviceState(p, device, request.target)
  const fails = state === 'down' || (state === 'slow' && delay >= 60_000)
  if (fails) {
    p.ports.say('alarm', request.by, `fence device ${device} does not answer`)
    nextLevel(p, request, `${device} does not answer`)
    return
  }
  if (state !== 'lying') switchTarget(p, request)
  const rest = request.devices.slice(1)
  request.devices = rest
  if (rest.length > 0) step(p, number)
  else conclude(p, request, true, state === 'lying' ? 'the device says so' : 'done', false)
}

function switchTarget(p: Pacemaker, request: FenceRequest): void {
  const wrong = p.ports.bugs.has('fences-the-wrong-node') && p.ports.nodes.find(n => n !== request.target)
  p.ports.switchPower(wrong || request.target, request.action === 'on', `fenced by ${request.by}`)
  if (request.action === 'reboot') p.ports.timer.after(1_000, undefined, { kind: 'power-on', target: request.target })
}

function nextLevel(p: Pacemaker, request: FenceRequest, why: string): void {
  const [next, ...rest] = request.levels
  if (next === undefined) {
    conclude(p, request, false, why, false)
    return
  }
  request.devices = next
  request.levels = rest
  step(p, request.number)
}

function conclude(p: Pacemaker, request: FenceRequest, succeeded: boolean, why: string, keep: boolean): void {
  if (request.record.state === 'pending')
    Object.assign(request.record, { state: succeeded ? 'success' : 'failed', at: p.ports.timer.now() })
  if (!keep) p.state.fencing.requests.delete(request.number)
  const { attempts } = p.state.fencing
  attempts.set(request.target, succeeded ? 0 : (attempts.get(request.target) ?? 0) + 1)
  p.ports.say(
    succeeded ? 'state' : 'alarm',
    request.by,
    `fencing of ${request.target} ${succeeded ? 'confirmed' : `failed: ${why}`}`,
  )
  const by = stackOf(p, request.by)
  if (succeeded) {
    markFenced(p, by, request.target)
    p.ports.phase(request.by, 'fencing')
  }
  p.ports.timer.after(drawFrom(p, p.ports.durations.dispatch), request.by, {
    kind: 'report',
    from: request.by,
    to: request.by,
    transition: request.transition,
    succeeded,
    why,
  })
}

/** A machine died that was fencing another one: nobody waits for the end of that. */
export function fencerDied(p: Pacemaker, node: string): void {
  for (const { number, by, record } of [...p.state.fencing.requests.values()]) {
    if (by !== node) continue
    p.state.fencing.requests.delete(number)
    if (record.state === 'pending') Object.assign(record, { state: 'failed', at: p.ports.timer.now() })
  }
}

function markFenced(p: Pacemaker, by: Stack, target: string): void {
  const status = { ...statusOf(by.cib, target), inCcm: false, crmd: false, joined: false, expected: 'down' as const }
  publish(p, by, withStatus(by.cib, target, { ...status, attributes: new Map(), history: new Map() }))
}
