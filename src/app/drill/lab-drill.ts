// One drill on the virtual machines: looks where the service runs, reads the scenario, starts the client, runs the
// scenario in the lab's World and brings the report back. Used by `drill --in lab` and by `demo`.
import { found } from '../../core/base/assert.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { planOf } from '../../core/blueprints/registry.ts'
import { checkScenario } from '../../core/drill/check.ts'
import { parseScenario } from '../../core/drill/parse.ts'
import type { DrillReport } from '../../core/drill/report.ts'
import { type Progress as RunProgress, runScenario } from '../../core/drill/run.ts'
import { showFault } from '../../core/drill/show-fault.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Cluster, Service, Volume } from '../../core/model/types.ts'
import { backingPath } from '../../core/plan/questions.ts'
import { changes } from '../../core/view/changes.ts'
import { partsOf, phasesOf, vocabularyOf } from '../../core/view/vocabulary.ts'
import type { Lab } from '../../io/lab/contract.ts'
import { labWorld } from '../../io/lab/world.ts'
import { observe } from '../../io/observe/observe.ts'
import type { Session } from '../session.ts'
import { switchOver } from '../switchover/run.ts'
import { type Follow, sharedWatch } from '../watching.ts'
import { drillClient, statusHint } from './client.ts'
import { type DrillTrouble, type ScenarioSource, textFor } from './scenarios.ts'

export interface DrillHooks extends RunProgress {
  /** Before the scenario: what is being prepared. */
  preparing(what: string): void
  /** The scenario will not run. */
  stopped(): void
}

/** The session has to be one of the lab. */
export async function drillInLab(
  session: Session,
  service: Service,
  source: ScenarioSource,
  hooks: DrillHooks,
  follow: Follow = sharedWatch(session),
): Promise<Result<DrillReport, DrillTrouble>> {
  const lab = found(session.lab, 'a lab')
  const { cluster } = session
  const transports = [...session.transports.values()]
  const look = (): Promise<Snapshot> => observe(cluster.name, transports)

  const text = textFor(source, service)
  if (!text.ok) return text
  hooks.preparing('looking at the cluster')
  const before = await look()
  const parts = partsOf(cluster, service, before)
  const active = parts['@active']
  if (!active) return fail(notRunning(service, before))
  const vocabulary = vocabularyOf(cluster)
  const parsed = parseScenario(text.value, source.name, vocabulary, parts)
  const problems = [...parsed.problems, ...(parsed.value ? checkScenario(parsed.value, source.name, vocabulary) : [])]
  if (!parsed.value || problems.length > 0) return fail({ kind: 'problems', problems, text: text.value })

  hooks.preparing(`a client of ${service.name}`)
  const client = await drillClient(lab, found(session.transports.get(active), active), cluster, service)
  if (!client.ok) return fail({ kind: 'not-ready', why: client.failure.why, hint: statusHint })
  await using _client = client.value
  const { writer } = client.value
  await using world = labWorld({
    lab,
    transports: session.transports,
    ...(session.witness && { witness: session.witness }),
    look,
    follow,
    switchover: async (name, to) => {
      const moved = await switchOver(session, name, to)
      return moved.ok ? ok(undefined) : fail({ why: moved.failure.why })
    },
    writers: [writer],
    phases: phasesOf(cluster),
    processes: new Map(cluster.services.map(s => [s.name, planOf(cluster, s).process])),
    logicalVolumes: new Map(cluster.volumes.map(volume => [volume.name, logicalVolumesOf(volume)])),
    replicationNetwork: replicationNetwork(cluster, lab),
    changes,
    describe: showFault,
  })
  const first = await Promise.race([writer.writing.then(() => true), late(30_000)])
  if (!first) {
    const why = writer.ledger().failed.at(-1)?.why ?? 'no answer'
    return fail({
      kind: 'not-ready',
      why: `${service.name} ${service.volumes.length === 0 ? 'answered nothing' : 'acknowledged no write'} within 30 s: ${why}`,
      hint: client.value.hint,
    })
  }
  return ok(await runScenario(parsed.value, world, vocabulary, cluster.name, hooks))
}

const late = (span: number): Promise<false> => new Promise(resolve => setTimeout(() => resolve(false), span).unref())

function notRunning(service: Service, snapshot: Snapshot): DrillTrouble {
  const unseen = snapshot.unseen.map(u => `${u.node}: ${u.why}`).join('; ')
  return {
    kind: 'not-ready',
    why: `${service.name} does not run anywhere${unseen === '' ? '' : ` (${unseen})`}`,
    hint: 'build it first: holdfast apply --in lab FILE',
  }
}

const logicalVolumesOf = ({ parts }: Volume): readonly string[] =>
  parts.every(({ backing }) => backing.kind === 'lvm') ? parts.map(({ backing }) => backingPath(backing)) : []

/** The network of the link that the compiled DRBD configuration uses: the last one. */
function replicationNetwork(cluster: Cluster, lab: Lab): string {
  const last = (cluster.nodes[0]?.links.length ?? 1) - 1
  const plugs = [...lab.nodes.values()][0]?.plugs ?? []
  return found(plugs[last], 'the plug of the replication link').network
}
