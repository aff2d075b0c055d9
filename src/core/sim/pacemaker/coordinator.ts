// Who coordinates a partition, and what the coordinator does about news: nodes that come and go, results, attributes,
// quorum. The decision itself is the production scheduler's.
// Source: Pacemaker Administration, "Designated Controller"; Pacemaker Explained, "dc-deadtime", "Status".
import type { Change } from '../membership.ts'
import { firstCopy, forScheduler, statusOf, unknownNode, withStatus } from './cib-copy.ts'
import { colleagues, publish, readNode } from './partition.ts'
import type { Pacemaker } from './ports.ts'
import { controls, drawFrom, stackOf } from './ports.ts'
import { milliseconds } from './time.ts'
import { abort, answered, begin, clusterOption, coordinates, invokeSoon, nodeLost } from './transition.ts'
import type { CibCopy, PacemakerEvent, Stack } from './types.ts'

export const downStack = (node: string, cib: CibCopy): Stack => ({
  node,
  running: 'down',
  startedAt: 0,
  coordinator: undefined,
  cib,
  attributes: new Map(),
  records: new Map(),
  operations: new Map(),
  recurring: new Map(),
  queue: [],
  nextCall: 1,
  attributesChanged: false,
  transition: undefined,
  invokeDue: false,
  expiry: 0,
  integrating: false,
  controllerDown: false,
})

/** Corosync is up on a node: Pacemaker follows. */
export function startStack(p: Pacemaker, node: string): void {
  const old = stackOf(p, node)
  p.state.stacks.set(node, {
    ...downStack(node, { ...firstCopy(old.cib.configuration), epoch: old.cib.epoch }),
    running: 'starting',
  })
  p.ports.timer.after(drawFrom(p, p.ports.durations.pacemakerStart), node, { kind: 'stack-up', node })
}

/** All of it is gone: the power, the kernel, or Corosync under it. What the CIB on disk says stays. */
export function stopStack(p: Pacemaker, node: string): void {
  const { cib } = stackOf(p, node)
  p.state.stacks.set(node, downStack(node, cib))
}

export function stackUp(p: Pacemaker, node: string): void {
  const stack = stackOf(p, node)
  if (stack.running !== 'starting') return
  stack.running = 'up'
  stack.startedAt = p.ports.timer.now()
  p.ports.say('detail', node, 'Pacemaker is up')
  const coordinator = colleagues(p, node).find(other => other.coordinator === other.node)
  if (coordinator) welcome(p, coordinator)
  else electAfter(p, node, milliseconds(clusterOption(stack, 'dc-deadtime') ?? '20s'), true)
}

function electAfter(p: Pacemaker, node: string, delay: number, lonely: boolean): void {
  p.ports.timer.after(delay, node, { kind: 'elect', node, ring: p.ports.ringOf(node), lonely })
}

/** The members vote: the one that is up longest wins; the others follow it. */
export function elect(p: Pacemaker, event: PacemakerEvent & { kind: 'elect' }): void {
  const { node } = event
  if (!controls(p, node)) return
  const voters = colleagues(p, node)
  const sitting = voters.filter(stack => stack.coordinator === stack.node)
  const own = stackOf(p, node)
  if (event.lonely && sitting[0]) {
    if (own.coordinator !== sitting[0].node) welcome(p, sitting[0])
    return
  }
  if (sitting.length === 1 && own.coordinator === sitting[0]?.node) return
  const best = [...voters].sort(
    (a, b) => a.startedAt - b.startedAt || p.ports.nodes.indexOf(a.node) - p.ports.nodes.indexOf(b.node),
  )[0]
  if (best?.node === node || (best && event.lonely)) takeOver(p, best, voters)
}

function takeOver(p: Pacemaker, stack: Stack, voters: readonly Stack[]): void {
  p.ports.say('state', stack.node, 'coordinates the cluster (DC)')
  const cib = chosenCopy(p, stack, voters)
  for (const voter of voters) follow(voter, stack.node)
  publish(p, stack, cib)
  for (const node of p.ports.nodes) if (!p.ports.members(stack.node).includes(node)) nodeLost(p, stack, node)
  if (stack.transition) abort(p, stack, 'membership changed')
  markAbsent(p, stack)
  welcome(p, stack)
  p.ports.timer.after(recheckInterval(stack), stack.node, { kind: 'recheck', node: stack.node })
}

/** Whoever follows another coordinator has no transition of its own any more: its answers would find nobody. */
function follow(stack: Stack, coordinator: string): void {
  if (stack.node !== coordinator) stack.transition = undefined
  stack.coordinator = coordinator
}

export const recheckInterval = (stack: Stack): number =>
  milliseconds(clusterOption(stack, 'cluster-recheck-interval') ?? '15min')

/** When partitions meet, the newer configuration wins; between equals, that with the most updates. */
function chosenCopy(p: Pacemaker, stack: Stack, voters: readonly Stack[]): CibCopy {
  const sign = p.ports.bugs.has('old-configuration-wins') ? -1 : 1
  const order = (s: Stack): number => (s.node === stack.node ? 0 : 1)
  const sorted = [...voters].sort(
    (a, b) => sign * (b.cib.epoch - a.cib.epoch) || b.cib.updates - a.cib.updates || order(a) - order(b),
  )
  return sorted[0]?.cib ?? stack.cib
}

/** Members are taken in: after the join, the coordinator knows what runs where. */
function welcome(p: Pacemaker, stack: Stack): void {
  stack.integrating = true
  p.ports.timer.after(drawFrom(p, p.ports.durations.join), stack.node, { kind: 'integrated', node: stack.node })
}

export function integrated(p: Pacemaker, node: string): void {
  const stack = stackOf(p, node)
  stack.integrating = false
  if (!coordinates(p, node)) return
  const joining = colleagues(p, node)
  const copy = chosenCopy(p, stack, joining)
  for (const member of joining) follow(member, node)
  publish(p, stack, copy)
  markAbsent(p, stack)
  for (const member of joining) readNode(p, stack, member.node)
  const others = p.ports.members(node).filter(other => !joining.some(s => s.node === other))
  for (const other of others) markPending(p, stack, other)
  abort(p, stack, 'a node joined')
  // One that stands still just now answers the offer when it goes on.
  if (others.some(other => isOnlyPaused(stackOf(p, other)))) welcome(p, stack)
}

const isOnlyPaused = (stack: Stack): boolean => stack.running === 'up' && !stack.controllerDown

/** In the ring, but without Pacemaker as yet: nobody to be afraid of. */
function markPending(p: Pacemaker, stack: Stack, node: string): void {
  const old = statusOf(stack.cib, node)
  if (old.crmd || (old.expected === 'member' && stack.cib.statuses.has(node))) return
  publish(p, stack, withStatus(stack.cib, node, { ...unknownNode, inCcm: true, expected: 'down' }))
}

/** Another member's copy may still tell of nodes that are not in this ring. */
function markAbsent(p: Pacemaker, stack: Stack): void {
  const members = p.ports.members(stack.node)
  for (const node of p.ports.nodes) if (!members.includes(node)) markLost(p, stack, node)
}

function markLost(p: Pacemaker, stack: Stack, node: string): void {
  const old = statusOf(stack.cib, node)
  if (!old.inCcm && !old.crmd) return
  const forgotten = p.ports.bugs.has('lost-node-taken-for-stopped')
  const status = forgotten
    ? { ...unknownNode, expected: 'down' as const }
    : { ...old, inCcm: false, crmd: false, joined: false }
  publish(p, stack, withStatus(stack.cib, node, status))
}

/** The ring of this node changed, or its quorum did. */
export function membershipChanged(p: Pacemaker, node: string, { left, joined }: Change): void {
  if (!controls(p, node)) return
  const stack = stackOf(p, node)
  const members = p.ports.members(node)
  const coordinators = colleagues(p, node).filter(s => s.coordinator === s.node)
  if (left.length > 0) p.ports.phase(node, 'detection')
  if (stack.coordinator === node)
    for (const other of left) {
      markLost(p, stack, other)
      nodeLost(p, stack, other)
    }
  if (stack.coordinator === node && coordinators.length <= 1) {
    if (joined.length > 0) welcome(p, stack)
    abort(p, stack, 'membership or quorum changed')
    return
  }
  const { coordinator } = stack
  const isGone = coordinator !== undefined && (!members.includes(coordinator) || left.includes(coordinator))
  const orphaned = coordinators.length > 1 || isGone
  if (!orphaned) return
  if (stack.coordinator !== node) stack.coordinator = undefined
  electAfter(p, node, drawFrom(p, p.ports.durations.election), false)
}

/** The controller of a node died: its peers see it leave, while Corosync is still there. */
export function controllerDied(p: Pacemaker, node: string): void {
  const stack = stackOf(p, node)
  stack.controllerDown = true
  stack.transition = undefined
  const coordinator = stack.coordinator
  stack.coordinator = undefined
  p.ports.timer.after(1_500, node, { kind: 'gone', node })
  for (const other of colleagues(p, node)) {
    if (coordinator === node) {
      other.coordinator = undefined
      electAfter(p, other.node, drawFrom(p, p.ports.durations.election), false)
    } else if (other.coordinator === other.node) {
      publish(p, other, withStatus(other.cib, node, { ...statusOf(other.cib, node), crmd: false, joined: false }))
      nodeLost(p, other, node)
      abort(p, other, `the controller of ${node} died`)
    }
  }
}

/** It has been started again by pacemakerd. */
export function controllerBack(p: Pacemaker, node: string): void {
  const stack = stackOf(p, node)
  if (!stack.controllerDown || stack.running !== 'up') return
  stack.controllerDown = false
  const coordinator = colleagues(p, node).find(other => other.coordinator === other.node)
  if (coordinator) welcome(p, coordinator)
  else electAfter(p, node, drawFrom(p, p.ports.durations.election), false)
}

/** The scheduler is asked, and its answer begun. */
export function invoke(p: Pacemaker, node: string): void {
  const stack = stackOf(p, node)
  stack.invokeDue = false
  if (!coordinates(p, node) || stack.integrating || stack.transition) return
  const quorate = p.ports.quorate(node) || p.ports.bugs.has('resources-without-quorum')
  const decision = p.ports.schedule(forScheduler(stack.cib, { quorate, coordinator: node }), p.ports.instant(node))
  expectExpiry(p, stack)
  if (decision.actions.length > 0) begin(p, stack, decision)
}

/** The cluster looks ahead: it thinks again when the next failure expires. Source: Pacemaker Explained, `failure-timeout`. */
function expectExpiry(p: Pacemaker, stack: Stack): void {
  const timeout = milliseconds(resourceDefault(stack, 'failure-timeout') ?? '0')
  const now = p.ports.instant(stack.node)
  const next = Math.min(...failedAt(stack).map(at => (at + timeout > now ? at + timeout : Number.POSITIVE_INFINITY)))
  if (timeout === 0 || next === Number.POSITIVE_INFINITY || stack.expiry === next) return
  stack.expiry = next
  p.ports.timer.after(next - now + 1_000, stack.node, { kind: 'expired', node: stack.node })
}

/** When what is remembered as a failure happened, by the clocks of the nodes. */
export const failedAt = (stack: Stack): number[] =>
  [...stack.cib.statuses.values()].flatMap(({ attributes }) =>
    [...attributes].flatMap(([name, value]) => (name.startsWith('last-failure-') ? [Number(value) * 1_000] : [])),
  )

function resourceDefault(stack: Stack, name: string): string | undefined {
  return stack.cib.configuration.resourceDefaults.flatMap(set => set.pairs).find(pair => pair.name === name)?.value
}

export function expired(p: Pacemaker, node: string): void {
  if (coordinates(p, node)) invokeSoon(p, stackOf(p, node))
}

export function reported(p: Pacemaker, event: PacemakerEvent & { kind: 'report' }): void {
  const stack = stackOf(p, event.to)
  if (!coordinates(p, event.to)) return
  const ours = event.transition?.coordinator === event.to
  const here = colleagues(p, event.to).some(s => s.node === event.from)
  const before = statusOf(stack.cib, event.from).attributes
  if (here) readNode(p, stack, event.from)
  const news = !ours || !sameAttributes(before, statusOf(stack.cib, event.from).attributes)
  if (event.transition && ours) answered(p, stack, event.transition, event.succeeded, event.why)
  if (news) abort(p, stack, `news from ${event.from}`)
}

const sameAttributes = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([name, value]) => b.get(name) === value)

export function recheck(p: Pacemaker, node: string): void {
  const stack = stackOf(p, node)
  if (!coordinates(p, node)) return
  p.state.fencing.attempts.clear()
  p.ports.timer.after(recheckInterval(stack), node, { kind: 'recheck', node })
  invokeSoon(p, stack)
}
