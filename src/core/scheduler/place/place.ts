// The third phase: what counts for and against each node, then a node and a role for every resource.
// Source: "Pacemaker Explained" 2.1, "How Resource Placement is Decided".
import { MINUS_INFINITY } from '../../base/score.ts'
import { handleChanges } from '../act/changes.ts'
import { ban } from '../constrain/bans.ts'
import { applyLocation } from '../constrain/location.ts'
import { type ClusterNode, type ColocationRule, Discovery, type LocationRule, type Resource, Role } from '../model.ts'
import { internal } from '../order/internal.ts'
import type { Source } from '../trace.ts'
import { failuresOf, hasFailures } from '../unpack/failcounts.ts'
import { uberParent } from '../unpack/roles.ts'
import type { Constrained, Placed } from '../world.ts'
import { sortForUtilization } from './process-order.ts'
import { applyShutdownLocks } from './shutdown-locks.ts'
import { isForgiven, isReached } from './threshold.ts'

export function place(world: Constrained): Placed {
  if (world.options.shutdownLock) applyShutdownLocks(world)
  for (const rsc of [...world.byId.values()]) for (const rule of rsc.locations) locate(world, rsc, rule)
  for (const rsc of world.roots) stick(world, rsc)
  const failing = world.nodes.filter(hasFailures)
  if (failing.length > 0) for (const rsc of world.roots) leaveWhereFailing(world, rsc, failing)
  for (const rsc of world.roots) keepExclusive(world, rsc)
  const colocations: ColocationRule[] = [...world.colocations]
  for (const rsc of world.roots) internal(world, colocations, rsc)
  handleChanges(world)
  if (world.options.placement !== 'default') sortForUtilization(world)
  if (world.haveRemoteNodes) {
    for (const rsc of world.roots) {
      if (rsc.isRemoteConnection) world.assign(world, rsc, rsc.partialMigrationTarget)
    }
  }
  for (const rsc of world.roots) if (!rsc.isRemoteConnection) world.assign(world, rsc, undefined)
  return { ...world, colocations, placed: true }
}

/** For a clone also for its instances; for a group with its scores only for the first member. */
function locate(world: Constrained, rsc: Resource, rule: LocationRule, withScores = true): void {
  applyLocation(world, rsc, rule, withScores)
  if (rsc.bundle) {
    for (const { container, ip } of rsc.bundle.replicas) {
      locate(world, container, rule)
      if (ip) locate(world, ip, rule)
    }
    if (rsc.bundle.inner && rule.role >= Role.unpromoted) {
      locate(world, rsc.bundle.inner, rule)
      rsc.bundle.inner.locations.unshift(rule)
    }
    return
  }
  for (const [i, child] of rsc.children.entries()) {
    const follows = rsc.kind === 'group' && rsc.group?.colocated === true && i > 0
    locate(world, child, rule, withScores && !follows)
  }
}

function stick(world: Constrained, rsc: Resource): void {
  for (const part of parts(rsc)) stick(world, part)
  if (rsc.kind !== 'primitive' || !rsc.managed || rsc.stickiness < 1 || rsc.runningOn.length !== 1) return
  const node = rsc.runningOn[0]
  if (!node || (!world.options.symmetric && rsc.discovery[node.index] === Discovery.none)) return
  ban(world, rsc, node, rsc.stickiness, 'stickiness')
}

const parts = (rsc: Resource): readonly Resource[] => rsc.children

function leaveWhereFailing(world: Constrained, rsc: Resource, failing: readonly ClusterNode[]): void {
  for (const part of parts(rsc)) leaveWhereFailing(world, part, failing)
  if (rsc.kind !== 'primitive') return
  for (const node of failing) {
    if (!isForgiven(rsc, node) && isReached(world, rsc, node)) {
      const top = uberParent(rsc)
      const banned = !rsc.unique && top.kind === 'clone' ? top : rsc
      ban(world, banned, node, MINUS_INFINITY, '__fail_limit__', world.trace && failuresHere(world, rsc, node))
    }
  }
}

function failuresHere(world: Constrained, rsc: Resource, node: ClusterNode): Source {
  const { count, last } = failuresOf(world, rsc, node, true, true)
  return { other: rsc.id, count, threshold: rsc.migrationThreshold, since: last }
}

function keepExclusive(world: Constrained, rsc: Resource): void {
  const exclusive = rsc.exclusiveDiscovery || uberParent(rsc).exclusiveDiscovery
  if (!exclusive) return
  for (const part of parts(rsc)) keepExclusive(world, part)
  for (const node of world.nodes) {
    const mode = rsc.discovery[node.index]
    if (mode !== Discovery.none && mode !== Discovery.exclusive) rsc.scores[node.index] = MINUS_INFINITY
  }
  world.trace?.note(rsc, world.nodes, 'exclusive')
}
