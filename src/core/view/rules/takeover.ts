// Could this service run on `to` if its present node were lost now? Each rule that objects is a reason why not.
// Not judged here: quorum and fencing after the loss (loss.ts), and whether the service's own software would start.
import type { NodeName } from '../../base/units.ts'
import { migrationThreshold } from '../../model/defaults.ts'
import { replicaId, serviceId, volumeId } from '../../model/names.ts'
import { type Facts, isActive, nodeState, type ServiceFacts, volumesOf } from '../facts.ts'
import { replicaProblem } from './replica.ts'
import { type Rule, type Words, words } from './rule.ts'

export interface Takeover {
  readonly service: ServiceFacts
  readonly from: NodeName
  readonly to: NodeName
}

/** Constraints and failures name a part, or the container around it. */
const idsOf = (f: Facts, s: ServiceFacts): string[] => [
  serviceId(s.service),
  ...s.single.map(r => r.id),
  ...s.cloned.map(r => r.id),
  ...volumesOf(f, s.service).map(volumeId),
]

function absent(f: Facts, to: NodeName): Words[] {
  const node = nodeState(f, to)
  const why = f.snapshot.unseen.find(u => u.node === to)?.why
  switch (node?.membership) {
    case 'online':
      return []
    case 'offline':
      return [words(`${to} is offline`)]
    case 'unclean':
      return [words(`${to} is lost and not yet fenced`)]
    case 'pending':
      return [words(`${to} is still joining the cluster`)]
    default:
      return [words(`the state of ${to} cannot be seen${why ? ` (${why})` : ''}`)]
  }
}

function banned(f: Facts, t: Takeover): Words[] {
  const ids = idsOf(f, t.service)
  const bans = f.snapshot.leftovers.filter(left => ids.some(id => left === `cli-ban-${id}-on-${t.to}`))
  return bans.map(ban => {
    const id = ban.slice('cli-ban-'.length, -`-on-${t.to}`.length)
    return words(`a ban set by hand (${ban}) keeps ${id} off ${t.to}`, `crm_resource --clear -r ${id} -N ${t.to}`)
  })
}

/** The DRBD handler's own ban (`drbd-fence-by-handler-…`) lets one node promote; it goes after the resync. */
function bannedByDrbd(f: Facts, t: Takeover): Words[] {
  // While the node is away the ban only says what its absence says already.
  if (nodeState(f, t.to)?.membership !== 'online') return []
  return volumesOf(f, t.service.service).flatMap(volume =>
    f.snapshot.leftovers
      .filter(left => left.startsWith('drbd-fence-') && `${left}-`.includes(`-${volumeId(volume)}-`))
      .map(left => words(`${volume.name} may only be promoted where it was last written (${left})`)),
  )
}

function failedThere(f: Facts, t: Takeover): Words[] {
  const ids = idsOf(f, t.service)
  return f.snapshot.failures
    .filter(x => x.node === t.to && ids.includes(x.resource))
    .filter(x => x.failCount >= migrationThreshold || (x.failCount > 0 && x.operation.startsWith('start')))
    .map(x =>
      words(
        `${x.resource} failed on ${t.to} (${x.operation}: ${x.reason})`,
        `crm_resource --cleanup -r ${x.resource} -N ${t.to}`,
      ),
    )
}

function instanceMissing(f: Facts, t: Takeover): Words[] {
  const ids = new Set(t.service.cloned.map(r => r.id))
  for (const volume of volumesOf(f, t.service.service)) ids.add(replicaId(volume))
  return [...ids]
    .filter(id => {
      const there = t.service.cloned.filter(r => r.id === id && r.nodes.includes(t.to))
      return !there.some(r => isActive(r) && !r.failed)
    })
    .map(id => words(`${id} does not run on ${t.to}`))
}

function replicas(f: Facts, t: Takeover): Words[] {
  return volumesOf(f, t.service.service).flatMap(volume => {
    if (!volume.nodes.includes(t.to)) return [words(`${t.to} holds no replica of ${volume.name}`)]
    return replicaProblem(f, volume, t.from, t.to)
  })
}

export const takeoverRules: readonly Rule<Takeover>[] = [
  {
    code: 'target-absent',
    source: 'Pacemaker Explained, Cluster Nodes: only an online member runs resources',
    find: (f, t) => absent(f, t.to),
  },
  {
    code: 'target-standby',
    source: 'Pacemaker Explained, node attribute `standby`: the node may not run resources',
    find: (f, t) =>
      nodeState(f, t.to)?.standby === true ? [words(`${t.to} is in standby`, `crm_standby -N ${t.to} -D`)] : [],
  },
  {
    code: 'target-maintenance',
    source: 'Pacemaker Explained, node attribute `maintenance`: the cluster starts and stops nothing there',
    find: (f, t) =>
      nodeState(f, t.to)?.maintenance === true
        ? [
            words(
              `${t.to} is in maintenance: the cluster starts nothing there`,
              `crm_attribute -t nodes -N ${t.to} -n maintenance -D`,
            ),
          ]
        : [],
  },
  {
    code: 'target-banned',
    source: 'crm_resource(8), --ban: a location constraint of -INFINITY that stays until it is cleared',
    find: banned,
  },
  {
    code: 'target-banned-by-drbd',
    source: 'LINBIT DRBD 9 User’s Guide, resource-level fencing: the handler’s constraint stays until it unfences',
    find: bannedByDrbd,
  },
  {
    code: 'target-failed',
    source:
      'Pacemaker Explained, start-failure-is-fatal and migration-threshold: that many failures, or a failed start, ban the node',
    find: failedThere,
  },
  {
    code: 'target-instance',
    source: 'a promotion, or an address, needs a running instance of its clone on the node',
    find: (f, t) => (nodeState(f, t.to)?.membership === 'online' ? instanceMissing(f, t) : []),
  },
  {
    code: 'target-replica',
    source: 'invariants 2 and 5: only an UpToDate replica that is connected to the writing one may take over',
    find: (f, t) => (nodeState(f, t.to)?.membership === 'online' ? replicas(f, t) : []),
  },
]
