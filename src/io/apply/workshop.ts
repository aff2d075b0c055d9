// What a step is carried out with: the ways to the machines, the secrets, a way to look at the cluster.
import { found } from '../../core/base/assert.ts'
import type { Result } from '../../core/base/result.ts'
import type { NodeName } from '../../core/base/units.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import type { Transport } from '../transport/transport.ts'
import type { Secrets } from './script.ts'

export interface Workshop {
  readonly transports: ReadonlyMap<NodeName, Transport>
  readonly witness?: Transport
  readonly secrets: Secrets
  /** A look that is not older than the moment of asking. */
  readonly look: () => Promise<Snapshot>
  /** Resolves when Pacemaker has carried out what it has begun, or has taken too long; asked for once. */
  readonly settled: () => Promise<void>
  /** Ends what runs now; only asked for when the user insists. */
  readonly abort: AbortSignal
}

/** What is being waited for just now. */
export type Note = (text: string) => void
export type Done = Result<void, Trouble>

/** To a node, or to the witness's machine. */
export const transportOf = (
  { transports, witness }: Pick<Workshop, 'transports' | 'witness'>,
  node: NodeName,
): Transport => found(transports.get(node) ?? (witness?.node === node ? witness : undefined), `transport to ${node}`)
