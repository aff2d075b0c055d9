// Moves a service to another machine on purpose: look, decide, CHECKPOINT, ask Pacemaker, watch it arrive, take the
// constraint away again. The constraint has an end of its own (`--lifetime`), so that even a killed program leaves nothing
// that lasts, and the next switchover removes what it finds.
import { fail, ok, type Result } from '../../core/base/result.ts'
import { elapsed, instant, type Milliseconds, minutes, type NodeName } from '../../core/base/units.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Finding } from '../../core/view/rules/rule.ts'
import { observe } from '../../io/observe/observe.ts'
import { watch } from '../../io/observe/watch.ts'
import type { Session } from '../session.ts'
import { type Checkpoint, checkpointOf } from './checkpoint.ts'
import { watchAsClient } from './client.ts'
import { ask, clear } from './constraint.ts'
import { arrival, decide, type Leftover, type Move } from './decide.ts'
import type { Outage } from './outage.ts'

export interface SwitchoverReport {
  readonly service: string
  readonly from: NodeName
  readonly to: NodeName
  /** False where it was there already. */
  readonly moved: boolean
  /** From the request to the moment when every part was seen running there. */
  readonly took?: Milliseconds
  readonly checkpoint?: Checkpoint
  readonly outage?: Outage
  /** Constraints of an earlier switchover that were found and removed. */
  readonly cleared: readonly string[]
}

export type SwitchoverFailure =
  | { readonly kind: 'refused'; readonly why: string; readonly reasons: readonly Finding[] }
  | { readonly kind: 'failed' | 'interrupted'; readonly why: string; readonly hint: string }

export interface SwitchoverHooks {
  begin(task: string): void
  note(detail: string): void
  say(line: string): void
}

export interface SwitchoverOptions {
  readonly timeout: Milliseconds
  readonly hooks: SwitchoverHooks
  readonly signal: AbortSignal
}

const silent: SwitchoverHooks = { begin: () => undefined, note: () => undefined, say: () => undefined }
const usual: SwitchoverOptions = { timeout: minutes(10), hooks: silent, signal: new AbortController().signal }

export async function switchOver(
  session: Session,
  name: string,
  to: NodeName | undefined,
  options: SwitchoverOptions = usual,
): Promise<Result<SwitchoverReport, SwitchoverFailure>> {
  const { cluster } = session
  const service = cluster.services.find(each => each.name === name)
  if (!service) return refusal([{ code: 'no-service', text: `${name} is not a service of ${cluster.name}` }])
  options.hooks.begin('looking at the cluster')
  const before = await observe(cluster.name, [...session.transports.values()], undefined, options.signal)
  if (options.signal.aborted) return interrupted('nothing was changed')
  const decision = decide(cluster, before, service, to)
  if (decision.kind === 'refused') return refusal(decision.reasons)
  const leftovers = decision.kind === 'possible' ? decision.move.leftovers : decision.leftovers
  const unclear = await clear(session, leftovers, constraint =>
    options.hooks.note(`removing the constraint ${constraint} of an earlier switchover`),
  )
  if (unclear) return failure(unclear, hintToClear(leftovers))
  const cleared = leftovers.map(leftover => leftover.constraint)
  if (decision.kind === 'already-there') {
    return ok({ service: name, from: decision.on, to: decision.on, moved: false, cleared })
  }
  const moved = await move(session, decision.move, before, options)
  return moved.ok ? ok({ ...moved.value, cleared }) : moved
}

async function move(
  session: Session,
  move: Move,
  before: Snapshot,
  options: SwitchoverOptions,
): Promise<Result<Omit<SwitchoverReport, 'cleared'>, SwitchoverFailure>> {
  const { service, from, to } = move
  const { hooks, signal } = options
  const checkpoint = await checkpointOf(session, move, hooks, signal)
  if (signal.aborted) return interrupted('nothing was changed')
  hooks.note('a client comes to the address')
  const outageSeen = await watchAsClient(session, service, move)
  hooks.begin(`moving ${service.name} from ${from} to ${to}`)
  const begun = instant(Date.now())
  const end = await moveAndWait(session, move, before, options)
  const took = elapsed(begun, instant(Date.now()))
  const outage = await outageSeen?.()
  if (!end.ok) return end
  return ok({
    service: service.name,
    from,
    to,
    moved: true,
    took,
    ...(checkpoint ? { checkpoint } : {}),
    ...(outage ? { outage } : {}),
  })
}

/** Whatever comes of it, the constraints are gone afterwards, or the failure says how to remove them. */
async function moveAndWait(
  session: Session,
  move: Move,
  before: Snapshot,
  options: SwitchoverOptions,
): Promise<Result<void, SwitchoverFailure>> {
  const own = move.units.map((unit): Leftover => ({ constraint: `cli-prefer-${unit}`, unit }))
  const end = await ask(session, move, options.signal).then(why =>
    why === undefined ? arrived(session, move, before, options) : failure(why, 'nothing was moved'),
  )
  const unclear = await clear(session, own, constraint => options.hooks.note(`removing the constraint ${constraint}`))
  if (unclear !== undefined) return failure(unclear, hintToClear(own))
  return end
}

function arrived(
  session: Session,
  move: Move,
  before: Snapshot,
  { timeout, hooks, signal }: SwitchoverOptions,
): Promise<Result<void, SwitchoverFailure>> {
  const { cluster } = session
  const stop = new AbortController()
  const late = AbortSignal.timeout(timeout)
  const { promise, resolve } = Promise.withResolvers<Result<void, SwitchoverFailure>>()
  const onSnapshot = (snapshot: Snapshot): void => {
    const state = arrival(cluster, move, before, snapshot)
    if (state.kind === 'moving') hooks.note(state.what)
    if (state.kind === 'arrived') resolve(ok(undefined))
    if (state.kind === 'failed') resolve(failure(state.why, `holdfast status shows where ${move.service.name} is now`))
  }
  const onLate = (): void =>
    resolve(failure(`${move.service.name} has not arrived on ${move.to} in time`, 'holdfast status shows why'))
  const onAbort = (): void => resolve(interrupted('the constraint was removed again; Pacemaker decides where it runs'))
  late.addEventListener('abort', onLate, { once: true })
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  const watching = watch(cluster.name, [...session.transports.values()], onSnapshot, stop.signal)
  return promise.finally(async () => {
    stop.abort()
    late.removeEventListener('abort', onLate)
    signal.removeEventListener('abort', onAbort)
    await watching
  })
}

const refusal = (reasons: readonly Finding[]): Result<never, SwitchoverFailure> =>
  fail({ kind: 'refused', why: reasons.map(reason => reason.text).join('; '), reasons })
const failure = (why: string, hint: string): Result<never, SwitchoverFailure> => fail({ kind: 'failed', why, hint })
const interrupted = (hint: string): Result<never, SwitchoverFailure> =>
  fail({ kind: 'interrupted', why: 'interrupted', hint })
const hintToClear = (leftovers: readonly Leftover[]): string =>
  `run the switchover again, or on a node: ${leftovers.map(each => `crm_resource --clear --resource ${each.unit}`).join('; ')}`
