// The door of this room: what would have to be done so that the machines are as the cluster file says. Pure: the same
// facts give the same plan, so a plan that was interrupted anywhere is simply made again from what is there then.
import { found } from '../base/assert.ts'
import type { NodeName } from '../base/units.ts'
import type { Artifacts, HostArtifacts } from '../compile/artifacts.ts'
import type { HostFacts } from '../live/host.ts'
import type { Snapshot } from '../live/snapshot.ts'
import { corosyncKeySecret } from '../model/names.ts'
import type { Cluster } from '../model/types.ts'
import { hasResources, runsDrbd } from './cib-diff.ts'
import { configurationOf } from './cib-merge.ts'
import {
  cibDelta,
  cibSource,
  daemonDifferences,
  daemonSteps,
  heldBack,
  proofs,
  type WithHazard,
} from './cluster-steps.ts'
import { firewallFilesFor } from './firewall.ts'
import { hazardOf } from './hazards.ts'
import { type HostDelta, hostDelta, isRunning, type SecretDigests } from './host-steps.ts'
import { noHazard, stepKinds } from './kinds.ts'
import { preflight } from './preflight.ts'
import { cibFile } from './questions.ts'
import { isDetached, storageDelta } from './storage.ts'
import type { Trouble } from './trouble.ts'
import type { Difference, Plan, PlannedStep, Step } from './types.ts'
import { type WitnessFacts, witnessDelta } from './witness.ts'

export interface PlanInput {
  readonly cluster: Cluster
  readonly artifacts: Artifacts
  /** Of every node. */
  readonly facts: ReadonlyMap<NodeName, HostFacts>
  /** Absent where no cluster runs yet. */
  readonly snapshot?: Snapshot
  readonly secrets: SecretDigests
  /** Of a cluster that has a witness. */
  readonly witness?: WitnessFacts
}

export function plan(input: PlanInput): Plan {
  const { cluster, artifacts, facts } = input
  const checked = preflight(cluster, artifacts, facts)
  const digests = withMadeKeys(input)
  const hosts = cluster.nodes.map(node => hostDelta(withFirewall(input, node.name), factsOf(input, node.name), digests))
  const followUps = new Set(hosts.flatMap(host => [...host.followUps]))
  const cibHost = cibSource(cluster, facts)
  const configuration = cibHost?.cib && configurationOf(cibHost.cib.text, `the CIB of ${cibHost.node}`)
  const run = (resource: string): boolean => configuration !== undefined && runsDrbd(configuration, resource)
  const storage = cluster.volumes.map(volume =>
    storageDelta({ cluster, artifacts, facts, snapshot: input.snapshot, run }, volume),
  )
  const daemons = daemonSteps(cluster, facts, followUps)
  const starting = new Set(daemons.flatMap(({ step }) => (step.kind === 'start-cluster' ? [step.node] : [])))
  const witness = witnessDelta(input, starting)
  const state = clusterState(input, configuration !== undefined && hasResources(configuration))
  // With a stopped cluster that has a CIB on its disks, that CIB is known only when it runs.
  const cib = state === 'asleep' ? { differences: [] } : cibDelta(cluster, artifacts, facts)
  const risen = new Set(
    storage.flatMap(one => one.steps).flatMap(({ step }) => (step.kind === 'bring-up' ? [step.node] : [])),
  )
  const before: readonly WithHazard[] = [
    ...hosts.flatMap(host => host.steps.map(step => ({ step }))),
    ...storage.flatMap(one => one.steps),
    ...adjustments(input, hosts, risen),
    ...daemons,
    ...witness.steps.map(step => ({ step })),
    ...(cib.step ? [cib.step] : []),
  ]
  const installs = before.some(({ step }) => step.kind === 'install-packages')
  const complete = state !== 'asleep' && !installs
  return {
    cluster: cluster.name,
    differences: [
      ...hosts.flatMap(host => host.differences),
      ...storage.flatMap(one => one.differences),
      ...daemonDifferences(cluster, facts),
      ...witness.differences,
      ...cib.differences,
    ],
    steps: ordered(before, state === 'fresh', input),
    proofs: ordered(
      proofs(cluster, artifacts).map(step => ({ step })),
      true,
      input,
    ),
    complete,
    troubles: [
      ...checked.troubles,
      ...storage.flatMap(one => one.troubles),
      ...engineTroubles(input),
      ...witness.troubles,
      ...unseen(input),
    ],
    warnings: [
      ...checked.warnings,
      ...storage.flatMap(one => one.warnings),
      ...witness.warnings,
      ...held(configuration),
    ],
  }
}

const factsOf = (input: PlanInput, node: NodeName): HostFacts => found(input.facts.get(node), `facts of ${node}`)

/** Which firewall there is is known only from the machine. */
function withFirewall(input: PlanInput, node: NodeName): HostArtifacts {
  const host = found(input.artifacts.hosts.get(node), `artifacts of ${node}`)
  return { ...host, files: [...host.files, ...firewallFilesFor(host.openings, factsOf(input, node))] }
}

/** The first node that has a Corosync key has the right one. */
function withMadeKeys(input: PlanInput): SecretDigests {
  const digests = new Map(input.secrets)
  for (const node of input.cluster.nodes)
    for (const file of input.artifacts.hosts.get(node.name)?.files ?? []) {
      const fact = factsOf(input, node.name).files.get(file.path)
      if (file.secret === corosyncKeySecret && fact?.kind === 'file' && !digests.has(corosyncKeySecret))
        digests.set(corosyncKeySecret, fact.sha256)
    }
  return digests
}

/** `fresh`: no resources yet anywhere. `asleep`: there is a CIB on a disk, and nobody runs who could tell it. */
function clusterState(input: PlanInput, resources: boolean): 'fresh' | 'asleep' | 'running' {
  const hosts = input.cluster.nodes.map(node => factsOf(input, node.name))
  if (resources) return 'running'
  if (hosts.some(host => host.cib !== undefined && isRunning(host))) return 'fresh'
  return hosts.some(host => host.files.has(cibFile)) ? 'asleep' : 'fresh'
}

/** Settings of what is up are taken over by `drbdadm adjust`, when all nodes have the new file, and a disk that was given up
 *  is attached again; bringing up does both, too. */
function adjustments(
  input: PlanInput,
  hosts: readonly HostDelta[],
  risen: ReadonlySet<NodeName>,
): readonly WithHazard[] {
  const resources = (node: NodeName): readonly string[] => [
    ...new Set(input.snapshot?.replicas.filter(replica => replica.node === node).map(replica => replica.resource)),
  ]
  const hasDetached = (node: NodeName): boolean =>
    input.cluster.volumes.some(volume => isDetached(input.snapshot, volume, node))
  return input.cluster.nodes
    .map(node => node.name)
    .filter((node, i) => hosts[i]?.followUps.has('drbd-adjust') || hasDetached(node))
    .filter(node => !risen.has(node))
    .map(node => ({ step: { kind: 'adjust-replication', node, resources: resources(node) } as const }))
}

/** Packages are installed by apply; a kernel without DRBD is not something that a package here would cure. */
function engineTroubles(input: PlanInput): readonly Trouble[] {
  if (input.cluster.volumes.length === 0) return []
  return input.cluster.nodes
    .map(node => factsOf(input, node.name))
    .filter(host => host.engines.drbd === undefined)
    .map(host => ({
      kind: 'engine-absent',
      node: host.node,
      engine: 'drbd',
      package: 'the kernel package with its modules, or drbd-dkms,',
    }))
}

/** What a plan is built on must have been seen; a Pacemaker that runs and does not tell its CIB is not a fresh one. */
function unseen(input: PlanInput): readonly Trouble[] {
  const usesLvm = input.cluster.volumes.some(volume => volume.parts.some(part => part.backing.kind === 'lvm'))
  const needed = ['packages', 'files', 'block devices', 'interfaces', ...(usesLvm ? ['lvm'] : [])]
  return input.cluster.nodes
    .map(node => factsOf(input, node.name))
    .flatMap(host =>
      [...needed, ...(isRunning(host) ? ['cib'] : [])].flatMap(what => {
        const detail = host.unseen.get(what)
        return detail === undefined ? [] : [{ kind: 'unseen', node: host.node, what, detail } as const]
      }),
    )
}

const held = (configuration: ReturnType<typeof configurationOf> | undefined): readonly Trouble[] =>
  heldBack(configuration).map(constraint => ({
    kind: 'held-by-handler',
    resource: constraint.replace(/^drbd-fence-by-handler-/, ''),
    constraint,
  }))

/** In the order of the table of kinds, with `after` filled in from it. */
function ordered(steps: readonly WithHazard[], fresh: boolean, input: PlanInput): readonly PlannedStep[] {
  const rank = (step: Step): number => stepKinds.findIndex(row => row.kind === step.kind)
  const sorted = steps.toSorted((a, b) => rank(a.step) - rank(b.step))
  return sorted.map(({ step, hazard }) => {
    const row = found(
      stepKinds.find(one => one.kind === step.kind),
      `step kind ${step.kind}`,
    )
    const rules =
      step.kind === 'start-cluster' && !fresh
        ? [...row.after, { kind: 'prepare-volume', where: 'all' } as const]
        : row.after
    const before = sorted.filter(({ step: other }) =>
      rules.some(rule => rule.kind === other.kind && (rule.where === 'all' || other.node === step.node)),
    )
    return {
      id: stepId(step),
      step,
      after: before.map(one => stepId(one.step)),
      hazard: hazard ?? hazardOf(step, input.facts) ?? noHazard,
    }
  })
}

export function stepId(step: Step): string {
  const at = `${step.kind}:${step.node}`
  switch (step.kind) {
    case 'make-logical-volume':
      return `${at}:${step.volume.group}/${step.volume.name}`
    case 'wipe-device':
    case 'create-metadata':
      return `${at}:${step.replica.resource}/${step.replica.part}`
    case 'bring-up':
      return `${at}:${step.resource}`
    case 'first-sync':
    case 'prepare-volume':
      return `${step.kind}:${step.resource}`
    case 'update-cib':
      return step.kind
    case 'prove':
      return `prove:${step.proof.what}${proofName(step.proof)}`
    case 'install-packages':
    case 'configure-host':
    case 'adjust-replication':
    case 'stop-cluster':
    case 'reload-corosync':
    case 'start-witness':
    case 'join-witness':
    case 'start-voting':
    case 'start-cluster':
      return at
    default:
      return step satisfies never
  }
}

function proofName(proof: Extract<Step, { kind: 'prove' }>['proof']): string {
  if (proof.what === 'links' || proof.what === 'witness') return ''
  if (proof.what === 'fencing') return `:${proof.target}`
  return proof.what === 'replication' ? `:${proof.resource}` : `:${proof.proof.service}`
}

/** What can be done before the machines have to be looked at again: with new packages, only their installation. */
export function thisRound(made: Plan): Plan {
  const installs = made.steps.filter(one => one.step.kind === 'install-packages')
  return installs.length > 0 ? { ...made, steps: installs } : made
}

/** What was there and is no longer as the cluster file says: a hand edit, most often. */
export const drift = (made: Plan): readonly Difference[] => made.differences.filter(one => one.change !== 'absent')
