// Whether this login may become root without a password, found out once, before the first command that needs it.
import type { Result } from '../../core/base/result.ts'
import { type NodeName, seconds } from '../../core/base/units.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'
import type { Command, Outcome } from './transport.ts'

/** The answer is the failure, or undefined where sudo works; a failure is asked for anew each time. */
export function provenSudo(
  node: NodeName,
  attempt: (command: Command, signal?: AbortSignal) => Promise<Result<Outcome, TransportFailure>>,
): () => Promise<TransportFailure | undefined> {
  let works = false
  return async () => {
    if (works) return undefined
    const result = await attempt({ program: 'true', args: [], asRoot: true, timeout: seconds(60) })
    if (!result.ok) return result.failure
    works = result.value.exitCode === 0
    return works ? undefined : { kind: 'sudo', node, detail: result.value.stderr.trim() }
  }
}
