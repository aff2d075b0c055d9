// Waits until a proof holds, saying what for. Several proofs run at once and share each look at the cluster.
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { instant, type Milliseconds, milliseconds, minutes, type NodeName, seconds } from '../../core/base/units.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import { judge } from '../../core/plan/proof.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import { troubleText } from '../../core/plan/trouble-text.ts'
import type { Proof, Step } from '../../core/plan/types.ts'
import { recordProof } from '../observe/proofs.ts'
import type { Transport } from '../transport/transport.ts'
import type { Done, Note, Workshop } from './workshop.ts'

type Prove = Extract<Step, { kind: 'prove' }>

/** How long something may stand still. A sync that moves is waited for as long as it moves. */
const patience: Readonly<Record<Proof['what'], Milliseconds>> = {
  links: minutes(4),
  witness: minutes(2),
  fencing: minutes(8),
  replication: minutes(5),
  service: minutes(8),
}
/** Looking must not slow down what it waits for: about half of the time is spent without it. */
const pauseAfter = (took: number): number => Math.min(seconds(4), Math.max(seconds(1), took))

export async function prove(step: Prove, workshop: Workshop, note: Note): Promise<Done> {
  const { proof } = step
  note('waiting for Pacemaker to finish what it has begun')
  await workshop.settled()
  let waitedFor = ''
  let since = performance.now()
  while (!workshop.abort.aborted) {
    const asked = performance.now()
    const verdict = await verdictOn(proof, workshop)
    if (verdict.kind === 'holds') return ok(undefined)
    if (verdict.kind === 'broken') return fail(verdict.trouble)
    if (verdict.on !== waitedFor) since = performance.now()
    waitedFor = verdict.on
    note(`waiting for ${waitedFor}`)
    if (performance.now() - since > patience[proof.what]) return fail(overdue(step, waitedFor, verdict.blind === true))
    await sleep(pauseAfter(performance.now() - asked))
  }
  return fail({ kind: 'aborted', node: step.node, command: 'the proof' })
}

/** Looking at a cluster that is busy starting things slows down what one waits for: Pacemaker itself tells when it has
 *  nothing left to do. What it cannot tell (it failed, it hangs) is seen by looking afterwards. */
export function settling(transports: Iterable<Transport>, abort: AbortSignal): () => Promise<void> {
  const args = ['--wait', '--timeout', `${patience.service / 1_000}s`]
  const wait = async (): Promise<void> => {
    for (const transport of transports) {
      const waited = await transport.run(
        { program: 'crm_resource', args, asRoot: true, timeout: milliseconds(patience.service + seconds(30)) },
        abort,
      )
      if (waited.ok) return
    }
  }
  let waiting: Promise<void> | undefined
  return () => {
    waiting ??= wait()
    return waiting
  }
}

async function verdictOn(proof: Proof, workshop: Workshop): Promise<Verdict> {
  if (proof.what === 'service') return ask(proof, workshop)
  const snapshot = await workshop.look()
  const verdict = judge(proof, snapshot)
  if (proof.what === 'fencing' && verdict.kind === 'holds') await remember(proof.target, snapshot, workshop)
  return verdict
}

/** Status tells from this when a device was last proven. Not being able to write it down is no reason to fail. */
async function remember(target: NodeName, { fencing }: Snapshot, workshop: Workshop): Promise<void> {
  const all = [...workshop.transports.values()]
  for (const device of fencing.devices.filter(one => one.target === target))
    await recordProof(all, { device: device.id, target, how: 'answered', at: instant(Date.now()) })
}

function overdue(step: Prove, waitedFor: string, blind: boolean): Trouble {
  const { proof } = step
  if (proof.what === 'fencing' && !blind)
    return {
      kind: 'fence-refused',
      device: `fence-${proof.target}`,
      target: proof.target,
      detail: `still waiting for ${waitedFor}`,
    }
  return { kind: 'not-proven', node: step.node, what: proof.what, detail: `still waiting for ${waitedFor}` }
}

type Verdict =
  | { readonly kind: 'holds' }
  | { readonly kind: 'waiting'; readonly on: string; readonly blind?: true }
  | { readonly kind: 'broken'; readonly trouble: Trouble }

/** Wherever it runs: one node that answers is enough. */
async function ask(proof: Extract<Proof, { what: 'service' }>, workshop: Workshop): Promise<Verdict> {
  const answers = await Promise.all(
    [...workshop.transports.values()].map(transport => answer(transport, proof, workshop)),
  )
  if (answers.some(one => one.ok && one.value)) return { kind: 'holds' }
  // A machine that is busy starting things may be too slow to answer now; what is really lost is told when patience ends.
  const lost = answers.find(one => !one.ok)
  if (lost && !lost.ok && answers.every(one => !one.ok))
    return { kind: 'waiting', on: `an answer: ${troubleText(lost.failure).message}`, blind: true }
  return { kind: 'waiting', on: `${proof.proof.service} to answer` }
}

async function answer(
  transport: Transport,
  { proof }: Extract<Proof, { what: 'service' }>,
  workshop: Workshop,
): Promise<Result<boolean, Trouble>> {
  // Not through a shell, and not in a directory that the user may not read.
  const args = ['-u', proof.user, '--', 'env', '--chdir=/', ...proof.argv]
  const result = await transport.run({ program: 'runuser', args, asRoot: true, timeout: seconds(60) }, workshop.abort)
  if (!result.ok) return fail(result.failure)
  return ok(result.value.exitCode === 0 && result.value.stdout.trim() === proof.expect)
}

/** Several askers, one look at a time: who asks while one is on its way shares the next. */
export function sharedLook(once: () => Promise<Snapshot>): () => Promise<Snapshot> {
  let current: Promise<Snapshot> | undefined
  let next: Promise<Snapshot> | undefined
  const begin = (): Promise<Snapshot> => {
    current = once().finally(() => {
      current = undefined
    })
    return current
  }
  return () => {
    if (!current) return begin()
    const after = (): Promise<Snapshot> => {
      next = undefined
      return begin()
    }
    next ??= current.then(after, after)
    return next
  }
}
