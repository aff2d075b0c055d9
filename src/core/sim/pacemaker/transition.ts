// The coordinator carries out what the scheduler decided: every action when those before it are done, pseudo-actions at
// once, operations by the executors, fencing by the fencer. A failure or news from outside aborts: nothing new begins,
// what runs is awaited, then the scheduler is asked again. Source: Pacemaker Administration, "Transitions".
import { once } from '../../base/once.ts'
import type { Decision, GraphAction } from '../../scheduler/decision.ts'
import { statusOf, withStatus } from './cib-copy.ts'
import { fence } from './fencer.ts'
import { publish } from './partition.ts'
import type { Pacemaker } from './ports.ts'
import { baseName, controls, drawFrom, primitivesOf, stackOf } from './ports.ts'
import type { Stack, Transition, TransitionRef } from './types.ts'

/** Nothing runs of what waits for ever: it is ordered after something that cannot happen. */
export function begin(p: Pacemaker, stack: Stack, decision: Decision): void {
  const { actions, edges } = decision
  const after: number[][] = actions.map(() => [])
  const missing = actions.map(action => (action.waitsForever ? Number.POSITIVE_INFINITY : 0))
  for (const [first, then] of edges) {
    if (skipsOrder(p, actions[then])) continue
    after[first]?.push(then)
    missing[then] = (missing[then] ?? 0) + 1
  }
  const id = p.state.nextTransition++
  stack.transition = {
    id,
    decision,
    states: actions.map(() => 'waiting'),
    missing,
    after,
    ready: actions.flatMap(action => (missing[action.id] === 0 ? [action.id] : [])),
    load: new Map(),
    running: 0,
    aborted: undefined,
  }
  fire(p, stack)
}

const skipsOrder = (p: Pacemaker, action: GraphAction | undefined): boolean =>
  p.ports.bugs.has('address-before-promotion') && action?.op === 'start' && /ip|addr/i.test(action.rsc ?? '')

/** Starts all that can be started; when nothing runs any more, the transition is over. */
function fire(p: Pacemaker, stack: Stack): void {
  const t = stack.transition
  if (!t) return
  let again = t.aborted === undefined
  while (again) again = pass(p, stack, t)
  if (t.running === 0) over(p, stack, t)
}

/** Once through what is ready, in the order of the graph; true where more became ready on the way. */
function pass(p: Pacemaker, stack: Stack, t: Transition): boolean {
  const limits = limitsOf(stack)
  const turn = t.ready.splice(0).sort((a, b) => a - b)
  const later: number[] = []
  let again = false
  for (let index = 0; index < turn.length; index += 1) {
    const id = turn[index] ?? 0
    const action = t.decision.actions[id]
    if (!action || t.states[id] !== 'waiting') continue
    if (!hasRoom(p, t, action, limits)) {
      later.push(id)
      continue
    }
    if (start(p, stack, t, action)) again = true
    for (const next of t.ready.splice(0))
      if (next > id) turn.splice(placeOf(turn, next, index + 1), 0, next)
      else later.push(next)
  }
  t.ready.push(...later)
  return again
}

/** Where a number belongs in an ascending list, from an index on. */
function placeOf(ascending: readonly number[], value: number, from: number): number {
  let [low, high] = [from, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

interface Limits {
  readonly batch: number
  readonly perNode: number
}

const limitsOf = (stack: Stack): Limits => ({
  batch: Number(clusterOption(stack, 'batch-limit') ?? '0'),
  perNode: Number(clusterOption(stack, 'node-action-limit') ?? '0') || 8,
})

/** batch-limit, and the load that one node may have at a time. */
function hasRoom(p: Pacemaker, t: Transition, action: GraphAction, { batch, perNode }: Limits): boolean {
  if (action.kind !== 'rsc') return true
  if (batch > 0 && t.running >= batch) return false
  const node = action.node ?? ''
  return (t.load.get(node) ?? 0) < perNode && p.state.stacks.has(node)
}

function runs(t: Transition, action: GraphAction): void {
  t.states[action.id] = 'running'
  t.running += 1
  if (action.kind === 'rsc') t.load.set(action.node ?? '', (t.load.get(action.node ?? '') ?? 0) + 1)
}

function runsNoMore(t: Transition, action: GraphAction): void {
  t.running -= 1
  if (action.kind === 'rsc') t.load.set(action.node ?? '', (t.load.get(action.node ?? '') ?? 1) - 1)
}

export function clusterOption(stack: Stack, name: string): string | undefined {
  for (const set of stack.cib.configuration.options)
    for (const pair of set.pairs) if (pair.name === name) return pair.value
  return undefined
}

/** A node's history knows the instances of an anonymous clone without their numbers. */
function historyName(stack: Stack, action: GraphAction): string {
  const full = action.rscId ?? action.rsc ?? ''
  return isUnique(stack, baseName(full)) ? full : baseName(full)
}

const isUnique = (stack: Stack, rsc: string): boolean => uniqueOnes(stack.cib.configuration.resources).has(rsc)

const uniqueOnes = once((resources: Stack['cib']['configuration']['resources']): ReadonlySet<string> => {
  const clones = resources.filter(
    r =>
      r.kind === 'clone' &&
      r.meta.some(set => set.pairs.some(pair => pair.name === 'globally-unique' && pair.value === 'true')),
  )
  return new Set(primitivesOf(clones).map(p => p.id))
})

/** True where the action was done on the spot. */
function start(p: Pacemaker, stack: Stack, t: Transition, action: GraphAction): boolean {
  const ref: TransitionRef = { coordinator: stack.node, transition: t.id, action: action.id }
  if (action.kind === 'pseudo') {
    completed(t, action.id)
    return true
  }
  if (action.kind === 'cluster') return startClusterAction(p, stack, t, action, ref)
  runs(t, action)
  const node = action.node ?? ''
  p.ports.timer.after(drawFrom(p, p.ports.durations.dispatch), node, {
    kind: 'execute',
    node,
    operation: {
      rsc: historyName(stack, action),
      operation: action.op,
      interval: action.interval,
      timeout: action.timeout > 0 ? action.timeout : 20_000,
      expected: action.expected,
      transition: ref,
      notification: action.notification,
    },
  })
  return false
}

function startClusterAction(
  p: Pacemaker,
  stack: Stack,
  t: Transition,
  action: GraphAction,
  ref: TransitionRef,
): boolean {
  if (action.op === 'stonith') {
    if (gaveUp(p, stack, action.node ?? '')) {
      t.states[action.id] = 'failed'
      return false
    }
    runs(t, action)
    fence(p, stack, action.node ?? '', action.fence ?? 'reboot', ref)
    return false
  }
  if (action.op === 'do_shutdown' && action.node !== undefined) {
    runs(t, action)
    p.ports.timer.after(drawFrom(p, p.ports.durations.dispatch), action.node, { kind: 'gone', node: action.node })
    return false
  }
  if (action.op === 'clear_failcount') clearFailures(p, stack, action)
  completed(t, action.id)
  return true
}

/** stonith-max-attempts: after that many failures in a row nobody tries again before the next recheck. */
function gaveUp(p: Pacemaker, stack: Stack, target: string): boolean {
  const most = Number(
    clusterOption(stack, 'stonith-max-attempts') ?? clusterOption(stack, 'fencing-max-attempts') ?? '10',
  )
  if ((p.state.fencing.attempts.get(target) ?? 0) < most) return false
  p.ports.say('alarm', stack.node, `fencing of ${target} failed ${most} times: given up until the next recheck`)
  return true
}

/** Failcounts that are over are taken away, with the failed operations that they counted. */
function clearFailures(p: Pacemaker, stack: Stack, action: GraphAction): void {
  const node = action.node ?? ''
  const rsc = baseName(action.rsc ?? action.key.replace(/_clear_failcount_0$/, ''))
  const of = (name: string): boolean => name.startsWith(`fail-count-${rsc}#`) || name.startsWith(`last-failure-${rsc}#`)
  const owner = p.state.stacks.get(node)
  const record = owner?.records.get(rsc)
  if (owner && record) owner.records.set(rsc, Object.freeze({ ...record, failure: undefined }))
  for (const name of [...(owner?.attributes.keys() ?? [])]) if (of(name)) owner?.attributes.delete(name)
  const status = statusOf(stack.cib, node)
  const attributes = new Map([...status.attributes].filter(([name]) => !of(name)))
  const history = owner?.running === 'up' ? new Map(owner.records) : status.history
  publish(p, stack, withStatus(stack.cib, node, { ...status, attributes, history }))
}

function completed(t: Transition, id: number): void {
  t.states[id] = 'done'
  for (const next of t.after[id] ?? []) {
    const missing = (t.missing[next] ?? 1) - 1
    t.missing[next] = missing
    if (missing === 0) t.ready.push(next)
  }
}

/** An answer to one of our actions. */
export function answered(p: Pacemaker, stack: Stack, ref: TransitionRef, succeeded: boolean, why: string): void {
  const t = stack.transition
  const action = t?.decision.actions[ref.action]
  if (!t || !action || t.id !== ref.transition || t.states[ref.action] !== 'running') return
  runsNoMore(t, action)
  if (succeeded || action.allowFail) completed(t, ref.action)
  else {
    t.states[ref.action] = 'failed'
    t.aborted ??= `${action.key} failed: ${why}`
  }
  fire(p, stack)
}

/** A node is lost: what it was to do will not be answered. */
export function nodeLost(p: Pacemaker, stack: Stack, node: string): void {
  const t = stack.transition
  if (!t) return
  for (const action of t.decision.actions) {
    if (action.node !== node || t.states[action.id] !== 'running' || action.op === 'stonith') continue
    runsNoMore(t, action)
    t.states[action.id] = 'failed'
  }
  t.aborted ??= `${node} is lost`
  if (t.running === 0) over(p, stack, t)
}

/** News from outside: finish what runs, then think again. */
export function abort(p: Pacemaker, stack: Stack, why: string): void {
  const t = stack.transition
  if (!t) {
    invokeSoon(p, stack)
    return
  }
  t.aborted ??= why
  if (t.running === 0) over(p, stack, t)
}

function over(p: Pacemaker, stack: Stack, t: Transition): void {
  stack.transition = undefined
  if (t.aborted !== undefined) invokeSoon(p, stack)
}

export function invokeSoon(p: Pacemaker, stack: Stack): void {
  if (stack.invokeDue || !controls(p, stack.node)) return
  stack.invokeDue = true
  p.ports.timer.after(drawFrom(p, p.ports.durations.decision), stack.node, { kind: 'invoke', node: stack.node })
}

export const coordinates = (p: Pacemaker, node: string): boolean =>
  controls(p, node) && stackOf(p, node).coordinator === node
