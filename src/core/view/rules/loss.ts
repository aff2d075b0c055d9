// What must hold so that the cluster acts rightly when `lost` fails now, wherever the service runs: somebody decides,
// the rest keeps quorum, the lost node can be switched off for certain, and the service's own copy stands alone.
// Not judged here: whether another node could take the service over (takeover.ts).
import type { NodeName } from '../../base/units.ts'
import type { FenceDeviceState, QuorumView } from '../../live/snapshot.ts'
import { fenceId, volumeId } from '../../model/names.ts'
import { copyOf, type Facts, isSeen, nodeState, type ServiceFacts, volumesOf } from '../facts.ts'
import { attachAgain, partName } from './replica.ts'
import { type Rule, type Words, words } from './rule.ts'

export interface Loss {
  readonly service: ServiceFacts
  readonly lost: NodeName
  /** The other nodes that are online. */
  readonly staying: readonly NodeName[]
}

/** Devices level by level, as the cluster file lists them; all of one level must succeed. */
export function fenceLevels(f: Facts, target: NodeName): readonly (readonly string[])[] {
  const node = f.cluster.nodes.find(n => n.name === target)
  const levels = new Map<number, string[]>()
  for (const [index, device] of (node?.fence ?? []).entries()) {
    const ids = levels.get(device.level) ?? []
    levels.set(device.level, [...ids, fenceId({ name: target }, index)])
  }
  return [...levels].sort(([a], [b]) => a - b).map(([, ids]) => ids)
}

const device = (f: Facts, id: string): FenceDeviceState | undefined => f.snapshot.fencing.devices.find(d => d.id === id)

export const isReady = (f: Facts, id: string): boolean => {
  const found = device(f, id)
  return found?.healthy === true && found.runningOn !== undefined
}

export function deviceFault(f: Facts, id: string): string {
  const found = device(f, id)
  if (!found) return 'is not there'
  return found.healthy ? 'is stopped' : 'does not answer'
}

export const deviceWords = (f: Facts, id: string, target: NodeName): string =>
  `the fence device ${id} of ${target} ${deviceFault(f, id)}`

function noDevice(f: Facts, { lost, staying }: Loss): Words[] {
  if (f.cluster.fencing.kind === 'none' || staying.length === 0) return []
  const levels = fenceLevels(f, lost)
  if (levels.length === 0) return [words(`${lost} has no fence device`)]
  if (levels.some(level => level.every(id => isReady(f, id)))) return []
  return levels
    .flat()
    .filter(id => !isReady(f, id))
    .map(id => words(deviceWords(f, id, lost)))
}

/** The last attempt on this node failed, and nothing has shown since then that the device works again. */
function failedFencing(f: Facts, { lost }: Loss): Words[] {
  if (f.cluster.fencing.kind === 'none') return []
  const last = f.snapshot.fencing.history.find(x => x.target === lost && x.state !== 'pending')
  if (last?.state !== 'failed') return []
  const ids = fenceLevels(f, lost).flat()
  const proven = ids.map(id => device(f, id)?.lastProven ?? 0)
  return proven.some(at => at > last.at) ? [] : [words(`the last fencing of ${lost} failed, and none has worked since`)]
}

/** Of the views of nodes that would stay, the most pessimistic; else the view of the lost node itself. */
function quorumView(f: Facts, { lost, staying }: Loss): QuorumView | undefined {
  const stay = f.snapshot.quorum.filter(v => staying.includes(v.node))
  const views = stay.length > 0 ? stay : f.snapshot.quorum.filter(v => v.node === lost)
  return views.toSorted((a, b) => a.votes - b.votes)[0]
}

function quorumMargin(f: Facts, loss: Loss): Words[] {
  if (loss.staying.length === 0) return []
  const view = quorumView(f, loss)
  if (!view) return [words('quorum cannot be seen')]
  if (!view.quorate) return [words(`${view.node} has no quorum now (${view.votes} of ${view.expected} votes)`)]
  if (f.cluster.quorum.kind === 'two-node') return []
  const needed = Math.floor(view.expected / 2) + 1
  const left = view.votes - (view.members.includes(loss.lost) ? 1 : 0)
  if (left >= needed) return []
  const witness = view.witness === 'not-voting' ? '; the witness does not vote' : ''
  return [
    words(`without ${loss.lost} the rest would have ${left} of ${view.expected} votes and needs ${needed}${witness}`),
  ]
}

function partitioned(f: Facts): Words[] {
  const sides = new Set(f.snapshot.quorum.map(v => v.members.toSorted().join(' and ')))
  return sides.size > 1 ? [words(`the nodes do not agree who is a member (${[...sides].join(' / ')})`)] : []
}

function unmanaged(_: Facts, { service }: Loss): Words[] {
  const hands = [...service.single, ...service.cloned].filter(r => !r.managed || r.blocked)
  return [...new Map(hands.map(r => [r.id, r])).values()].map(r =>
    r.blocked
      ? words(
          `${r.id} is blocked: the cluster does nothing with it until it is cleaned up`,
          `crm_resource --cleanup -r ${r.id}`,
        )
      : words(`${r.id} is unmanaged: the cluster does nothing with it`, `crm_resource -r ${r.id} --meta -d is-managed`),
  )
}

/** Where the service stays, its own copy must do without the lost node's. */
function leansOnLost(f: Facts, { service, lost }: Loss): Words[] {
  if (service.on.includes(lost)) return []
  return volumesOf(f, service.service).flatMap(volume =>
    volume.parts.flatMap(part =>
      service.on
        .map(node => ({ node, disk: copyOf(f, volume, part.number, node).disk }))
        .filter(({ disk }) => disk !== 'UpToDate')
        .map(({ node, disk }) =>
          words(
            disk === undefined
              ? `the state of ${partName(volume, part)} on ${node} cannot be seen`
              : `${partName(volume, part)} on ${node} is ${disk} and reads from ${lost}`,
            disk === 'Diskless' ? attachAgain : undefined,
          ),
        ),
    ),
  )
}

function twoPrimaries(f: Facts, { service }: Loss): Words[] {
  return volumesOf(f, service.service).flatMap(volume => {
    const primaries = f.snapshot.replicas
      .filter(r => r.resource === volumeId(volume) && r.role === 'Primary')
      .map(r => r.node)
    const nodes = [...new Set(primaries)]
    if (nodes.length < 2) return []
    return [words(`${volume.name} is Primary on ${nodes.join(' and ')} at once: the two copies drift apart`)]
  })
}

export const lossRules: readonly Rule<Loss>[] = [
  {
    code: 'fencing-none',
    source: 'Clusters from Scratch: a cluster without fencing is "completely inappropriate" for production',
    find: f =>
      f.cluster.fencing.kind === 'none'
        ? [words(`the cluster has no fencing (${f.cluster.fencing.reason}): a lost node may still be writing`)]
        : [],
  },
  {
    code: 'fencing-disabled',
    source: 'Pacemaker Explained, stonith-enabled: when false, a lost node is assumed to be stopped',
    find: f =>
      f.cluster.fencing.kind === 'required' && !f.snapshot.fencing.enabled && isSeen(f, 'pacemaker')
        ? [
            words(
              'fencing is switched off in the running cluster, although the cluster file asks for it',
              'holdfast plan',
            ),
          ]
        : [],
  },
  {
    code: 'fence-device',
    source: 'invariant 3: nothing is promoted before the lost peer’s fencing is confirmed',
    find: noDevice,
  },
  {
    code: 'fence-failed',
    source: 'Pacemaker Explained, Fencing: a node that cannot be fenced blocks the recovery of what ran on it',
    find: failedFencing,
  },
  {
    code: 'quorum-margin',
    source: 'votequorum(5): quorum is more than half of the expected votes',
    find: quorumMargin,
  },
  { code: 'partition', source: 'votequorum(5): members of one partition see one membership', find: partitioned },
  {
    code: 'no-coordinator',
    source: 'Pacemaker Explained: the designated coordinator decides; without one nobody does',
    find: f =>
      f.snapshot.nodes.some(n => n.coordinator)
        ? []
        : [words('the cluster has no coordinator: nobody decides what to do')],
  },
  {
    code: 'unmanaged',
    source: 'Pacemaker Explained, is-managed and maintenance-mode: the cluster does not start or stop it',
    find: unmanaged,
  },
  {
    code: 'own-data',
    source: 'LINBIT DRBD 9 User’s Guide, disk states: a Primary that is not UpToDate reads from its peer',
    find: leansOnLost,
  },
  { code: 'two-primaries', source: 'invariant 1: at most one Primary of a volume', find: twoPrimaries },
]

export const othersOnline = (f: Facts, lost: NodeName): NodeName[] =>
  f.cluster.nodes.map(n => n.name).filter(name => name !== lost && nodeState(f, name)?.membership === 'online')
