// crm_simulate's event options as the policy engine's events. `--set-datetime` and `--op-fail` are no events of the
// CIB: the one sets the clock, the other makes operations of the simulated transition fail.
import { type Instant, instant } from '../../../core/base/units.ts'
import type { Event } from '../../../core/scheduler/inject.ts'

export interface Events {
  readonly events: readonly Event[]
  readonly failures: readonly string[]
  readonly now: Instant | undefined
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
  return { events, failures, now }
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

/** ISO 8601, ordinal dates ("2005-020T12:30") included; without a zone it is local time, as crm_simulate reads it. */
export function instantOf(text: string): Instant | undefined {
  const ordinal = /^(\d{4})-(\d{3})(?:[T ](.*))?$/.exec(text.trim())
  const plain = ordinal ? fromOrdinal(ordinal[1] ?? '', ordinal[2] ?? '', ordinal[3]) : text.trim().replace(' ', 'T')
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(plain) ? `${plain}T00:00` : plain).getTime()
  return Number.isNaN(at) ? undefined : instant(at)
}

function fromOrdinal(year: string, day: string, time: string | undefined): string {
  const date = new Date(Date.UTC(Number(year), 0, Number(day)))
  return `${date.toISOString().slice(0, 10)}T${time ?? '00:00'}`
}
