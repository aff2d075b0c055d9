// Operation digests: whether the parameters of an operation are still those that a history entry was made with.
// A digest is the MD5 of the line ` <parameters a="1" b="2"/>` with sorted names, and a line end.

import { combine } from '../../cib/rules.ts'
import type { HistoryEntry } from '../../cib/types.ts'
import { asMilliseconds } from '../../cib/values.ts'
import { escapeAttribute } from '../../xml/print.ts'
import { md5 } from '../md5.ts'
import type { ClusterNode, Resource } from '../model.ts'
import type { Event } from '../unpack/event.ts'
import { parametersOf } from '../unpack/resources.ts'
import type { Unpacked } from '../world.ts'
import { findOperation, operationMeta } from './actions.ts'

export type Digested = 'same' | 'changed' | 'restart' | 'unknown'

export const digestOf = (parameters: ReadonlyMap<string, string>): string => md5(digested(parameters))

function digested(parameters: ReadonlyMap<string, string>): string {
  let text = ' <parameters'
  for (const name of [...parameters.keys()].sort()) text += ` ${name}="${escapeAttribute(parameters.get(name) ?? '')}"`
  return `${text}/>\n`
}

/** Of each resource the digest that was asked for last: in all the questions of a what-if it is the same. */
const lastDigests = new WeakMap<Resource['source'], { readonly text: string; readonly digest: string }>()

function knownDigest({ source }: Resource, parameters: ReadonlyMap<string, string>): string {
  const text = digested(parameters)
  const last = lastDigests.get(source)
  if (last?.text === text) return last.digest
  const digest = md5(text)
  lastDigests.set(source, { text, digest })
  return digest
}

/** The parameters an operation would be called with now, as far as digests look at them. */
function countedParameters(
  world: Unpacked,
  rsc: Resource,
  task: string,
  interval: number,
  node: ClusterNode,
): Map<string, string> {
  const op = findOperation(rsc, task, interval)
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
  const parameters = countedParameters(world, rsc, entry.operation, interval, node)
  return onlySecretsDiffer(rsc, parameters, entry) ? 'same' : compareAll(world, rsc, parameters, entry)
}

function compareAll(
  world: Unpacked,
  rsc: Resource,
  parameters: ReadonlyMap<string, string>,
  entry: HistoryEntry,
): Digested {
  const interval = Number(entry.interval ?? 0)
  if (world.rescheduled.has(entry)) return 'restart'
  if (entry.opRestartDigest !== undefined && entry.opRestartDigest !== restartDigest(parameters, entry))
    return 'restart'
  if (entry.opDigest === undefined) return 'unknown'
  if (knownDigest(rsc, parameters) === entry.opDigest) return 'same'
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
function restartDigest(parameters: ReadonlyMap<string, string>, entry: HistoryEntry): string {
  if (entry.opForceRestart === undefined) return digestOf(parameters)
  const names = new Set(words(entry.opForceRestart))
  return digestOf(new Map([...parameters].filter(([name]) => names.has(name))))
}

/** A failure is forgotten once the parameters that led to it are others, be it only a secret. */
export function paramsChangedSinceFailure(world: Unpacked, { rsc, node, entry, task }: Event): boolean {
  if (task !== 'start' && task !== 'monitor') return false
  const parameters = countedParameters(world, rsc, entry.operation, Number(entry.interval ?? 0), node)
  const result = compareAll(world, rsc, parameters, entry)
  return result === 'changed' || result === 'restart'
}
