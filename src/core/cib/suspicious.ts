// What Pacemaker reads with a complaint: `crm_verify` calls such a configuration invalid, the scheduler goes on. Here they
// are warnings, so that the answer is Pacemaker's and nobody overlooks them.
import type { Reading } from './reading.ts'
import type { Cib, Item, Operation, Resource } from './types.ts'
import { asBoolean, asMilliseconds } from './values.ts'

export function warn(cib: Cib, reading: Reading): void {
  for (const resource of cib.configuration.resources) sameOperations(resource, reading)
  for (const resource of cib.configuration.resources) withoutTemplate(resource, cib, reading)
  withoutFenceDevice(cib, reading)
  needsFencing(cib, reading)
}

function sameOperations(resource: Resource, reading: Reading): void {
  if (resource.kind === 'group') for (const member of resource.members) sameOperations(member, reading)
  if (resource.kind === 'clone') sameOperations(resource.child, reading)
  if (resource.kind === 'bundle' && resource.primitive) sameOperations(resource.primitive, reading)
  if (resource.kind !== 'primitive') return
  const seen = new Map<string, Operation>()
  for (const operation of resource.operations) {
    const key = `${operation.name} every ${(asMilliseconds(operation.interval) ?? 0) / 1_000} s`
    const first = seen.get(key)
    if (!first) seen.set(key, operation)
    else if (first.id !== operation.id) {
      const message = `the operations "${first.id}" and "${operation.id}" are both ${key}: the first one counts`
      reading.complain('warning', 'same-operation', message, operation.at)
    }
  }
}

function withoutTemplate(resource: Resource, cib: Cib, reading: Reading): void {
  if (resource.kind === 'group') for (const member of resource.members) withoutTemplate(member, cib, reading)
  if (resource.kind === 'clone') withoutTemplate(resource.child, cib, reading)
  if (resource.kind !== 'primitive' || resource.template === undefined) return
  if (cib.configuration.templates.some(template => template.id === resource.template)) return
  const message = `"${resource.template}", after which "${resource.id}" is made, is no template`
  reading.complain('warning', 'no-template', message, resource.at)
}

/** What can only be done by fencing, where it is switched off. */
function needsFencing({ configuration }: Cib, reading: Reading): void {
  const pairs = configuration.options.flatMap(set => set.pairs)
  const find = (name: string) => pairs.find(pair => pair.name === name)
  const enabled = find('stonith-enabled') ?? find('fencing-enabled')
  if (!enabled || asBoolean(enabled.value, true)) return
  const say = (what: string, at: Item['at']): void =>
    reading.complain('warning', 'fencing-is-off', `${what} means nothing while fencing is switched off`, at)
  const policy = find('no-quorum-policy')
  if (policy?.value === 'suicide') say('no-quorum-policy=suicide', policy.at)
  for (const constraint of configuration.constraints) {
    if (constraint.kind === 'ticket' && constraint.lossPolicy === 'fence')
      say(`loss-policy=fence of "${constraint.id}"`, constraint.at)
  }
  const visit = (resource: Resource): void => {
    if (resource.kind === 'group') resource.members.forEach(visit)
    else if (resource.kind === 'clone') visit(resource.child)
    else if (resource.kind === 'primitive') {
      for (const operation of resource.operations) {
        if (operation.attributes.get('on-fail') === 'fence') say(`on-fail=fence of "${operation.id}"`, operation.at)
      }
    }
  }
  configuration.resources.forEach(visit)
}

/** Fencing is on unless it is switched off; with nothing to fence with, nothing is started. */
function withoutFenceDevice({ configuration }: Cib, reading: Reading): void {
  const { options, resources } = configuration
  if (resources.length === 0) return
  const pairs = options.flatMap(set => set.pairs)
  const value = (name: string): string | undefined => pairs.find(pair => pair.name === name)?.value
  if (!asBoolean(value('stonith-enabled') ?? value('fencing-enabled'), true) || asBoolean(value('have-watchdog')))
    return
  if (resources.some(resource => isFenceDevice(resource, configuration.templates))) return
  const message = 'fencing is demanded, but there is no fence device: no resource is started or stopped'
  const hint = 'configure a fence device; only where data cannot be lost: stonith-enabled=false'
  reading.complain('warning', 'no-fence-device', message, resources[0]?.at, hint)
}

function isFenceDevice(resource: Resource, templates: Cib['configuration']['templates']): boolean {
  switch (resource.kind) {
    case 'primitive':
      return (resource.class ?? templates.find(one => one.id === resource.template)?.class) === 'stonith'
    case 'group':
      return resource.members.some(member => isFenceDevice(member, templates))
    case 'clone':
      return isFenceDevice(resource.child, templates)
    default:
      return false
  }
}
