// Makes the machines of a session as their cluster file says: lock, look, ask, run, look again until nothing is left to do,
// then the proofs. `apply` and `demo` both call this; what the person sees comes through `ApplyView`.
import { found } from '../../core/base/assert.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { corosyncKeySecret } from '../../core/model/names.ts'
import { worstHazard } from '../../core/plan/hazards.ts'
import { thisRound } from '../../core/plan/plan.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import type { Plan } from '../../core/plan/types.ts'
import { type Journal, openJournal } from '../../io/apply/journal.ts'
import { takeLocks } from '../../io/apply/lock.ts'
import { type Look, look } from '../../io/apply/look.ts'
import { settling, sharedLook } from '../../io/apply/prove.ts'
import { type Ending, type RunEvents, runSteps } from '../../io/apply/run.ts'
import type { Secrets } from '../../io/apply/script.ts'
import { corosyncKey, givenSecrets, withKey } from '../../io/apply/secrets.ts'
import type { Workshop } from '../../io/apply/workshop.ts'
import { observe } from '../../io/observe/observe.ts'
import type { Session } from '../session.ts'

export interface ApplyView extends RunEvents {
  /** What is being done between the steps. */
  doing(text: string): void
  /** The plan of the first look, before anything is done. */
  planned(plan: Plan, interrupted: Journal['interrupted']): void
  /** Asked where a step has a hazard. */
  consent(plan: Plan): Promise<boolean>
}

export type Applied =
  | { readonly kind: 'done'; readonly changed: boolean }
  /** By the person, who said no or pressed Ctrl-C. */
  | { readonly kind: 'stopped'; readonly begun: boolean }
  | { readonly kind: 'failed'; readonly troubles: readonly Trouble[]; readonly begun: boolean }

export interface Stops {
  /** Begin nothing new. */
  readonly stop: AbortSignal
  /** End what runs. */
  readonly abort: AbortSignal
}

/** More rounds than packages, a sleeping cluster and a last look need mean that a step does not do what it says. */
const rounds = 6

export async function applySession(session: Session, view: ApplyView, stops: Stops): Promise<Applied> {
  const secrets = await givenSecrets(session.cluster, session.folder)
  if (!secrets.ok) return { kind: 'failed', troubles: secrets.failure, begun: false }
  view.doing('locking the nodes against a second apply')
  const locks = await takeLocks(session.transports.values(), stops.stop)
  if (!locks.ok && stops.stop.aborted) return { kind: 'stopped', begun: false }
  if (!locks.ok) return { kind: 'failed', troubles: [locks.failure], begun: false }
  await using held = locks.value
  using journal = openJournal(session.cluster.name, () => new Date())
  return await applyLocked(
    session,
    secrets.value,
    view,
    { ...stops, stop: AbortSignal.any([stops.stop, held.lost]) },
    journal,
  )
}

type Looked = Result<Look, readonly Trouble[]>

async function applyLocked(
  session: Session,
  given: Secrets,
  view: ApplyView,
  stops: Stops,
  journal: Journal,
): Promise<Applied> {
  let changed = false
  view.doing('looking at the nodes')
  // Nothing has been begun, so nothing has to end.
  let seen: Looked = await look(session, given, stops.stop)
  if (stops.stop.aborted) return { kind: 'stopped', begun: false }
  if (!seen.ok) return { kind: 'failed', troubles: seen.failure, begun: false }
  view.planned(seen.value.plan, journal.interrupted)
  const consents = seen.value.plan.troubles.length > 0 || worstHazard(seen.value.plan) === 'none'
  if (!consents && !(await view.consent(seen.value.plan))) return { kind: 'stopped', begun: false }
  journal.write({ what: 'apply-begun' })
  for (let round = 0; round < rounds; round += 1) {
    const plan: Plan = seen.value.plan
    if (plan.troubles.length > 0) return { kind: 'failed', troubles: plan.troubles, begun: changed }
    const workshop = await equip(session, given, seen.value, stops)
    if (!workshop.ok) return { kind: 'failed', troubles: [workshop.failure], begun: changed }
    const run = (steps: Plan['steps']): Promise<Ending> =>
      runSteps({ ...plan, steps }, workshop.value, journal, view, stops.stop)
    const ending = await run(thisRound(plan).steps)
    if (plan.steps.length > 0) changed = true
    if (ending.kind !== 'done') return unfinished(ending, journal, changed)
    const isLast = plan.complete
    const proven = isLast ? await run(plan.proofs) : ending
    if (proven.kind !== 'done') return unfinished(proven, journal, changed)
    if (plan.steps.length > 0) {
      view.doing('looking again, whether everything is done')
      seen = await look(session, given, stops.abort)
      if (!seen.ok) return { kind: 'failed', troubles: seen.failure, begun: changed }
    }
    if (isLast && seen.value.plan.steps.length === 0) {
      journal.write({ what: 'apply-done' })
      return { kind: 'done', changed }
    }
  }
  const detail = `after ${rounds} rounds the machines are still not as they should be`
  const node = found(session.cluster.nodes[0], 'a node').name
  return { kind: 'failed', troubles: [{ kind: 'not-proven', node, what: 'the plan', detail }], begun: changed }
}

function unfinished(ending: Exclude<Ending, { kind: 'done' }>, journal: Journal, begun: boolean): Applied {
  if (ending.kind === 'stopped') return stopped(journal, begun)
  return { kind: 'failed', troubles: ending.troubles, begun }
}

function stopped(journal: Journal, begun: boolean): Applied {
  journal.write({ what: 'apply-stopped' })
  return { kind: 'stopped', begun }
}

/** The Corosync key is fetched, or made, only where a step writes it. */
async function equip(session: Session, given: Secrets, seen: Look, stops: Stops): Promise<Result<Workshop, Trouble>> {
  const { transports, cluster } = session
  const all = [...transports.values()]
  const shared = sharedLook(() => observe(cluster.name, all))
  const base = {
    transports,
    look: shared,
    settled: settling(all, stops.abort),
    abort: stops.abort,
    ...(session.witness && { witness: session.witness }),
  }
  const keyFile = seen.plan.steps
    .flatMap(({ step }) => (step.kind === 'configure-host' ? step.files : []))
    .find(file => file.secret === corosyncKeySecret)
  if (!keyFile) return ok({ ...base, secrets: given })
  const key = await corosyncKey(all, keyFile.path)
  return key.ok ? ok({ ...base, secrets: withKey(given, key.value) }) : fail(key.failure)
}
