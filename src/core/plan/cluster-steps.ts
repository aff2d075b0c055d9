// The cluster above the disks: Corosync and Pacemaker up on every node, the CIB as wanted, and the proofs that it works.
import { found } from '../base/assert.ts'
import type { NodeName } from '../base/units.ts'
import type { Artifacts, HostAction } from '../compile/artifacts.ts'
import type { HostFacts } from '../live/host.ts'
import type { Cluster, Node } from '../model/types.ts'
import type { Element } from '../xml/types.ts'
import { cibDifference, cibHazard } from './cib-diff.ts'
import { configurationOf, mergedConfiguration, printed } from './cib-merge.ts'
import { isActive, isRunning } from './host-steps.ts'
import type { Difference, Hazard, Proof, Step } from './types.ts'

export interface WithHazard {
  readonly step: Step
  readonly hazard?: Hazard
}

type Facts = ReadonlyMap<NodeName, HostFacts>

/** Daemons: a change that Corosync cannot take while it runs stops all of them, otherwise those that are down start. */
export function daemonSteps(cluster: Cluster, facts: Facts, followUps: ReadonlySet<HostAction>): readonly WithHazard[] {
  const hosts = cluster.nodes.map(node => found(facts.get(node.name), `facts of ${node.name}`))
  const restart = followUps.has('corosync-restart')
  const stop = restart ? hosts.filter(host => isActive(host, 'corosync.service')) : []
  const start = restart ? hosts : hosts.filter(host => !isRunning(host))
  const reload = !restart && followUps.has('corosync-reload') ? hosts.filter(isRunning) : []
  const serves = hosts.some(host => host.cib !== undefined && /<primitive /.test(host.cib.text))
  const stopHazard: Hazard = serves
    ? {
        level: 'outage',
        why: 'Corosync takes this change only with the whole cluster stopped; services stop until it is up again',
      }
    : { level: 'none', why: '' }
  const names = cluster.nodes.map(node => ({
    name: node.name,
    address: found(node.links[0], `link 0 of ${node.name}`),
  }))
  const nodes = cluster.nodes.map(node => node.name)
  return [
    ...stop.map(host => ({ step: { kind: 'stop-cluster', node: host.node } as const, hazard: stopHazard })),
    ...reload.map(host => ({ step: { kind: 'reload-corosync', node: host.node } as const })),
    ...start.map(host => ({ step: { kind: 'start-cluster', node: host.node, names, nodes } as const })),
  ]
}

export const daemonDifferences = (cluster: Cluster, facts: Facts): readonly Difference[] =>
  cluster.nodes
    .filter(node => !isRunning(found(facts.get(node.name), `facts of ${node.name}`)))
    .map(node => ({ node: node.name, what: 'cluster', name: 'pacemaker', change: 'absent', summary: 'is not running' }))

export interface CibDelta {
  readonly differences: readonly Difference[]
  readonly step?: WithHazard
}

/** The node whose CIB is compared: the first that told one. */
export const cibSource = (cluster: Cluster, facts: Facts): HostFacts | undefined =>
  cluster.nodes.map(node => facts.get(node.name)).find(host => host?.cib !== undefined)

export function cibDelta(cluster: Cluster, artifacts: Artifacts, facts: Facts): CibDelta {
  const wanted = configurationOf(artifacts.cib, 'the compiled CIB')
  const source = cibSource(cluster, facts)
  const node = source?.node ?? found(cluster.nodes[0], 'the first node').name
  if (!source?.cib) {
    const absent: Difference = {
      what: 'cib',
      name: 'configuration',
      change: 'absent',
      summary: 'Pacemaker has none yet',
    }
    return { differences: [absent], step: { step: { kind: 'update-cib', node, configuration: printed(wanted) } } }
  }
  const { cib } = source
  const actual = configurationOf(cib.text, `the CIB of ${node}`)
  const { changes, text } = cibDifference(wanted, actual)
  if (changes.length === 0) return { differences: [] }
  const from = { adminEpoch: cib.adminEpoch, epoch: cib.epoch }
  const configuration = printed(mergedConfiguration(wanted, actual))
  const differences = changes.map(
    (one, i): Difference => ({
      what: 'cib',
      name: one.id,
      change: one.change,
      summary: one.summary,
      ...(i === 0 ? { diff: text } : {}),
    }),
  )
  return { differences, step: { step: { kind: 'update-cib', node, from, configuration }, hazard: cibHazard(changes) } }
}

/** Everything that has to be seen working after a change. */
export function proofs(cluster: Cluster, artifacts: Artifacts): readonly Step[] {
  const first = found(cluster.nodes[0], 'the first node').name
  const prove = (proof: Proof): Step => ({ kind: 'prove', node: first, proof })
  const links = found(cluster.nodes[0], 'the first node').links.length
  return [
    ...(cluster.nodes.length > 1 ? [prove({ what: 'links', count: links, nodes: cluster.nodes.length })] : []),
    ...(cluster.quorum.kind === 'witness'
      ? [prove({ what: 'witness', host: cluster.quorum.host, nodes: cluster.nodes.length })]
      : []),
    ...cluster.nodes.filter(hasFence).map(node => prove({ what: 'fencing', target: node.name })),
    ...cluster.volumes.map(volume => prove({ what: 'replication', resource: volume.name })),
    ...artifacts.proofs.map(proof => prove({ what: 'service', proof })),
  ]
}

const hasFence = (node: Node): boolean => node.fence.length > 0

/** Resources that the fence handler holds back, by the constraint's name. */
export function heldBack(configuration: Element | undefined): readonly string[] {
  if (!configuration) return []
  const ids: string[] = []
  const walk = (element: Element): void => {
    const id = element.attributes.get('id') ?? ''
    if (element.name === 'rsc_location' && id.startsWith('drbd-fence-by-handler-')) ids.push(id)
    for (const child of element.children) if (child.kind === 'element') walk(child)
  }
  walk(configuration)
  return ids
}
