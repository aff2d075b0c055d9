// The coordinator carries out what the scheduler decided: every action when those before it are done, pseudo-actions at
// once, operations by the executors, fencing by the fencer. A failure or news from outside aborts: nothing new begins,
// what runs is awaited, then the scheduler is asked again. Source: Pacemaker Administration, "Transitions".
import type { Decision, GraphAction } from '../../scheduler/decision.ts'
import { statusOf, withStatus } from './cib-copy.ts'
import { fence } from './fencer.ts'
import { publish } from './partition.ts'
import type { Pacemaker } from './ports.ts'
import { baseName, controls, drawFrom, primitivesOf, stackOf } from './ports.ts'
import type { Stack, Transition, TransitionRef } from './types.ts'

export function begin(p: Pacemaker, stack: Stack, decision: Decision): void {
  const { actions, edges } = decision
  const after: number[][] = actions.map(() => [])
  const missing = actions.map(() => 0)
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
  while (again) {
    again = false
    for (const action of t.decision.actions) {
      if (t.states[action.id] !== 'waiting' || (t.missing[action.id] ?? 0) > 0 || !hasRoom(p, stack, t, action))
        continue
      if (start(p, stack, t, action)) again = true
    }
  }
  if (t.running === 0) over(p, stack, t)
}

/** batch-limit, and the load that one node may have at a time. */
function hasRoom(p: Pacemaker, stack: Stack, t: Transition, action: GraphAction): boolean {
  if (action.kind !== 'rsc') return true
  const limit = Number(clusterOption(stack, 'batch-limit') ?? '0')
  if (limit > 0 && t.running >= limit) return false
  const perNode = Number(clusterOption(stack, 'node-action-limit') ?? '0') || 8
  const own = t.decision.actions.filter(a => a.node === action.node && t.states[a.id] === 'running' && a.kind === 'rsc')
  return own.length < perNode && p.state.stacks.has(action.node ?? '')
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

const isUnique = (stack: Stack, rsc: string): boolean =>
  stack.cib.configuration.resources.some(
    r =>
      r.kind === 'clone' &&
      r.meta.some(set => set.pairs.some(pair => pair.name === 'globally-unique' && pair.value === 'true')) &&
      primitivesOf([r]).some(p => p.id === rsc),
  )

/** True where the action was done on the spot. */
function start(p: Pacemaker, stack: Stack, t: Transition, action: GraphAction): boolean {
  const ref: TransitionRef = { coordinator: stack.node, transition: t.id, action: action.id }
  if (action.kind === 'pseudo') {
    completed(t, action.id)
    return true
  }
  if (action.kind === 'cluster') return startClusterAction(p, stack, t, action, ref)
  t.states[action.id] = 'running'
  t.running += 1
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
    t.states[action.id] = 'running'
    t.running += 1
    fence(p, stack, action.node ?? '', action.fence ?? 'reboot', ref)
    return false
  }
  if (action.op === 'do_shutdown' && action.node !== undefined) {
    t.states[action.id] = 'running'
    t.running += 1
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
  for (const next of t.after[id] ?? []) t.missing[next] = (t.missing[next] ?? 1) - 1
}

/** An answer to one of our actions. */
export function answered(p: Pacemaker, stack: Stack, ref: TransitionRef, succeeded: boolean, why: string): void {
  const t = stack.transition
  if (!t || t.id !== ref.transition || t.states[ref.action] !== 'running') return
  t.running -= 1
  const action = t.decision.actions[ref.action]
  if (succeeded || action?.allowFail) completed(t, ref.action)
  else {
    t.states[ref.action] = 'failed'
    t.aborted ??= `${action?.key ?? 'an action'} failed: ${why}`
  }
  fire(p, stack)
}

/** A node is lost: what it was to do will not be answered. */
export function nodeLost(p: Pacemaker, stack: Stack, node: string): void {
  const t = stack.transition
  if (!t) return
  for (const action of t.decision.actions) {
    if (action.node !== node || t.states[action.id] !== 'running' || action.op === 'stonith') continue
    t.running -= 1
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
