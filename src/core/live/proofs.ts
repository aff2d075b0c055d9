// Proofs that a fence device works, kept on the nodes in /var/lib/holdfast/proofs.json: apply writes one when a device has
// answered, a drill when it has really switched its target off. Status says from them when fencing was last proven.
import { parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { type Instant, instant, type NodeName, nodeName } from '../base/units.ts'

export const proofsFile = '/var/lib/holdfast/proofs.json'

export interface Proof {
  /** Pacemaker's id of the device. */
  readonly device: string
  readonly target: NodeName
  /** `answered`: it told the target's power state. `switched`: it switched the target off. */
  readonly how: 'answered' | 'switched'
  readonly at: Instant
}

export function parseProofs(text: string): Result<readonly Proof[], string> {
  const read = parseJson(text)
  if (!read.ok) return fail(`${proofsFile} is not JSON: ${read.failure}`)
  const data = read.value
  if (!Array.isArray(data)) return fail(`${proofsFile} is not a list`)
  const proofs = data.map(proofOf)
  const whole = proofs.filter(proof => proof !== undefined)
  return whole.length === proofs.length ? ok(whole) : fail(`${proofsFile} has an entry that is not a proof`)
}

interface Loose {
  readonly device?: unknown
  readonly target?: unknown
  readonly how?: unknown
  readonly at?: unknown
}

function proofOf(entry: unknown): Proof | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined
  const { device, target, how, at }: Loose = entry
  if (typeof device !== 'string' || typeof target !== 'string' || typeof at !== 'number') return undefined
  if (how !== 'answered' && how !== 'switched') return undefined
  return { device, target: nodeName(target), how, at: instant(at) }
}

/** The newest of each device and kind, so that the file does not grow. */
export function withProof(proofs: readonly Proof[], proof: Proof): readonly Proof[] {
  return [...proofs.filter(old => old.device !== proof.device || old.how !== proof.how), proof]
}

export const printProofs = (proofs: readonly Proof[]): string => `${JSON.stringify(proofs, undefined, 2)}\n`
