// Writes down that a fence device works, on every node that can be reached, because the one that knows may be the next to
// go. The last writer wins: two proofs at the same moment are as good as one.
import type { Result } from '../../core/base/result.ts'
import { type Proof, parseProofs, printProofs, proofsFile, withProof } from '../../core/live/proofs.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'
import type { Transport } from '../transport/transport.ts'

export async function recordProof(
  transports: readonly Transport[],
  proof: Proof,
): Promise<readonly Result<unknown, TransportFailure>[]> {
  return Promise.all(transports.map(transport => recordOn(transport, proof)))
}

async function recordOn(transport: Transport, proof: Proof): Promise<Result<unknown, TransportFailure>> {
  const old = await transport.readFile(proofsFile)
  if (!old.ok) return old
  const known = parseProofs(old.value?.content ?? '[]')
  // A file that cannot be read as proofs proves nothing, and is replaced.
  const content = printProofs(withProof(known.ok ? known.value : [], proof))
  return transport.writeFile(proofsFile, { content, mode: 0o644, owner: 'root:root' })
}
