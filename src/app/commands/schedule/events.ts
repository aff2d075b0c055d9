// crm_simulate's event options as the policy engine's events. `--set-datetime` and `--op-fail` are no events of the
// CIB: the one sets the clock, the other makes operations of the simulated transition fail.
import type { Problem } from '../../../core/base/result.ts'
import { type Instant, instant } from '../../../core/base/units.ts'
import { asInstant } from '../../../core/cib/values.ts'
import type { Event } from '../../../core/scheduler/inject.ts'

export interface Events {
  readonly events: readonly Event[]
  readonly failures: readonly string[]
  readonly now: Instant | undefined
  readonly problems: readonly Problem[]
}

export interface EventOption {
  readonly name: string
  readonly value: string
  readonly about: string
}

export const eventOptions: readonly EventOption[] = [
  { name: '--node-up', value: 'node', about: 'the node joins the cluster' },
  { name: '--node-down', value: 'node', about: 'the node leaves in order' },
  { name: '--node-fail', value: 'node', about: 'the node is lost' },
  { name: '--op-inject', value: 'spec', about: 'RESOURCE_OPERATION_INTERVALms@NODE=CODE: an agent reported this' },
  {
    name: '--op-fail',
    value: 'spec',
    about: 'RESOURCE_OPERATION_INTERVALms@NODE=CODE: with --simulate, this operation fails',
  },
  { name: '--quorum', value: '0|1', about: 'the cluster loses or has quorum' },
  { name: '--ticket-grant', value: 'ticket', about: 'the ticket is granted' },
  { name: '--ticket-revoke', value: 'ticket', about: 'the ticket is revoked' },
  { name: '--ticket-standby', value: 'ticket', about: 'the ticket is put on standby' },
  { name: '--ticket-activate', value: 'ticket', about: 'the ticket is active again' },
  { name: '--set-datetime', value: 'time', about: 'what "now" is (ISO 8601)' },
]

/** Option and value by turns, as `--node-fail`, `alpha`. */
export function readEvents(words: readonly string[]): Events {
  const events: Event[] = []
  const failures: string[] = []
  let now: Instant | undefined
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [option, value = ''] = words.slice(at, at + 2)
    if (option === '--set-datetime') now = instantOf(value)
    else if (option === '--op-fail') failures.push(value)
    else {
      const event = eventOf(option ?? '', value)
      if (event) events.push(event)
    }
  }
  // crm_simulate 2.1.5 looks at the quorum option only where another event goes with it, and its answers are ours.
  const inert = events.length > 0 && events.every(event => event.kind === 'quorum')
  return { events: inert ? [] : events, failures, now, problems: inert ? [quorumAlone] : [] }
}

const quorumAlone: Problem = {
  severity: 'warning',
  code: 'quorum-alone',
  message: '--quorum has no effect on its own, as in crm_simulate',
  hint: 'add another event that changes nothing, as --node-up of a node that is up',
}

function eventOf(option: string, value: string): Event | undefined {
  switch (option) {
    case '--node-up':
    case '--node-down':
    case '--node-fail':
      return {
        kind: option === '--node-up' ? 'node-up' : option === '--node-down' ? 'node-down' : 'node-fail',
        node: value,
      }
    case '--op-inject':
      return { kind: 'op-inject', spec: value }
    case '--quorum':
      return { kind: 'quorum', value: value === '1' || value === 'true' }
    case '--ticket-grant':
      return { kind: 'ticket-grant', ticket: value }
    case '--ticket-revoke':
      return { kind: 'ticket-revoke', ticket: value }
    case '--ticket-standby':
      return { kind: 'ticket-standby', ticket: value }
    case '--ticket-activate':
      return { kind: 'ticket-activate', ticket: value }
    default:
      return undefined
  }
}

/** ISO 8601; undefined where it is no date. */
export function instantOf(text: string): Instant | undefined {
  const at = asInstant(text)
  return at === undefined ? undefined : instant(at)
}
