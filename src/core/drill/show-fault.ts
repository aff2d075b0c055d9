// A fault as it would stand in a scenario: the same words in the report of every world.
import type { Fault } from './world.ts'

export function showFault(fault: Fault): string {
  switch (fault.kind) {
    case 'power':
      return `power ${fault.action} ${fault.node}`
    case 'cut':
    case 'heal': {
      const which =
        fault.link === 'replication' ? 'replication' : `link${fault.link === undefined ? '' : ` ${fault.link}`}`
      return `${fault.kind} ${which} ${fault.from} ${fault.to}${fault.kind === 'cut' && fault.oneWay ? ' one-way' : ''}`
    }
    case 'loss': {
      const link = fault.link === undefined ? '' : `link ${fault.link} `
      return `loss ${Number((fault.share * 100).toFixed(1))}% ${link}${fault.from} ${fault.to}`
    }
    case 'delay':
      return `delay ${fault.delay}ms${fault.jitter > 0 ? ` jitter ${fault.jitter}ms` : ''} ${fault.from} ${fault.to}`
    case 'kill':
      return `${{ KILL: 'kill', STOP: 'freeze', CONT: 'thaw' }[fault.signal]} ${fault.what} on ${fault.node}`
    case 'bmc':
      return `bmc ${fault.node} ${fault.state}${fault.delay === undefined ? '' : ` ${fault.delay}ms`}`
    case 'disk':
      return `disk ${fault.volume} on ${fault.node} ${fault.state}`
    case 'clock':
      return `clock ${fault.node} ${fault.jump}ms`
    case 'standby':
      return `${fault.on ? 'standby' : 'unstandby'} ${fault.node}`
    case 'switchover':
      return `switchover ${fault.service}${fault.to === undefined ? '' : ` to ${fault.to}`}`
    case 'witness':
      return `witness ${fault.state}`
    case 'agent':
      return `agent ${fault.service} ${fault.behaviour}`
    case 'crash':
    case 'pause':
    case 'resume':
      return `${fault.kind} ${fault.node}`
    default:
      return fault satisfies never
  }
}
