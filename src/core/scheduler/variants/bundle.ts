// A bundle's replicas: containers first, then addresses and connections, then what runs inside.
// Source: "Pacemaker Explained" 2.1, "Bundles – Containerized Resources".
import { mergeSort } from '../../base/merge-sort.ts'
import { INFINITY, MINUS_INFINITY } from '../../base/score.ts'
import { colocate } from '../constrain/colocation.ts'
import { type BundleReplica, type ClusterNode, Discovery, type Resource } from '../model.ts'
import { compareInstances } from '../place/compare-instances.ts'
import { logScores } from '../place/log.ts'
import { isReached } from '../place/threshold.ts'
import { naturally } from '../unpack/names.ts'
import { isRemote } from '../unpack/nodes.ts'
import type { Unpacked } from '../world.ts'
import { distribute } from './clone.ts'

export function assignBundle(
  world: Unpacked,
  bundle: Resource,
  prefer: ClusterNode | undefined,
): ClusterNode | undefined {
  const data = bundle.bundle
  if (!data) return undefined
  // Also when asked again meanwhile, as in a ring of colocations: its parts know by themselves what they are about.
  bundle.allocating = true
  logScores(world, 'pcmk__bundle_allocate', bundle)
  const containers = mergeSort(
    data.replicas.map(replica => replica.container),
    compareInstances(world),
  )
  distribute(world, bundle, containers, data.counts, data.replicaCount, data.replicasPerHost)
  for (const replica of data.replicas) assignReplica(world, replica, prefer)
  const { inner } = data
  if (inner) {
    for (const node of world.nodes) {
      if (inner.discovery[node.index] === Discovery.none) continue
      const isInside = data.replicas.some(replica => replica.node === node)
      inner.scores[node.index] = isInside ? 0 : MINUS_INFINITY
    }
    world.trace?.note(inner, world.nodes, 'bundled', { other: bundle.id })
    world.assign(world, inner, prefer)
    inner.children.sort((a, b) => naturally(a.id, b.id))
  }
  bundle.allocating = false
  bundle.provisional = false
  return undefined
}

function assignReplica(world: Unpacked, replica: BundleReplica, prefer: ClusterNode | undefined): void {
  const { ip, container, remote, child, node } = replica
  if (ip) world.assign(world, ip, prefer)
  const host = container.assigned
  // A node that was listed as a member is none, though a connection has its name.
  if (remote && host?.remoteResource && isRemote(host)) {
    // Only one connection at a time can lead through another remote node.
    colocate([], {
      id: 'child-remote-with-docker-remote',
      score: INFINITY,
      dependent: remote,
      primary: host.remoteResource,
      influence: true,
    })
  }
  if (remote) world.assign(world, remote, prefer)
  if (!child) return
  for (const one of world.nodes) {
    if (child.discovery[one.index] === Discovery.none) continue
    if (one !== node) child.scores[one.index] = MINUS_INFINITY
    else if (!isReached(world, child, one)) child.scores[one.index] = INFINITY
  }
  world.trace?.note(child, world.nodes, 'bundled', { other: container.id })
  const { parent } = child
  if (parent) parent.allocating = true
  world.assign(world, child, node)
  if (parent) parent.allocating = false
}
