// Nothing happens before it is known what runs where: probes come before the stops, starts and restarts of whatever is
// ordered after the probed resource. Source: the graphs of `crm_simulate -G`.
import type { Action, OrderRule, Resource } from '../model.ts'
import { topmost } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { isMeant } from './apply.ts'
import { relate } from './relate.ts'
import { Kind } from './types.ts'

export function orderProbes(world: Unpacked): void {
  for (const action of world.actions) if (isProbe(action)) beforeStarts(action)
  const stamp = { value: 0 }
  for (const action of world.actions) {
    if (!isProbe(action)) continue
    stamp.value += 1
    for (const { action: after } of action.after) beforeRestarts(action, after, stamp.value)
  }
  beforeThenOfStops(world)
}

const isProbe = (action: Action): boolean =>
  action.task === 'monitor' && action.interval === 0 && action.rsc?.kind === 'primitive'

function probesOf(rsc: Resource): readonly Action[] {
  return rsc.actions.filter(isProbe)
}

/** What is to follow the stop of a resource also follows its probes: it may have to be stopped yet. */
function beforeThenOfStops(world: Unpacked): void {
  for (const rule of world.orders) {
    const { firstRsc, thenRsc } = rule
    if (rule.type === Kind.none || !firstRsc || firstRsc === thenRsc) continue
    if (rule.firstAction ? rule.firstAction.task !== 'stop' : rule.firstTask !== 'stop') continue
    const thenStops = rule.thenAction ? rule.thenAction.task === 'stop' : rule.thenTask === 'stop'
    if (thenRsc && firstRsc.container === thenRsc && thenStops) continue
    const probes = probesOf(firstRsc)
    if (probes.length === 0) continue
    const type = probeType(rule)
    for (const then of thenActions(rule))
      for (const probe of probes) if (!waitsFor(probe, then)) relate(probe, then, type)
  }
}

/** A probe that waits for an unfencing cannot also come before it. */
const waitsFor = (probe: Action, first: Action): boolean => probe.before.some(({ action }) => action === first)

function probeType({ type }: OrderRule): number {
  if (type === Kind.antiColocation || type === Kind.load) return type
  return Kind.optional | (type & (Kind.applyFirstNonMigratable | Kind.sameNode))
}

function thenActions(rule: OrderRule): readonly Action[] {
  if (rule.thenAction) return [rule.thenAction]
  return rule.thenRsc?.actions.filter(action => isMeant(action, rule.thenTask)) ?? []
}

/** A probe that cannot run keeps the instances of a clone from starting. */
function beforeStarts(probe: Action): void {
  if (probe.runnable || !probe.rsc) return
  const top = topmost(probe.rsc)
  for (const after of [...probe.after]) {
    const whole = after.action.rsc
    if (!whole || whole.kind === 'primitive' || whole.kind === 'group' || whole !== top) continue
    if (after.type & Kind.runnableLeft || after.action.task !== 'start') continue
    for (const { action: then } of after.action.after) {
      if (!then.rsc || then.rsc.runningOn.length > 0 || topmost(then.rsc) !== whole || then.task !== 'start') continue
      relate(probe, then, Kind.optional | Kind.runnableLeft)
    }
  }
}

function beforeRestarts(probe: Action, after: Action, stamp: number): void {
  if (!probe.rsc || after.visited === stamp) return
  after.visited = stamp
  const { rsc } = after
  if (rsc?.kind === 'primitive' && rsc !== probe.rsc) {
    const task = after.task === 'start' ? 'stop' : after.task === 'promote' ? 'demote' : undefined
    if (task !== undefined) {
      for (const then of rsc.actions) if (then.task === task && !then.pseudo) relate(probe, then, Kind.optional)
    }
  }
  const many = rsc?.kind === 'clone' || rsc?.kind === 'bundle'
  const interleaves = rsc?.clone?.interleave ?? false
  for (const { action: next, type } of after.after) {
    if (!(type & Kind.impliesThen)) {
      if (!rsc || rsc.kind === 'primitive' || probe.rsc.parent === rsc || next.rsc?.parent !== rsc) continue
      if (next.rsc.kind === 'clone' || next.rsc.kind === 'bundle') continue
      if (many && interleaves && (!next.node || next.node !== probe.node)) continue
    }
    beforeRestarts(probe, next, stamp)
  }
}
