// One look for everything that a plan and a screen have to know: each node is asked once, for its facts, for the cluster as
// it sees it, and for what it holds of a witness. So `status` with drift costs no more than a plan does.
import { ok, type Result } from '../../core/base/result.ts'
import { instant, type NodeName } from '../../core/base/units.ts'
import type { HostFacts, HostQuestions } from '../../core/live/host.ts'
import { type Heard, merge } from '../../core/live/merge.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'
import type { Enrolment } from '../../core/live/witness.ts'
import { troubleText } from '../../core/plan/trouble-text.ts'
import { type Asked, type BatchOutcome, runBatch } from '../transport/batch.ts'
import type { Transport } from '../transport/transport.ts'
import { factsOf, type HostPart, hostCommands, observeHost } from './host.ts'
import { type Bounds, type LivePart, liveCommands, liveTexts, silent, untilLate, viewOf } from './observe.ts'
import { type EnrolmentPart, enrolmentCommands, enrolmentOf } from './witness.ts'

/** What one node told, in one round trip. */
export interface NodeSight {
  readonly facts: HostFacts
  readonly enrolment: Enrolment
}

export interface Sight {
  readonly snapshot: Snapshot
  /** In the order of the transports. */
  readonly nodes: ReadonlyMap<NodeName, Result<NodeSight, TransportFailure>>
  /** The witness's own machine, where there is one. */
  readonly witness?: Result<HostFacts, TransportFailure>
}

export interface Sought {
  readonly cluster: string
  readonly transports: readonly Transport[]
  readonly questions: (node: NodeName) => HostQuestions
  readonly witness?: { readonly transport: Transport; readonly questions: HostQuestions }
  readonly bounds: Bounds
  /** Go on without those who are slow: for a screen; a plan needs everybody. */
  readonly impatient: boolean
}

export async function see(sought: Sought, signal?: AbortSignal): Promise<Sight> {
  const { transports, cluster } = sought
  const names = transports.map(transport => transport.node)
  using patience = untilLate()
  const inTime = <T>(asking: Promise<T>, otherwise: T): Promise<T> =>
    sought.impatient ? Promise.race([asking, patience.over.then(() => otherwise)]) : asking
  const [witness, ...nodes] = await Promise.all([
    sought.witness &&
      inTime(
        observeHost(sought.witness.transport, sought.witness.questions, signal),
        late(sought.witness.transport.node),
      ),
    ...transports.map(transport => {
      const asking = seeNode(transport, names, sought, signal).then(seen => {
        patience.hears(seen.heard)
        return seen
      })
      return inTime(asking, { heard: silent(transport.node), sight: late(transport.node) })
    }),
  ])
  return {
    snapshot: merge(
      cluster,
      names,
      nodes.map(one => one.heard),
      instant(Date.now()),
    ),
    nodes: new Map(names.map((name, i) => [name, nodes[i]?.sight ?? late(name)])),
    ...(witness ? { witness } : {}),
  }
}

const late = (node: NodeName): { ok: false; failure: TransportFailure } => ({
  ok: false,
  failure: { kind: 'unreachable', node, detail: 'it did not answer in time' },
})

type Part = HostPart | LivePart | EnrolmentPart
const nothing: Asked = { script: ':', args: [] }
const notEnrolled: Readonly<Record<EnrolmentPart, Asked>> = {
  authority: nothing,
  certificate: nothing,
  verdict: { script: 'exit 1', args: [] },
}

async function seeNode(
  transport: Transport,
  names: readonly NodeName[],
  { questions, witness, bounds }: Sought,
  signal: AbortSignal | undefined,
): Promise<{ readonly heard: Heard; readonly sight: Result<NodeSight, TransportFailure> }> {
  const { node } = transport
  const asked = questions(node)
  const commands: Readonly<Record<Part, Asked>> = {
    ...hostCommands(asked, liveTexts),
    ...liveCommands,
    ...(witness ? enrolmentCommands : notEnrolled),
  }
  const answer: Result<BatchOutcome<Part>, TransportFailure> = await runBatch(transport, commands, bounds, signal)
  if (!answer.ok) return { heard: { silent: node, why: troubleText(answer.failure).message }, sight: answer }
  const facts = factsOf(node, answer.value, asked)
  const enrolment = enrolmentOf(answer.value.outcomes)
  return { heard: { view: viewOf(node, names, answer.value) }, sight: ok({ facts, enrolment }) }
}
