// Everything that a plan is made from, in one round trip per node: facts and snapshot together, with the questions of every
// platform that is known; only where the machines are another one are they asked a second time.
import { found } from '../../core/base/assert.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { type NodeName, seconds } from '../../core/base/units.ts'
import type { Artifacts, Platform } from '../../core/compile/artifacts.ts'
import { compile } from '../../core/compile/compile.ts'
import { platforms } from '../../core/compile/platforms.ts'
import type { HostFacts, HostQuestions } from '../../core/live/host.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Cluster } from '../../core/model/types.ts'
import { plan } from '../../core/plan/plan.ts'
import { platformOf } from '../../core/plan/platform.ts'
import { allQuestions, covers, questions } from '../../core/plan/questions.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import type { Plan } from '../../core/plan/types.ts'
import { type WitnessFacts, witnessName, witnessQuestions } from '../../core/plan/witness.ts'
import { observeHost } from '../observe/host.ts'
import { type Bounds, usualBounds } from '../observe/observe.ts'
import { type NodeSight, type Sight, see } from '../observe/see.ts'
import type { Transport } from '../transport/transport.ts'
import type { Secrets } from './script.ts'
import { digestsOf, fillIn } from './secrets.ts'

export interface Machines {
  readonly cluster: Cluster
  /** Of every node, in the order of the file. */
  readonly transports: ReadonlyMap<NodeName, Transport>
  /** To the witness's machine, where the cluster has one. */
  readonly witness?: Transport
}

export interface Look {
  readonly platform: Platform
  readonly artifacts: Artifacts
  readonly facts: ReadonlyMap<NodeName, HostFacts>
  readonly snapshot: Snapshot
  readonly plan: Plan
}

/** A plan is built on what is seen, so it waits longer for it than a screen does. */
const patient: Bounds = { limit: seconds(60), timeout: seconds(120) }

/** Asked so that the answers do for every known platform; only one that nobody knows is asked a second time. */
export function seeCluster(machines: Machines, forScreen: boolean, signal?: AbortSignal): Promise<Sight> {
  const { cluster, transports, witness } = machines
  const asked = foreseen(cluster)
  return see(
    {
      cluster: cluster.name,
      transports: [...transports.values()],
      questions: node => found(asked.get(node), `questions to ${node}`),
      ...(witnessName(cluster) === undefined
        ? {}
        : { witness: { transport: found(witness, 'transport to the witness'), questions: witnessQuestions } }),
      bounds: forScreen ? usualBounds : patient,
      impatient: forScreen,
    },
    signal,
  )
}

function foreseen(cluster: Cluster): ReadonlyMap<NodeName, HostQuestions> {
  const sets = Object.values(platforms).map(platform => compile(cluster, platform))
  return new Map(cluster.nodes.map(node => [node.name, allQuestions(sets.map(set => questions(cluster, set, node)))]))
}

export async function look(
  machines: Machines,
  secrets: Secrets,
  signal?: AbortSignal,
): Promise<Result<Look, readonly Trouble[]>> {
  return planOn(machines, await seeCluster(machines, false, signal), secrets, signal)
}

/** Every trouble is told, not only the first. */
export async function planOn(
  machines: Machines,
  seen: Sight,
  secrets: Secrets,
  signal?: AbortSignal,
): Promise<Result<Look, readonly Trouble[]>> {
  const { cluster } = machines
  const sights = [...seen.nodes.values()]
  const troubles = sights.flatMap(one => (one.ok ? [] : [one.failure]))
  if (troubles.length > 0) return fail(troubles)
  const told = sights.flatMap(one => (one.ok ? [one.value] : []))
  const platform = platformOf(told.map(one => one.facts))
  const compiled = compile(cluster, platform)
  const facts = await completed(machines, compiled, told, signal)
  if (!facts.ok) return facts
  const artifacts = { ...compiled, cib: fillIn(compiled.cib, secrets) }
  const witness = witnessOf(seen, told)
  const made = plan({
    cluster,
    artifacts,
    facts: facts.value,
    snapshot: seen.snapshot,
    secrets: digestsOf(secrets),
    ...(witness && { witness }),
  })
  return ok({ platform, artifacts, facts: facts.value, snapshot: seen.snapshot, plan: made })
}

function witnessOf({ witness }: Sight, told: readonly NodeSight[]): WitnessFacts | undefined {
  if (!witness) return undefined
  return {
    machine: witness.ok ? witness : fail(witness.failure),
    enrolments: new Map(told.map(one => [one.facts.node, one.enrolment])),
  }
}

type Facts = ReadonlyMap<NodeName, HostFacts>

/** On a platform that nobody foresaw, what its artifacts name beyond the others' is asked for now. */
async function completed(
  { cluster, transports }: Machines,
  artifacts: Artifacts,
  told: readonly NodeSight[],
  signal: AbortSignal | undefined,
): Promise<Result<Facts, readonly Trouble[]>> {
  const first = new Map(told.map(one => [one.facts.node, one.facts]))
  const asked = foreseen(cluster)
  const answered = cluster.nodes.every(node =>
    covers(found(asked.get(node.name), node.name), questions(cluster, artifacts, node)),
  )
  if (answered) return ok(first)
  const answers = await Promise.all(
    cluster.nodes.map(node => {
      const transport = found(transports.get(node.name), `transport to ${node.name}`)
      return observeHost(transport, questions(cluster, artifacts, node), signal)
    }),
  )
  const troubles = answers.flatMap(answer => (answer.ok ? [] : [answer.failure]))
  if (troubles.length > 0) return fail(troubles)
  return ok(new Map(answers.flatMap(answer => (answer.ok ? [[answer.value.node, answer.value] as const] : []))))
}
