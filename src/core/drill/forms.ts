// The grammar of scenario lines as a table: one row per form, with the words as they are written and what they mean.
// Words in capitals are places for a value of that kind. The table is also the documentation (docs/scenarios.md).
import { type Milliseconds, milliseconds, type NodeName } from '../base/units.ts'
import type { ConnectionState, DiskState } from '../drbd/words.ts'
import type { Condition, Statement } from './types.ts'
import type { Fault, Process } from './world.ts'

/** What a matched form carries, by the kind of place, in the order of the line. */
export interface Values {
  node(index?: number): NodeName
  nodes(): readonly NodeName[]
  service(): string
  volume(): string
  span(index?: number): Milliseconds
  number(index?: number): number
  process(): Process
  disk(): DiskState
  connection(): ConnectionState
}

export interface Form<T> {
  readonly form: string
  readonly make: (v: Values) => T
}

export type StatementBody = Statement extends infer S ? (S extends Statement ? Omit<S, 'line' | 'text'> : never) : never

const fault = (form: string, make: (v: Values) => Fault): Form<StatementBody> => ({
  form,
  make: v => ({ kind: 'fault', fault: make(v) }),
})

export const statementForms: readonly Form<StatementBody>[] = [
  fault('power off NODE', v => ({ kind: 'power', node: v.node(), action: 'off' })),
  fault('power on NODE', v => ({ kind: 'power', node: v.node(), action: 'on' })),
  fault('power reset NODE', v => ({ kind: 'power', node: v.node(), action: 'reset' })),
  fault('crash NODE', v => ({ kind: 'crash', node: v.node() })),
  fault('pause NODE', v => ({ kind: 'pause', node: v.node() })),
  fault('resume NODE', v => ({ kind: 'resume', node: v.node() })),
  fault('cut link NODE NODE', v => ({ kind: 'cut', from: v.node(0), to: v.node(1), oneWay: false })),
  fault('cut link NODE NODE one-way', v => ({ kind: 'cut', from: v.node(0), to: v.node(1), oneWay: true })),
  fault('cut link NUMBER NODE NODE', v => ({
    kind: 'cut',
    from: v.node(0),
    to: v.node(1),
    link: v.number(),
    oneWay: false,
  })),
  fault('cut link NUMBER NODE NODE one-way', v => ({
    kind: 'cut',
    from: v.node(0),
    to: v.node(1),
    link: v.number(),
    oneWay: true,
  })),
  fault('cut replication NODE NODE', v => ({
    kind: 'cut',
    from: v.node(0),
    to: v.node(1),
    link: 'replication',
    oneWay: false,
  })),
  fault('heal link NODE NODE', v => ({ kind: 'heal', from: v.node(0), to: v.node(1) })),
  fault('heal link NUMBER NODE NODE', v => ({ kind: 'heal', from: v.node(0), to: v.node(1), link: v.number() })),
  fault('heal replication NODE NODE', v => ({ kind: 'heal', from: v.node(0), to: v.node(1), link: 'replication' })),
  fault('loss PERCENT NODE NODE', v => ({ kind: 'loss', from: v.node(0), to: v.node(1), share: v.number() / 100 })),
  fault('loss PERCENT link NUMBER NODE NODE', v => ({
    kind: 'loss',
    from: v.node(0),
    to: v.node(1),
    share: v.number(0) / 100,
    link: v.number(1),
  })),
  fault('delay SPAN NODE NODE', v => ({
    kind: 'delay',
    from: v.node(0),
    to: v.node(1),
    delay: v.span(0),
    jitter: milliseconds(0),
  })),
  fault('delay SPAN jitter SPAN NODE NODE', v => ({
    kind: 'delay',
    from: v.node(0),
    to: v.node(1),
    delay: v.span(0),
    jitter: v.span(1),
  })),
  fault('kill PROCESS on NODE', v => ({ kind: 'kill', what: v.process(), node: v.node(), signal: 'KILL' })),
  fault('freeze PROCESS on NODE', v => ({ kind: 'kill', what: v.process(), node: v.node(), signal: 'STOP' })),
  fault('thaw PROCESS on NODE', v => ({ kind: 'kill', what: v.process(), node: v.node(), signal: 'CONT' })),
  fault('bmc NODE working', v => ({ kind: 'bmc', node: v.node(), state: 'working' })),
  fault('bmc NODE down', v => ({ kind: 'bmc', node: v.node(), state: 'down' })),
  fault('bmc NODE lying', v => ({ kind: 'bmc', node: v.node(), state: 'lying' })),
  fault('bmc NODE slow SPAN', v => ({ kind: 'bmc', node: v.node(), state: 'slow', delay: v.span() })),
  fault('disk VOLUME on NODE working', v => ({ kind: 'disk', volume: v.volume(), node: v.node(), state: 'working' })),
  fault('disk VOLUME on NODE error', v => ({ kind: 'disk', volume: v.volume(), node: v.node(), state: 'error' })),
  fault('disk VOLUME on NODE hang', v => ({ kind: 'disk', volume: v.volume(), node: v.node(), state: 'hang' })),
  fault('disk VOLUME on NODE full', v => ({ kind: 'disk', volume: v.volume(), node: v.node(), state: 'full' })),
  fault('clock NODE SPAN', v => ({ kind: 'clock', node: v.node(), jump: v.span() })),
  fault('standby NODE', v => ({ kind: 'standby', node: v.node(), on: true })),
  fault('unstandby NODE', v => ({ kind: 'standby', node: v.node(), on: false })),
  fault('switchover SERVICE', v => ({ kind: 'switchover', service: v.service() })),
  fault('switchover SERVICE to NODE', v => ({ kind: 'switchover', service: v.service(), to: v.node() })),
  fault('witness up', () => ({ kind: 'witness', state: 'up' })),
  fault('witness down', () => ({ kind: 'witness', state: 'down' })),
  fault('agent SERVICE working', v => ({ kind: 'agent', service: v.service(), behaviour: 'working' })),
  fault('agent SERVICE hang', v => ({ kind: 'agent', service: v.service(), behaviour: 'hang' })),
  fault('agent SERVICE lying', v => ({ kind: 'agent', service: v.service(), behaviour: 'lying' })),
  { form: 'wait SPAN', make: v => ({ kind: 'wait', span: v.span() }) },
  {
    form: 'expect outage of SERVICE below SPAN',
    make: v => ({ kind: 'expect-outage', service: v.service(), below: v.span() }),
  },
  {
    form: 'expect lost NUMBER of SERVICE',
    make: v => ({ kind: 'expect-lost', rows: v.number(), service: v.service() }),
  },
]

export const conditionForms: readonly Form<Condition>[] = [
  { form: 'NODE fenced', make: v => ({ kind: 'fenced', node: v.node() }) },
  { form: 'NODE online', make: v => ({ kind: 'membership', node: v.node(), state: 'online' }) },
  { form: 'NODE offline', make: v => ({ kind: 'membership', node: v.node(), state: 'offline' }) },
  { form: 'NODE unclean', make: v => ({ kind: 'membership', node: v.node(), state: 'unclean' }) },
  { form: 'NODE quorate', make: v => ({ kind: 'quorate', node: v.node() }) },
  { form: 'SERVICE running', make: v => ({ kind: 'running', service: v.service(), on: [] }) },
  { form: 'SERVICE running on NODES', make: v => ({ kind: 'running', service: v.service(), on: v.nodes() }) },
  { form: 'SERVICE stopped', make: v => ({ kind: 'stopped', service: v.service() }) },
  { form: 'VOLUME Primary on NODES', make: v => ({ kind: 'primary', volume: v.volume(), on: v.nodes() }) },
  {
    form: 'VOLUME DISK on NODES',
    make: v => ({ kind: 'disk', volume: v.volume(), on: v.nodes(), state: v.disk() }),
  },
  { form: 'NODE : disk DISK', make: v => ({ kind: 'disk', on: [v.node()], state: v.disk() }) },
  {
    form: 'NODE : connection CONNECTION',
    make: v => ({ kind: 'connection', node: v.node(), state: v.connection() }),
  },
  {
    form: 'VOLUME on NODE : connection CONNECTION',
    make: v => ({ kind: 'connection', volume: v.volume(), node: v.node(), state: v.connection() }),
  },
]

export const processes: readonly string[] = [
  'corosync',
  'pacemakerd',
  'pacemaker-controld',
  'pacemaker-execd',
  'pacemaker-fenced',
]
