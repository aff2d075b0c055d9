// The simulated cluster as `live.Snapshot` tells a real one: what Pacemaker's coordinator, Corosync and DRBD say, not
// what the simulation knows. Machines that do not answer are listed in `unseen`.

import type { Instant } from '../base/units.ts'
import { bytes, instant, nodeName } from '../base/units.ts'
import type { HistoryEntry, Resource } from '../cib/types.ts'
import type * as live from '../live/snapshot.ts'
import type { Replica } from './drbd/types.ts'
import { linkUp } from './membership.ts'
import { statusOf } from './pacemaker/cib-copy.ts'
import { devicesOf, targetsOf } from './pacemaker/fencer.ts'
import { controls, primitivesOf, stackOf } from './pacemaker/ports.ts'
import { clusterOption } from './pacemaker/transition.ts'
import type { ResourceRecord, Stack } from './pacemaker/types.ts'
import type { Sim } from './sim.ts'
import { epoch } from './sim.ts'

const at = (time: number): Instant => instant(epoch + Math.floor(time))

export function snapshot(sim: Sim): live.Snapshot {
  const stack = speaker(sim)
  const { nodes } = sim.state.plan
  return {
    at: at(sim.now()),
    cluster: sim.state.plan.cluster,
    nodes: nodes.map(node => nodeState(sim, stack, node)),
    quorum: nodes.flatMap(node => quorumView(sim, node)),
    links: nodes.flatMap(node => linkStates(sim, node)),
    resources: stack ? resources(sim, stack) : [],
    replicas: nodes.flatMap(node => replicas(sim, node)),
    fencing: fencing(sim, stack),
    failures: stack ? failures(sim, stack) : [],
    leftovers: (stack?.cib.configuration.constraints ?? []).map(c => c.id).filter(id => id.startsWith('cli-')),
    unseen: nodes
      .filter(node => !sim.answers(node))
      .map(node => ({ node: nodeName(node), what: 'everything', why: 'does not answer' })),
  }
}

/** The node whose word counts: the coordinator of a partition with quorum, else any whose Pacemaker runs. */
export function speaker(sim: Sim): Stack | undefined {
  const up = sim.state.plan.nodes.filter(node => controls(sim.pacemaker, node))
  const quorate = (node: string): boolean => sim.state.membership.nodes.get(node)?.quorum.quorate ?? false
  const best =
    up.find(node => quorate(node) && stackOf(sim.pacemaker, node).coordinator === node) ??
    up.find(node => stackOf(sim.pacemaker, node).coordinator === node) ??
    up.find(quorate) ??
    up[0]
  return best === undefined ? undefined : stackOf(sim.pacemaker, best)
}

function nodeState(sim: Sim, stack: Stack | undefined, node: string): live.NodeState {
  const reachable = sim.answers(node)
  const attributes = stack?.cib.configuration.nodes.find(n => n.uname === node)?.attributes ?? []
  const on = (name: string): boolean =>
    attributes.some(set => set.pairs.some(pair => pair.name === name && ['on', 'true'].includes(pair.value ?? '')))
  return {
    name: nodeName(node),
    reachable,
    membership: stack ? membershipOf(stack, node) : 'unknown',
    standby: on('standby'),
    maintenance: on('maintenance'),
    coordinator: stack?.coordinator === node,
    ...(reachable ? { bootId: `${node}-${sim.state.machines.get(node)?.life ?? 0}` } : {}),
  }
}

function membershipOf(stack: Stack, node: string): live.NodeState['membership'] {
  if (!stack.cib.statuses.has(node)) return stack.coordinator === undefined ? 'unknown' : 'offline'
  const { inCcm, crmd, joined, expected } = statusOf(stack.cib, node)
  if (inCcm && crmd) return joined ? 'online' : 'pending'
  if (expected === 'member') return 'unclean'
  return inCcm ? 'pending' : 'offline'
}

function quorumView(sim: Sim, node: string): live.QuorumView[] {
  const own = sim.state.membership.nodes.get(node)
  if (!own?.up || own.frozen || !sim.answers(node)) return []
  const { quorate, votes, expected, waitsForAll, deviceVotes } = own.quorum
  const device = sim.state.plan.totem.quorum.device
  return [
    {
      node: nodeName(node),
      quorate,
      votes,
      expected,
      members: own.members.map(nodeName),
      waitForAll: waitsForAll,
      ...(device ? { witness: deviceVotes > 0 ? ('voting' as const) : ('not-voting' as const) } : {}),
    },
  ]
}

function linkStates(sim: Sim, from: string): live.LinkState[] {
  if (!sim.state.membership.nodes.get(from)?.up || !sim.answers(from)) return []
  return sim.state.plan.nodes
    .filter(to => to !== from)
    .flatMap(to =>
      sim.state.plan.totem.links.map(link => ({
        from: nodeName(from),
        to: nodeName(to),
        link,
        up:
          linkUp(sim.membership, from, to, link) && sim.answers(to) && sim.state.membership.nodes.get(to)?.up === true,
      })),
    )
}

function resources(sim: Sim, stack: Stack): live.ResourceState[] {
  return stack.cib.configuration.resources.flatMap(resource =>
    primitivesOf([resource]).flatMap(of => {
      const agent = [of.class, of.provider, of.type].filter(part => part !== undefined).join(':')
      const within = resource.kind === 'primitive' ? [] : withinOf(resource)
      return instances(sim, stack, of.id, resource.kind === 'clone').map(instance => ({
        id: of.id,
        within,
        agent,
        managed: true,
        ...instance,
      }))
    }),
  )
}

const withinOf = (resource: Resource): string[] =>
  resource.kind === 'clone' && resource.child.kind === 'group' ? [resource.id, resource.child.id] : [resource.id]

type Instance = Pick<live.ResourceState, 'role' | 'nodes' | 'failed' | 'blocked'>

/** A clone has an instance per node where it is active; anything else has one in all. */
function instances(sim: Sim, stack: Stack, rsc: string, clone: boolean): Instance[] {
  const active = sim.state.plan.nodes.flatMap(node => {
    const status = statusOf(stack.cib, node)
    const record = status.history.get(rsc)
    if (!record || (!status.crmd && status.expected === 'down')) return []
    const { role, failed } = roleOf(record)
    return role === 'Stopped' && !failed ? [] : [{ role, failed, nodes: [nodeName(node)], blocked: false }]
  })
  const stopped: Instance = { role: 'Stopped', failed: false, nodes: [], blocked: false }
  if (clone) return active.length > 0 ? active : [stopped]
  const running = active.filter(a => a.role !== 'Stopped')
  const first = running[0] ?? active[0]
  if (!first) return [stopped]
  return [
    {
      ...first,
      nodes: running.length > 0 ? running.flatMap(a => a.nodes) : first.nodes,
      failed: active.some(a => a.failed),
    },
  ]
}

const during: Readonly<Record<string, live.Role>> = {
  start: 'Starting',
  stop: 'Stopping',
  promote: 'Promoting',
  demote: 'Demoting',
}

function roleOf(record: ResourceRecord): { role: live.Role; failed: boolean } {
  const { last } = record
  const call = (entry: HistoryEntry | undefined): number => Number(entry?.callId ?? '-1')
  const newest = [...record.recurring.values()].sort((a, b) => call(b) - call(a))[0]
  if (!last) return { role: 'Stopped', failed: false }
  if (last.rcCode === '193') return { role: during[last.operation] ?? 'Started', failed: false }
  const promotable = record.type === 'drbd'
  const failed = last.rcCode !== '0' && last.operation !== 'monitor'
  if (last.operation === 'stop') return { role: failed ? 'Started' : 'Stopped', failed }
  if (last.operation === 'monitor' && last.rcCode === '7') return { role: 'Stopped', failed: false }
  if (newest && call(newest) > call(last) && newest.rcCode === '7') return { role: 'Stopped', failed: true }
  const broken = newest !== undefined && call(newest) > call(last) && !['0', '8'].includes(newest.rcCode ?? '')
  if (failed && last.operation === 'start') return { role: 'Stopped', failed: true }
  const promoted = (last.operation === 'promote' && !failed) || (last.operation === 'monitor' && last.rcCode === '8')
  const role = promoted ? 'Promoted' : promotable ? 'Unpromoted' : 'Started'
  return { role, failed: failed || broken }
}

/** What a block of the model stands for in the out-of-sync figure. */
const blockSize = 4_096

function replicas(sim: Sim, node: string): live.ReplicaState[] {
  if (!sim.answers(node)) return []
  return [...sim.state.drbd.resources.values()].flatMap(({ config, replicas: all }) => {
    const r = all.get(node)
    if (!r?.up) return []
    return config.volumes.map(volume => ({
      node: nodeName(node),
      resource: config.name,
      volume: volume.number,
      role: r.role === 'Primary' ? ('Primary' as const) : ('Secondary' as const),
      disk: r.disk,
      quorum: r.hadQuorum,
      suspended: r.suspendedByFencing || r.suspendedByQuorum,
      peers: peers(sim, r),
    }))
  })
}

const peers = (sim: Sim, r: Replica): live.PeerReplica[] =>
  [...r.peers.values()].map(p => {
    const share = p.resync
      ? (sim.now() - p.resync.startedAt) / Math.max(1, p.resync.endsAt - p.resync.startedAt)
      : undefined
    return {
      node: nodeName(p.node),
      connection: p.connection,
      role: p.role,
      disk: p.disk,
      replication: p.replication,
      outOfSync: bytes((r.meta.dirty.get(p.node)?.size ?? 0) * blockSize),
      ...(share === undefined ? {} : { donePercent: Math.round(Math.min(1, share) * 1_000) / 10 }),
    }
  })

function fencing(sim: Sim, stack: Stack | undefined): live.FencingState {
  const { history, devices } = sim.state.pacemaker.fencing
  const enabled = stack
    ? !['false', 'no', '0', 'off'].includes(
        clusterOption(stack, 'stonith-enabled') ?? clusterOption(stack, 'fencing-enabled') ?? 'true',
      )
    : true
  return {
    enabled,
    devices: stack
      ? devicesOf(stack).flatMap(device =>
          targetsOf(device, sim.state.plan.nodes).map(target => {
            const runningOn = sim.state.plan.nodes.find(
              node => sim.answers(node) && sim.state.hosts.get(node)?.processes.has(device.id),
            )
            const state = devices.get(`${device.id}/${target}`)?.state ?? 'working'
            return {
              id: device.id,
              target: nodeName(target),
              ...(runningOn === undefined ? {} : { runningOn: nodeName(runningOn) }),
              healthy: runningOn !== undefined && state !== 'down',
            }
          }),
        )
      : [],
    history: [...history].reverse().map(record => ({
      target: nodeName(record.target),
      action: record.action,
      state: record.state,
      at: at(record.at),
      by: nodeName(record.by),
    })),
  }
}

function failures(sim: Sim, stack: Stack): live.OperationFailure[] {
  return sim.state.plan.nodes.flatMap(node => {
    const status = statusOf(stack.cib, node)
    return [...status.history.values()].flatMap(record => {
      const { failure } = record
      if (!failure) return []
      const name = `fail-count-${record.id}#${failure.operation}_${failure.interval ?? '0'}`
      const count = status.attributes.get(name)
      return [
        {
          resource: record.id,
          node: nodeName(node),
          operation:
            failure.interval === '0' || failure.interval === undefined
              ? failure.operation
              : `${failure.operation} ${failure.interval} ms`,
          reason: failure.exitReason ?? `exit code ${failure.rcCode}`,
          failCount: count === 'INFINITY' ? 1_000_000 : Number(count ?? '0'),
          at: instant(Number(failure.lastRcChange ?? '0') * 1_000),
        },
      ]
    })
  })
}
