// Everything that a plan is made from, in one round trip per node: facts and snapshot together, with the questions of the
// platform that the machines most likely are; only where they are another one are they asked a second time.
import { found } from '../../core/base/assert.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { type NodeName, seconds } from '../../core/base/units.ts'
import type { Artifacts, Platform } from '../../core/compile/artifacts.ts'
import { compile } from '../../core/compile/compile.ts'
import type { HostFacts, HostQuestions } from '../../core/live/host.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Cluster } from '../../core/model/types.ts'
import { plan } from '../../core/plan/plan.ts'
import { assumedPlatform, platformOf } from '../../core/plan/platform.ts'
import { questions } from '../../core/plan/questions.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import type { Plan } from '../../core/plan/types.ts'
import { observeHost } from '../observe/host.ts'
import { type Bounds, observe } from '../observe/observe.ts'
import type { Transport } from '../transport/transport.ts'
import { transportTrouble } from './failure.ts'
import type { Secrets } from './script.ts'
import { digestsOf, fillIn } from './secrets.ts'
import { lookAtWitness } from './witness.ts'

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
const patient: Bounds = { limit: seconds(30), timeout: seconds(90) }

type Facts = ReadonlyMap<NodeName, HostFacts>

export async function look(
  machines: Machines,
  secrets: Secrets,
  signal?: AbortSignal,
): Promise<Result<Look, readonly Trouble[]>> {
  const { cluster, transports } = machines
  const first = compile(cluster, assumedPlatform)
  const [asked, snapshot, witness] = await Promise.all([
    ask(machines, first, signal),
    observe(cluster.name, [...transports.values()], patient, signal),
    lookAtWitness(machines, signal),
  ])
  if (!asked.ok) return asked
  if (!witness.ok) return witness
  const platform = platformOf([...asked.value.values()])
  const compiled = compile(cluster, platform)
  const facts = sameQuestions(cluster, first, compiled) ? asked : await ask(machines, compiled, signal)
  if (!facts.ok) return facts
  const artifacts = { ...compiled, cib: fillIn(compiled.cib, secrets) }
  const made = plan({
    cluster,
    artifacts,
    facts: facts.value,
    snapshot,
    secrets: digestsOf(secrets),
    ...(witness.value && { witness: witness.value }),
  })
  return ok({ platform, artifacts, facts: facts.value, snapshot, plan: made })
}

const questionsOf = (cluster: Cluster, artifacts: Artifacts): readonly HostQuestions[] =>
  cluster.nodes.map(node => questions(cluster, artifacts, node))

const sameQuestions = (cluster: Cluster, a: Artifacts, b: Artifacts): boolean =>
  JSON.stringify(questionsOf(cluster, a)) === JSON.stringify(questionsOf(cluster, b))

/** All machines at once; every trouble is told, not only the first. */
async function ask(
  { cluster, transports }: Machines,
  artifacts: Artifacts,
  signal: AbortSignal | undefined,
): Promise<Result<Facts, readonly Trouble[]>> {
  const answers = await Promise.all(
    cluster.nodes.map(node => {
      const transport = found(transports.get(node.name), `transport to ${node.name}`)
      return observeHost(transport, questions(cluster, artifacts, node), signal)
    }),
  )
  const troubles = answers.flatMap(answer => (answer.ok ? [] : [transportTrouble(answer.failure)]))
  if (troubles.length > 0) return fail(troubles)
  return ok(new Map(answers.flatMap(answer => (answer.ok ? [[answer.value.node, answer.value] as const] : []))))
}
