// A transport's failure as one sentence for people, with the way out.
import { showDuration } from '../../core/base/units.ts'
import type { TransportFailure } from './transport.ts'

export function showTransportFailure(failure: TransportFailure): string {
  switch (failure.kind) {
    case 'unreachable':
      return `${failure.node} cannot be reached: ${failure.detail}`
    case 'host-key':
      return `${failure.node} shows a host key that is not the known one (${failure.detail}); check that it is the right machine, then correct known_hosts`
    case 'authentication':
      return `${failure.node} does not let us in: ${failure.detail}; is the key in its authorized_keys and loaded here (ssh-add -l)?`
    case 'sudo':
      return `${failure.node}: this login cannot become root without a password (sudo -n: ${failure.detail})`
    case 'timed-out':
      return `${failure.node}: ${failure.command} took longer than ${showDuration(failure.after)}`
    case 'connection-lost':
      return `${failure.node}: the connection was lost during ${failure.command}: ${failure.detail}`
    case 'aborted':
      return `${failure.node}: ${failure.command} was interrupted`
    case 'unreadable':
      return `${failure.node}: ${failure.path} cannot be read: ${failure.detail}`
    default:
      return failure satisfies never
  }
}
