// Why a service does not serve now, whatever its parts claim: something is stopped or failed, its node is lost, its
// disk is frozen, it is active twice, or its address is not where it is.
import { elapsed, minutes, type NodeName } from '../../base/units.ts'
import { mainId, volumeId } from '../../model/names.ts'
import { copyOf, type Facts, isActive, nodeState, type ServiceFacts, volumesOf } from '../facts.ts'
import { type Rule, type Words, words } from './rule.ts'

const lastFailure = (f: Facts, id: string): string => {
  const failure = f.snapshot.failures.find(x => x.resource === id)
  return failure ? ` (${failure.operation} on ${failure.node}: ${failure.reason})` : ''
}

/** A stopped service has a reason above it more often than in it. */
function noQuorum(f: Facts, s: ServiceFacts): Words[] {
  const views = f.snapshot.quorum
  if (s.state !== 'stopped' || views.length === 0 || views.some(v => v.quorate)) return []
  return views.map(v => {
    const absent = f.cluster.nodes.map(n => n.name).filter(n => !v.members.includes(n))
    const waits = v.waitForAll && absent.length > 0 ? `, and waits to see ${absent.join(' and ')} once` : ''
    return words(`${v.node} has no quorum (${v.votes} of ${v.expected} votes)${waits}: it may start nothing`)
  })
}

function waitsForFencing(f: Facts, s: ServiceFacts): Words[] {
  if (s.state !== 'stopped' || f.cluster.fencing.kind === 'none') return []
  return f.snapshot.nodes
    .filter(n => n.membership === 'unclean')
    .map(n => words(`${n.name} is lost and not yet fenced: what it may still hold is started nowhere else`))
}

function noCopy(f: Facts, s: ServiceFacts): Words[] {
  if (s.state !== 'stopped') return []
  return volumesOf(f, s.service).flatMap(volume => {
    const disks = volume.parts.flatMap(part =>
      volume.nodes.map(node => ({ node, disk: copyOf(f, volume, part.number, node).disk })),
    )
    const seen = disks.flatMap(d => (d.disk === undefined ? [] : [`${d.disk} on ${d.node}`]))
    if (seen.length === 0 || disks.some(d => d.disk === 'UpToDate')) return []
    return [words(`no UpToDate copy of ${volume.name} is in reach (${seen.join(', ')})`)]
  })
}

function noHome(f: Facts, s: ServiceFacts): Words[] {
  if (s.state !== 'stopped') return []
  const idle = f.cluster.nodes.map(({ name }) => {
    const node = nodeState(f, name)
    if (node?.membership !== 'online') return `${name} is ${node?.membership ?? 'unknown'}`
    return node.standby ? `${name} is in standby` : node.maintenance ? `${name} is in maintenance` : undefined
  })
  return idle.every(why => why !== undefined) ? [words(`no node may run it: ${idle.join(', ')}`)] : []
}

function stopped(f: Facts, s: ServiceFacts): Words[] {
  if (s.state !== 'stopped') return []
  const halted = s.single.filter(r => !isActive(r) && !r.failed).map(r => r.id)
  if (s.single.length === 0 && s.cloned.every(r => !isActive(r)))
    return [words('it is not in the cluster, or stopped everywhere')]
  // The first that does not run holds up the others of its group.
  const [first, ...rest] = halted
  if (first === undefined) return []
  const others = rest.length > 0 ? `, and so ${rest.length === 1 ? 'is' : 'are'} ${rest.join(', ')}` : ''
  return [words(`${first} is stopped${lastFailure(f, first)}${others}`)]
}

/** It moves because somebody asked, or because something failed a moment ago. */
function moving(f: Facts, s: ServiceFacts): Words[] {
  const r = s.single.find(x => !isActive(x) && x.role !== 'Stopped')
  if (s.state !== 'moving' || !r) return []
  const place = r.nodes.length > 0 ? ` on ${r.nodes.join(', ')}` : ''
  return [words(`${r.id} is ${r.role.toLowerCase()}${place}${recentFailure(f, s)}`)]
}

const recent = minutes(5)

function recentFailure(f: Facts, s: ServiceFacts): string {
  const ids = [...s.single, ...s.cloned].map(r => r.id)
  const failure = f.snapshot.failures.find(
    x => ids.includes(x.resource) && x.at !== undefined && elapsed(x.at, f.snapshot.at) < recent,
  )
  return failure ? `: ${failure.resource} failed on ${failure.node} (${failure.operation}: ${failure.reason})` : ''
}

function failed(f: Facts, s: ServiceFacts): Words[] {
  return s.single
    .filter(r => r.failed)
    .map(r =>
      words(
        `${r.id} has failed${r.nodes.length > 0 ? ` on ${r.nodes.join(', ')}` : ''}${lastFailure(f, r.id)}`,
        `crm_resource --cleanup -r ${r.id}`,
      ),
    )
}

/** Pacemaker goes on showing a resource where it last was. */
const lostNodes = (f: Facts, s: ServiceFacts): NodeName[] =>
  s.on.filter(node => ['unclean', 'offline'].includes(nodeState(f, node)?.membership ?? 'unknown'))

function nodeLost(f: Facts, s: ServiceFacts): Words[] {
  return lostNodes(f, s).map(node => {
    const fencing = f.snapshot.fencing.history.find(x => x.target === node)
    if (f.cluster.fencing.kind === 'none') return words(`${node}, where it ran, is lost`)
    if (fencing?.state === 'failed') {
      return words(
        `${node}, where it ran, is lost, and its fencing failed: the cluster waits, because ${node} may still be writing`,
        `make sure that ${node} is switched off, then: stonith_admin --confirm ${node}`,
      )
    }
    return words(`${node}, where it ran, is lost; the cluster waits until it is fenced`)
  })
}

function activeTwice(_: Facts, s: ServiceFacts): Words[] {
  return s.single
    .filter(r => r.nodes.length > 1)
    .map(r => words(`${r.id} is active on ${r.nodes.join(' and ')} at once`))
}

function frozen(f: Facts, s: ServiceFacts): Words[] {
  return volumesOf(f, s.service).flatMap(volume =>
    s.on
      .filter(node =>
        volume.parts.some(part => {
          const copy = copyOf(f, volume, part.number, node)
          return copy.role === 'Primary' && (copy.suspended || !copy.quorum)
        }),
      )
      .map(node => words(`writes to ${volume.name} on ${node} are frozen: DRBD waits for fencing or quorum`)),
  )
}

function noData(f: Facts, s: ServiceFacts): Words[] {
  if (s.state !== 'running' || s.on.length > 1) return []
  return volumesOf(f, s.service).flatMap(volume => {
    const seen = f.snapshot.replicas.filter(r => r.resource === volumeId(volume))
    const here = seen.filter(r => s.on.includes(r.node))
    return here.some(r => r.role === 'Secondary')
      ? [words(`${volume.name} is not Primary on ${s.on.join(', ')}, where its service should write`)]
      : []
  })
}

/** With a volume everything stands on one node. Without one, each address stands where an instance runs. */
function apart(_: Facts, s: ServiceFacts): Words[] {
  if (s.state !== 'running') return []
  if (s.service.volumes.length > 0) {
    return s.on.length > 1 ? [words(`its parts are on different nodes: ${s.on.join(', ')}`)] : []
  }
  const instances = s.cloned.filter(r => r.id === mainId(s.service))
  if (instances.length === 0) return []
  const alive = instances.filter(r => isActive(r) && !r.failed).flatMap(r => r.nodes)
  return s.single
    .filter(r => isActive(r) && !r.nodes.some(n => alive.includes(n)))
    .map(r => words(`${r.id} is on ${r.nodes.join(', ')}, where ${mainId(s.service)} does not run`))
}

export const downRules: readonly Rule<ServiceFacts>[] = [
  {
    code: 'no-quorum',
    source: 'Pacemaker Explained, no-quorum-policy: without quorum everything is stopped',
    find: noQuorum,
  },
  {
    code: 'waits-for-fencing',
    source: 'invariant 3: nothing is promoted before the lost peer’s fencing is confirmed',
    find: waitsForFencing,
  },
  { code: 'no-copy', source: 'invariant 5: Outdated or Inconsistent data is never promoted', find: noCopy },
  { code: 'no-home', source: 'Pacemaker Explained, standby and maintenance: such a node starts nothing', find: noHome },
  { code: 'stopped', source: 'Pacemaker: an instance with the role Stopped', find: stopped },
  { code: 'moving', source: 'Pacemaker: an instance between two roles does not serve', find: moving },
  { code: 'failed', source: 'Pacemaker: the last operation or monitor of the instance failed', find: failed },
  { code: 'node-lost', source: 'invariant 3: what ran on an unclean node waits until it is fenced', find: nodeLost },
  { code: 'active-twice', source: 'invariants 1 and 4: one place for a service and its address', find: activeTwice },
  {
    code: 'frozen',
    source: 'drbd.conf(5), resource-and-stonith and on-no-quorum: I/O is suspended meanwhile',
    find: frozen,
  },
  { code: 'not-primary', source: 'drbd.conf(5): only a Primary may be written', find: noData },
  { code: 'apart', source: 'invariant 4: an address is where its service runs', find: apart },
]
