// The one change that a switchover makes: a location constraint with an end of its own, and its removal. Each command goes
// to the first machine that can run it; they all speak for the same cluster.
import { type NodeName, nodeName, seconds } from '../../core/base/units.ts'
import { troubleText } from '../../core/plan/trouble-text.ts'
import type { Command, Outcome } from '../../io/transport/transport.ts'
import type { Session } from '../session.ts'
import type { Leftover, Move } from './decide.ts'

/** Asks Pacemaker to move; the answer is what went wrong. */
export async function ask(session: Session, { units, to }: Move, signal: AbortSignal): Promise<string | undefined> {
  for (const unit of units) {
    const args = ['--move', '--resource', unit, '--node', to, '--lifetime', 'PT1H']
    const command: Command = { program: 'crm_resource', args, asRoot: true, timeout: seconds(30) }
    const why = await onAny(session, to, command, signal)
    // Where the daemon runs everywhere, one of its addresses may be there already.
    if (why !== undefined && !/already exists/.test(why)) return why
  }
  return undefined
}

/** Runs it on the first machine that can, the best one first; the answer is what went wrong. */
async function onAny(
  session: Session,
  first: NodeName,
  command: Command,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const others = [...session.transports.values()].filter(transport => transport.node !== first)
  const own = session.transports.get(first)
  let why = 'no machine can be reached'
  for (const transport of own ? [own, ...others] : others) {
    const result = await transport.run(command, signal)
    if (result.ok && result.value.exitCode === 0) return undefined
    why = result.ok
      ? `${transport.node}: ${command.program}: ${said(result.value)}`
      : troubleText(result.failure).message
    if (signal?.aborted) return why
  }
  return why
}

export const said = ({ stderr, stdout, exitCode }: Outcome): string =>
  stderr.trim() || stdout.trim() || `it ended with status ${exitCode}`

/** Without a signal: what was begun is cleaned up. Deleting what is not there is no error. */
export async function clear(
  session: Session,
  leftovers: readonly Leftover[],
  onClear: (constraint: string) => void,
): Promise<string | undefined> {
  for (const { constraint } of leftovers) {
    onClear(constraint)
    const args = ['--delete', '--scope', 'constraints', '--xml-text', `<rsc_location id="${constraint}"/>`]
    const command: Command = { program: 'cibadmin', args, asRoot: true, timeout: seconds(20) }
    const first = [...session.transports.keys()][0] ?? nodeName('')
    const why = await onAny(session, first, command)
    if (why !== undefined) return `the constraint ${constraint} could not be removed: ${why}`
  }
  return undefined
}
