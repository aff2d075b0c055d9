// The cluster as a picture, in data: machines with their copies and fence devices, links, replication, services with
// their addresses, quorum. The terminal prints it as tables, the page draws it; both say the same words.
import { elapsed, type Instant, type NodeName } from '../base/units.ts'
import type { DiskState, NodeState } from '../live/snapshot.ts'
import { addressId } from '../model/names.ts'
import type { Cluster, Service, Volume, VolumePart } from '../model/types.ts'
import {
  connectionState,
  connectionViews,
  copyOf,
  type Facts,
  isPresent,
  isSeen,
  isSyncing,
  nodeState,
  type Progress,
  progressOf,
  serviceFacts,
  showProgress,
} from './facts.ts'
import type { Answer, Protection, ServiceProtection } from './protection.ts'
import { deviceFault, fenceLevels, isReady, othersOnline } from './rules/loss.ts'
import { partName } from './rules/replica.ts'
import { lastProof } from './rules/warnings.ts'
import type { Tone } from './styled.ts'
import { showAge } from './wording.ts'

/** A few words and what they mean. */
export interface Mark {
  readonly text: string
  readonly tone: Tone
}

export interface Picture {
  readonly cluster: string
  readonly at: Instant
  readonly nodes: readonly NodePicture[]
  readonly links: readonly LinkPicture[]
  readonly replication: readonly ReplicationPicture[]
  readonly services: readonly ServicePicture[]
  readonly quorum: Mark
  readonly fencing: Mark
}

export interface NodePicture {
  readonly name: NodeName
  readonly state: Mark
  readonly coordinator: boolean
  readonly fence: Mark
  readonly copies: readonly CopyPicture[]
}

/** One node's copy of one part of a volume. */
export interface CopyPicture {
  readonly volume: string
  readonly role: 'Primary' | 'Secondary' | 'Unknown'
  readonly disk: DiskState | 'unknown'
  readonly tone: Tone
  /** 0 to 100 while this copy is being brought up to date. */
  readonly percent?: number
}

export interface LinkPicture {
  readonly a: NodeName
  readonly b: NodeName
  readonly link: number
  readonly state: Mark
}

export interface ReplicationPicture {
  readonly volume: string
  readonly a: NodeName
  readonly b: NodeName
  readonly state: Mark
  /** The direction of a resync. */
  readonly to?: NodeName
  readonly percent?: number
}

export interface ServicePicture {
  readonly name: string
  readonly blueprint: string
  readonly answer: Answer
  readonly state: Mark
  readonly on: readonly NodeName[]
  readonly addresses: readonly { readonly address: string; readonly on: readonly NodeName[]; readonly tone: Tone }[]
}

export function picture(f: Facts, p: Protection): Picture {
  const { cluster, snapshot } = f
  return {
    cluster: cluster.name,
    at: snapshot.at,
    nodes: cluster.nodes.map(n => ({
      name: n.name,
      state: nodeMark(f, n.name),
      coordinator: nodeState(f, n.name)?.coordinator ?? false,
      fence: fenceMark(f, n.name),
      copies: copies(f, n.name),
    })),
    links: links(f),
    replication: cluster.volumes.flatMap(v => v.parts.flatMap(part => replication(f, v, part))),
    services: cluster.services.map(s => servicePicture(f, s, p)),
    quorum: quorumMark(f),
    fencing: fencingMark(f),
  }
}

const mark = (text: string, tone: Tone): Mark => ({ text, tone })

function nodeMark(f: Facts, name: NodeName): Mark {
  const node = nodeState(f, name)
  const base = membershipMark(node)
  if (node?.membership !== 'online') return base
  if (node.standby) return mark('standby', 'warn')
  if (node.maintenance) return mark('maintenance', 'warn')
  return node.reachable ? base : mark('online, out of our reach', 'warn')
}

function membershipMark(node: NodeState | undefined): Mark {
  switch (node?.membership) {
    case 'online':
      return mark('online', 'good')
    case 'offline':
      return mark('offline', 'bad')
    case 'unclean':
      return mark('lost, must be fenced', 'bad')
    case 'pending':
      return mark('joining', 'busy')
    default:
      return mark('cannot be seen', 'warn')
  }
}

function fenceMark(f: Facts, target: NodeName): Mark {
  if (f.cluster.fencing.kind === 'none') return mark('none', 'bad')
  const action = f.snapshot.fencing.history.find(x => x.target === target)
  if (action?.state === 'pending') return mark('under way', 'busy')
  if (!isSeen(f, 'pacemaker')) return mark('cannot be seen', 'warn')
  const levels = fenceLevels(f, target)
  const broken = levels.flat().find(id => !isReady(f, id))
  if (!levels.some(level => level.every(id => isReady(f, id)))) {
    if (othersOnline(f, target).length === 0) return mark('nobody is left to fence it', 'warn')
    return mark(broken === undefined ? 'no device' : `device ${deviceFault(f, broken)}`, 'bad')
  }
  const proven = lastProof(f, target)
  if (proven === undefined) return mark('ready, never proven', 'warn')
  return mark(`ready, proven ${showAge(elapsed(proven, f.snapshot.at))}`, broken === undefined ? 'good' : 'warn')
}

function copies(f: Facts, name: NodeName): CopyPicture[] {
  return f.cluster.volumes
    .filter(v => v.nodes.includes(name))
    .flatMap(volume =>
      volume.parts.map(part => {
        const { disk, role } = copyOf(f, volume, part.number, name)
        const progress = disk === 'UpToDate' ? undefined : syncOf(f, volume, part, name)
        return {
          volume: partName(volume, part),
          role,
          disk: disk ?? ('unknown' as const),
          tone: diskTone(disk, progress !== undefined),
          ...(progress?.percent === undefined ? {} : { percent: progress.percent }),
        }
      }),
    )
}

function syncOf(f: Facts, volume: Volume, part: VolumePart, name: NodeName): Progress | undefined {
  for (const other of volume.nodes) {
    const found = other === name ? undefined : progressOf(f, volume, part.number, name, other)
    if (found) return found
  }
  return undefined
}

function diskTone(disk: DiskState | undefined, syncing: boolean): Tone {
  if (disk === 'UpToDate') return 'good'
  if (disk === undefined || disk === 'DUnknown') return 'dim'
  if (syncing || disk === 'Negotiating' || disk === 'Attaching') return 'busy'
  return disk === 'Outdated' || disk === 'Consistent' ? 'warn' : 'bad'
}

export const pairs = <T>(items: readonly T[]): (readonly [T, T])[] =>
  items.flatMap((a, i) => items.slice(i + 1).map(b => [a, b] as const))

function links(f: Facts): LinkPicture[] {
  const count = Math.max(0, ...f.cluster.nodes.map(n => n.links.length))
  return pairs(f.cluster.nodes.map(n => n.name)).flatMap(([a, b]) =>
    Array.from({ length: count }, (_, link) => ({ a, b, link, state: linkMark(f, a, b, link) })),
  )
}

function linkMark(f: Facts, a: NodeName, b: NodeName, link: number): Mark {
  const seen = f.snapshot.links.filter(
    l => l.link === link && ((l.from === a && l.to === b) || (l.from === b && l.to === a)),
  )
  const down = seen.filter(l => !l.up)
  if (seen.length === 0) return mark('cannot be seen', 'dim')
  if (down.length === 0) return mark('up', 'good')
  const [only] = down
  return seen.length > down.length && only ? mark(`down from ${only.from} to ${only.to}`, 'bad') : mark('down', 'bad')
}

function replication(f: Facts, volume: Volume, part: VolumePart): ReplicationPicture[] {
  return pairs(volume.nodes).map(([a, b]) => {
    const views = connectionViews(f, volume, part.number, a, b)
    const progress = progressOf(f, volume, part.number, a, b)
    const to = [a, b].find(n => copyOf(f, volume, part.number, n).disk !== 'UpToDate')
    return {
      volume: partName(volume, part),
      a,
      b,
      state: replicationMark(connectionState(views), views, progress),
      ...(progress && to ? { to } : {}),
      ...(progress?.percent === undefined ? {} : { percent: progress.percent }),
    }
  })
}

function replicationMark(
  connection: ReturnType<typeof connectionState>,
  views: ReturnType<typeof connectionViews>,
  progress: Progress | undefined,
): Mark {
  if (connection === undefined) return mark('cannot be seen', 'dim')
  if (connection !== 'Connected') return mark(connection, connection === 'StandAlone' ? 'bad' : 'warn')
  if (progress) return mark(`resync ${showProgress(progress)}`, 'busy')
  const odd = views.find(v => v.replication !== 'Established')
  if (odd) return mark(odd.replication, odd.replication.startsWith('Verify') ? 'busy' : 'warn')
  return views.some(v => v.outOfSync > 0 && !isSyncing(v))
    ? mark('connected, but blocks differ', 'warn')
    : mark('in sync', 'good')
}

function servicePicture(f: Facts, service: Service, p: Protection): ServicePicture {
  const facts = serviceFacts(f, service)
  const judged = p.services.find(s => s.service === service.name)
  return {
    name: service.name,
    blueprint: service.blueprint,
    answer: judged?.answer ?? 'unknown',
    state: serviceMark(judged, facts.on),
    on: facts.on,
    addresses: service.addresses.map((address, i) => {
      const resource = f.snapshot.resources.find(r => r.id === addressId(service, i))
      const active = resource?.role === 'Started' && !resource.failed
      const on = active ? resource.nodes.filter(n => isPresent(f, n)) : []
      return { address: address.address, on, tone: tone(f, on.length) }
    }),
  }
}

const tone = (f: Facts, places: number): Tone => (!isSeen(f, 'pacemaker') ? 'dim' : places === 1 ? 'good' : 'bad')

function serviceMark(judged: ServiceProtection | undefined, on: readonly NodeName[]): Mark {
  switch (judged?.answer) {
    case 'protected':
      return mark(`runs on ${on.join(', ')}`, 'good')
    case 'unprotected':
      return mark(`runs on ${on.join(', ')}, unprotected`, 'warn')
    case 'down':
      return judged.down.some(d => d.code === 'moving') ? mark('on its way', 'busy') : mark('down', 'bad')
    default:
      return mark('cannot be seen', 'warn')
  }
}

function quorumMark(f: Facts): Mark {
  const views = f.snapshot.quorum
  const [first] = views
  if (!first) return mark('cannot be seen', 'warn')
  const without = views.filter(v => !v.quorate)
  const witness =
    first.witness === undefined ? '' : first.witness === 'voting' ? ', witness votes' : ', witness does not vote'
  const votes = `${first.votes} of ${first.expected} votes${witness}`
  if (without.length > 0) return mark(`${without.map(v => v.node).join(', ')} without quorum (${votes})`, 'bad')
  return mark(`quorate, ${votes}${rule(f.cluster)}`, first.votes < first.expected ? 'warn' : 'good')
}

const rule = (cluster: Cluster): string => (cluster.quorum.kind === 'two-node' ? ' (two nodes: one is enough)' : '')

function fencingMark(f: Facts): Mark {
  if (f.cluster.fencing.kind === 'none') return mark(`none: ${f.cluster.fencing.reason}`, 'bad')
  if (!isSeen(f, 'pacemaker')) return mark('cannot be seen', 'warn')
  if (!f.snapshot.fencing.enabled) return mark('switched off in the running cluster', 'bad')
  const marks = f.cluster.nodes.map(n => fenceMark(f, n.name))
  if (marks.some(m => m.tone === 'bad')) return mark('not ready for every node', 'bad')
  return marks.some(m => m.tone === 'busy') ? mark('at work', 'busy') : mark('ready', 'good')
}
