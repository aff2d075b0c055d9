// Operation digests: whether the parameters of an operation are still those that a history entry was made with.
// A digest is the MD5 of the line ` <parameters a="1" b="2"/>` with sorted names, and a line end.

import { once } from '../../base/once.ts'
import { combine, hasRule } from '../../cib/rules.ts'
import type { Configuration, HistoryEntry, Operation } from '../../cib/types.ts'
import { asMilliseconds } from '../../cib/values.ts'
import { escapeAttribute } from '../../xml/print.ts'
import { md5 } from '../md5.ts'
import type { ClusterNode, Resource } from '../model.ts'
import type { Event } from '../unpack/event.ts'
import { hasRuledParameters, parametersOf } from '../unpack/resources.ts'
import type { Unpacked } from '../world.ts'
import { findOperation, isMetaRuled, keyOf, operationMeta } from './actions.ts'

export type Digested = 'same' | 'changed' | 'restart' | 'unknown'

export const digestOf = (parameters: ReadonlyMap<string, string>): string => md5(digested(parameters))

function digested(parameters: ReadonlyMap<string, string>): string {
  let text = ' <parameters'
  for (const name of [...parameters.keys()].sort()) text += ` ${name}="${escapeAttribute(parameters.get(name) ?? '')}"`
  return `${text}/>\n`
}

/** The parameters an operation would be called with now, as far as digests look at them, and their digest. */
interface Call {
  readonly parameters: ReadonlyMap<string, string>
  readonly digest: string
}

/** Where no rule and no host has a say, a call is the same on all nodes and in all the questions of a what-if. */
const sharedCalls = once((_: Configuration) => new WeakMap<Resource['source'], Map<string, Call>>())

function callOf(world: Unpacked, rsc: Resource, task: string, interval: number, node: ClusterNode): Call {
  const op = findOperation(rsc, task, interval)
  if (dependsOnRules(world, rsc, op) || needsHost(rsc)) return makeCall(world, rsc, op, task, interval, node)
  const shared = sharedCalls(world.cib.configuration)
  let calls = shared.get(rsc.source)
  if (!calls) {
    calls = new Map()
    shared.set(rsc.source, calls)
  }
  const key = keyOf(rsc.baseId, task, interval)
  let call = calls.get(key)
  if (!call) {
    call = makeCall(world, rsc, op, task, interval, node)
    calls.set(key, call)
  }
  return call
}

function dependsOnRules(world: Unpacked, rsc: Resource, op: Operation | undefined): boolean {
  return hasRuledParameters(rsc) || (op?.parameters.some(hasRule) ?? false) || isMetaRuled(world, op)
}

function makeCall(
  world: Unpacked,
  rsc: Resource,
  op: Operation | undefined,
  task: string,
  interval: number,
  node: ClusterNode,
): Call {
  const parameters = countedParameters(world, rsc, op, task, interval, node)
  return { parameters, digest: digestOf(parameters) }
}

function countedParameters(
  world: Unpacked,
  rsc: Resource,
  op: Operation | undefined,
  task: string,
  interval: number,
  node: ClusterNode,
): ReadonlyMap<string, string> {
  const result = new Map<string, string>()
  if (op) combine(op.parameters, { ...world.rules, node: name => node.attributes.get(name) }, result)
  for (const [name, value] of parametersOf(world, rsc, node)) {
    if (!result.has(name) && !own.has(name) && !name.startsWith('CRM_meta')) result.set(name, value)
  }
  if (needsHost(rsc)) result.set('addr', hostOf(rsc)?.name ?? '#uname')
  if (interval > 0) {
    const timeout = operationMeta(world, rsc, op, task, interval).get('timeout')
    result.set('CRM_meta_timeout', String(asMilliseconds(timeout) ?? 20_000))
  }
  return result
}

/** A connection into a bundle without an address of its own leads to the node that the container is on. */
export const needsHost = (rsc: Resource): boolean =>
  rsc.isRemoteConnection &&
  rsc.container !== undefined &&
  rsc.parameterSets.some(set => set.pairs.some(pair => pair.value === '#uname'))

const hostOf = (rsc: Resource): ClusterNode | undefined => rsc.container?.assigned ?? rsc.container?.runningOn[0]

/** What the agent is really called with. */
export function calledWith(world: Unpacked, rsc: Resource, node: ClusterNode | undefined): ReadonlyMap<string, string> {
  const parameters = parametersOf(world, rsc, node)
  const host = needsHost(rsc) ? hostOf(rsc) : undefined
  return host ? new Map([...parameters, ['addr', host.name]]) : parameters
}

const own = new Set(['id', 'crm_feature_set', 'op_target_rc'])

const words = (text: string | undefined): readonly string[] => (text ?? '').split(' ').filter(name => name !== '')

export function compareDigests(world: Unpacked, rsc: Resource, node: ClusterNode, entry: HistoryEntry): Digested {
  if (entry.opDigest === undefined && entry.opRestartDigest === undefined && entry.opSecureDigest === undefined) {
    return world.rescheduled.has(entry) ? 'restart' : 'unknown'
  }
  const interval = Number(entry.interval ?? 0)
  const call = callOf(world, rsc, entry.operation, interval, node)
  return onlySecretsDiffer(rsc, call.parameters, entry) ? 'same' : compareAll(world, rsc, call, entry)
}

function compareAll(world: Unpacked, rsc: Resource, call: Call, entry: HistoryEntry): Digested {
  const interval = Number(entry.interval ?? 0)
  if (world.rescheduled.has(entry)) return 'restart'
  if (entry.opRestartDigest !== undefined && entry.opRestartDigest !== restartDigest(call, entry)) return 'restart'
  if (entry.opDigest === undefined) return 'unknown'
  if (call.digest === entry.opDigest) return 'same'
  const op = findOperation(rsc, entry.operation, interval)
  return interval === 0 && op && op.parameters.length > 0 ? 'restart' : 'changed'
}

/** A CIB kept for a bug report may have its passwords blotted out: the digest without them still agrees. */
function onlySecretsDiffer(rsc: Resource, parameters: ReadonlyMap<string, string>, entry: HistoryEntry): boolean {
  if (entry.opSecureDigest === undefined) return false
  const secret = new Set(words(entry.opSecureParams))
  const counts = (name: string): boolean =>
    !secret.has(name) && !name.startsWith('CRM_meta') && !(rsc.fenceDevice && name.startsWith('pcmk_'))
  return digestOf(new Map([...parameters].filter(([name]) => counts(name)))) === entry.opSecureDigest
}

/** op-force-restart lists the parameters that can change only by a restart. */
function restartDigest({ parameters, digest }: Call, entry: HistoryEntry): string {
  if (entry.opForceRestart === undefined) return digest
  const names = new Set(words(entry.opForceRestart))
  return digestOf(new Map([...parameters].filter(([name]) => names.has(name))))
}

/** A failure is forgotten once the parameters that led to it are others, be it only a secret. */
export function paramsChangedSinceFailure(world: Unpacked, { rsc, node, entry, task }: Event): boolean {
  if (task !== 'start' && task !== 'monitor') return false
  const call = callOf(world, rsc, entry.operation, Number(entry.interval ?? 0), node)
  const result = compareAll(world, rsc, call, entry)
  return result === 'changed' || result === 'restart'
}
