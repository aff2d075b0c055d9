// The executor of one node: runs the agents' operations one after the other per resource, repeats the monitors, keeps
// the history, and reports to the coordinator. An operation that does not end within its timeout is given up and counts
// as failed. Source: Pacemaker Explained, "Resource operations"; Pacemaker Administration, "Agent return codes".

import type { HistoryEntry, Primitive } from '../../cib/types.ts'
import { digestOf } from '../../scheduler/act/digests.ts'
import { lookAt } from '../agents/agent.ts'
import { agentOf } from '../agents/registry.ts'
import type { Pacemaker } from './ports.ts'
import { baseName, depthOf, drawFrom, parameters, primitive, stackOf } from './ports.ts'
import type { QueuedOperation, ResourceRecord, RunningOperation, Stack } from './types.ts'

const timedOut = 198
const pending = 193

export function enqueue(p: Pacemaker, node: string, operation: QueuedOperation): void {
  const stack = stackOf(p, node)
  if (stack.running !== 'up') return
  if (operation.operation === 'cancel') {
    stack.recurring.delete(`${operation.rsc}/${operation.interval}`)
    forgetRecurring(stack, operation.rsc, operation.interval)
    report(p, stack, operation.transition, true, '')
    return
  }
  if (endsMonitors.has(operation.operation)) stopMonitors(stack, operation.rsc)
  stack.queue.push(operation)
  startNext(p, stack)
}

const endsMonitors = new Set(['stop', 'demote', 'promote', 'migrate_from', 'migrate_to'])

function stopMonitors(stack: Stack, rsc: string): void {
  for (const [key, recurring] of stack.recurring) {
    if (recurring.rsc !== rsc) continue
    stack.recurring.delete(key)
    forgetRecurring(stack, rsc, recurring.interval)
  }
}

function forgetRecurring(stack: Stack, rsc: string, interval: number): void {
  const record = stack.records.get(rsc)
  if (!record) return
  const recurring = new Map(record.recurring)
  recurring.delete(interval)
  stack.records.set(rsc, Object.freeze({ ...record, recurring }))
}

function startNext(p: Pacemaker, stack: Stack): void {
  const busy = new Set([...stack.operations.values()].map(operation => operation.rsc))
  const waiting = stack.queue
  stack.queue = []
  for (const operation of waiting) {
    if (busy.has(operation.rsc)) stack.queue.push(operation)
    else {
      busy.add(operation.rsc)
      begin(p, stack, operation)
    }
  }
}

function begin(p: Pacemaker, stack: Stack, queued: QueuedOperation): void {
  const number = p.state.nextOperation++
  const running: RunningOperation = { ...queued, number, look: 0, startedAt: p.ports.timer.now() }
  stack.operations.set(number, running)
  if (queued.interval === 0 && queued.operation !== 'monitor' && queued.operation !== 'notify')
    remember(p, stack, running, pending, '-1', undefined)
  look(p, stack.node, number)
}

/** Looks at an operation: it goes on for a while, it is over, or it has run out of time. */
export function look(p: Pacemaker, node: string, number: number): void {
  const stack = stackOf(p, node)
  const operation = stack.operations.get(number)
  if (!operation) return
  const now = p.ports.timer.now()
  const deadline = operation.startedAt + operation.timeout
  if (now >= deadline && operation.look > 0) {
    finish(p, stack, operation, 1, 'timed out')
    return
  }
  const of = primitive(stack, operation.rsc)
  if (!of) {
    finish(p, stack, operation, operation.operation === 'monitor' ? 7 : 0, undefined)
    return
  }
  const call = {
    node,
    rsc: of.id,
    operation: operation.operation,
    parameters: parameters(of),
    look: operation.look,
    startedAt: operation.startedAt,
    depth: depthOf(of, operation.operation, operation.interval),
  }
  const answer = lookAt(agentOf(of), p.ports.agents, call)
  operation.look += 1
  if (answer.kind === 'done') finish(p, stack, operation, answer.rc, answer.why)
  else p.ports.timer.after(Math.min(answer.span, deadline - now), node, { kind: 'look', node, operation: number })
}

function finish(p: Pacemaker, stack: Stack, operation: RunningOperation, rc: number, why: string | undefined): void {
  stack.operations.delete(operation.number)
  const gaveUp = why === 'timed out'
  const recurring = stack.recurring.get(`${operation.rsc}/${operation.interval}`)
  const isRepetition = operation.interval > 0 && operation.transition === undefined
  if (operation.interval > 0 && isRepetition && !recurring) {
    startNext(p, stack)
    return
  }
  const unchanged = isRepetition && recurring?.lastRc === rc && !gaveUp
  if (!unchanged) concluded(p, stack, operation, rc, gaveUp, why)
  if (operation.interval > 0) repeatLater(p, stack, operation, rc)
  startNext(p, stack)
  flushAttributes(p, stack)
}

function concluded(
  p: Pacemaker,
  stack: Stack,
  operation: RunningOperation,
  rc: number,
  gaveUp: boolean,
  why: string | undefined,
): void {
  const isProbe = operation.operation === 'monitor' && operation.interval === 0
  const good = rc === operation.expected && !gaveUp
  if (operation.operation !== 'notify')
    remember(p, stack, operation, gaveUp ? 1 : rc, gaveUp ? '2' : [0, 7, 8].includes(rc) ? '0' : '4', why)
  if (!good && !isProbe && operation.operation !== 'notify')
    countFailure(p, stack, operation, gaveUp ? timedOut : rc, why)
  else if (operation.interval === 0 && !isProbe && operation.operation !== 'notify')
    p.ports.say('detail', stack.node, `${operation.operation} ${baseName(operation.rsc)}`)
  report(p, stack, operation.transition, good || isProbe || operation.operation === 'notify', why ?? `rc ${rc}`)
}

function countFailure(
  p: Pacemaker,
  stack: Stack,
  operation: RunningOperation,
  rc: number,
  why: string | undefined,
): void {
  const what = `${baseName(operation.rsc)}#${operation.operation}_${operation.interval}`
  const fatal = operation.operation === 'stop' || operation.operation === 'start'
  const before = Number(stack.attributes.get(`fail-count-${what}`) ?? '0')
  stack.attributes.set(`fail-count-${what}`, fatal ? 'INFINITY' : String(before + 1))
  stack.attributes.set(`last-failure-${what}`, String(Math.floor(p.ports.instant(stack.node) / 1_000)))
  stack.attributesChanged = true
  p.ports.say(
    'state',
    stack.node,
    `${operation.operation} of ${baseName(operation.rsc)} failed: ${why ?? `exit code ${rc}`}`,
  )
}

/** Writes the history as the node's lrm section has it. */
function remember(
  p: Pacemaker,
  stack: Stack,
  operation: RunningOperation,
  rc: number,
  status: string,
  why: string | undefined,
): void {
  const of = primitive(stack, operation.rsc)
  const old: ResourceRecord = stack.records.get(operation.rsc) ?? {
    id: operation.rsc,
    class: of?.class ?? 'ocf',
    provider: of?.provider,
    type: of?.type ?? '',
    last: undefined,
    failure: undefined,
    recurring: new Map(),
  }
  const entry = historyEntry(p, stack, operation, rc, status, why)
  const failed = status !== '-1' && (rc !== operation.expected || status !== '0')
  const isProbe = operation.operation === 'monitor' && operation.interval === 0
  const recurring = new Map(old.recurring)
  if (operation.interval > 0) recurring.set(operation.interval, entry)
  const record: ResourceRecord = {
    ...old,
    last: operation.interval === 0 ? entry : old.last,
    failure: failed && !isProbe ? { ...entry, id: `${operation.rsc}_last_failure_0` } : old.failure,
    recurring,
  }
  stack.records.set(operation.rsc, Object.freeze(record))
}

function historyEntry(
  p: Pacemaker,
  stack: Stack,
  operation: RunningOperation,
  rc: number,
  status: string,
  why: string | undefined,
): HistoryEntry {
  const at = String(Math.floor(p.ports.instant(stack.node) / 1_000))
  const transition = operation.transition?.transition ?? 0
  const key = `${operation.transition?.action ?? 0}:${transition}:${operation.expected}:${uuid}`
  return {
    id:
      operation.interval === 0
        ? `${operation.rsc}_last_0`
        : `${operation.rsc}_${operation.operation}_${operation.interval}`,
    operation: operation.operation,
    operationKey: `${operation.rsc}_${operation.operation}_${operation.interval}`,
    callId: status === '-1' ? '-1' : String(stack.nextCall++),
    rcCode: String(rc),
    opStatus: status,
    interval: String(operation.interval),
    transitionKey: key,
    transitionMagic: `${status}:${rc};${key}`,
    onNode: stack.node,
    lastRcChange: at,
    lastRun: at,
    execTime: String(Math.round(p.ports.timer.now() - operation.startedAt)),
    queueTime: '0',
    opDigest: digestFor(stack, operation),
    ...(why === undefined ? {} : { exitReason: why }),
  }
}

const digests = new WeakMap<Primitive, Map<string, string>>()

/** The digest of the parameters with which the agent was called, so that a later change of them is noticed. */
function digestFor(stack: Stack, operation: RunningOperation): string {
  const of = primitive(stack, operation.rsc)
  if (!of) return ''
  const known = digests.get(of) ?? new Map<string, string>()
  digests.set(of, known)
  const key = operation.interval > 0 ? String(operation.timeout) : ''
  const digest =
    known.get(key) ??
    digestOf(new Map([...parameters(of), ...(key === '' ? [] : [['CRM_meta_timeout', key] as const])]))
  known.set(key, digest)
  return digest
}

/** The simulated controller's own identity; it need not be unique. */
const uuid = '00000000-0000-4000-8000-000000000001'

function repeatLater(p: Pacemaker, stack: Stack, operation: RunningOperation, rc: number): void {
  const key = `${operation.rsc}/${operation.interval}`
  if (operation.transition !== undefined)
    stack.recurring.set(key, {
      rsc: operation.rsc,
      operation: operation.operation,
      interval: operation.interval,
      timeout: operation.timeout,
      expected: operation.expected,
      lastRc: rc,
    })
  const recurring = stack.recurring.get(key)
  if (!recurring) return
  recurring.lastRc = rc
  if (p.ports.bugs.has('monitor-never-runs')) return
  p.ports.timer.after(operation.interval, stack.node, { kind: 'repeat', node: stack.node, key })
}

export function repeat(p: Pacemaker, node: string, key: string): void {
  const stack = stackOf(p, node)
  const recurring = stack.recurring.get(key)
  if (!recurring || stack.running !== 'up') return
  const twin = [...stack.operations.values()].some(o => o.rsc === recurring.rsc && o.interval === recurring.interval)
  if (twin) return
  stack.queue.push({ ...recurring, transition: undefined, notification: undefined })
  startNext(p, stack)
}

/** Tells the coordinator; if there is none, the next one will read the history when it takes over. */
export function report(
  p: Pacemaker,
  stack: Stack,
  transition: QueuedOperation['transition'],
  succeeded: boolean,
  why: string,
): void {
  const to = transition?.coordinator ?? stack.coordinator
  if (to === undefined) return
  stack.attributesChanged = false
  p.ports.timer.after(drawFrom(p, p.ports.durations.dispatch), to, {
    kind: 'report',
    from: stack.node,
    to,
    transition,
    succeeded,
    why,
  })
}

/** Promotion scores and failcounts that nobody has been told of yet. */
export function flushAttributes(p: Pacemaker, stack: Stack): void {
  if (stack.attributesChanged && stack.running === 'up') report(p, stack, undefined, true, 'attributes')
}
