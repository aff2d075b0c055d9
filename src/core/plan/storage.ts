// From bare disks to a filesystem that the cluster can mount: what a replicated volume still lacks on each of its nodes.
// The rule above all others: a device that carries anything is not touched without the administrator's word for it.
// Source: DRBD User's Guide, "Creating device metadata", "Skipping initial resynchronization".
import { found } from '../base/assert.ts'
import { mebibytes, type NodeName } from '../base/units.ts'
import type { Artifacts } from '../compile/artifacts.ts'
import type { BlockDevice, HostFacts } from '../live/host.ts'
import type { ReplicaState, Snapshot } from '../live/snapshot.ts'
import type { Cluster, Volume, VolumePart } from '../model/types.ts'
import { backingPath } from './questions.ts'
import type { Trouble } from './trouble.ts'
import type { Difference, Hazard, Replica, Step } from './types.ts'

/** The label of a filesystem that apply is still filling, and of one that is whole. They replicate with the data, so either
 *  end can be asked without mounting. */
export const labels = { making: 'hf-new', whole: 'hf-ready' } as const

/** Internal metadata: 32 KiB per GiB, and never less than a few hundred KiB. Source: drbdmeta(8). */
const metadataAllowance = (size: number): number => Math.ceil(size / 32_768) + mebibytes(1)

export interface StorageInput {
  readonly cluster: Cluster
  readonly artifacts: Artifacts
  readonly facts: ReadonlyMap<NodeName, HostFacts>
  readonly snapshot: Snapshot | undefined
  /** Resources that the cluster already runs: their volumes are whole. */
  readonly run: (resource: string) => boolean
}

export interface StorageDelta {
  readonly differences: readonly Difference[]
  readonly steps: readonly { readonly step: Step; readonly hazard?: Hazard }[]
  readonly troubles: readonly Trouble[]
  readonly warnings: readonly Trouble[]
}

export function storageDelta(input: StorageInput, volume: Volume): StorageDelta {
  if (input.run(volume.name)) return replacedDisks(input, volume)
  const ends = volume.nodes.flatMap(node => volume.parts.map(part => endOf(input, volume, node, part)))
  const whole = ends.every(end => end.metadata) && together(input, volume).every(one => isWhole(input, one))
  const steps = ends.flatMap(end => end.steps)
  const differences = ends.flatMap(end => end.differences)
  const troubles = ends.flatMap(end => end.troubles)
  const warnings: readonly Trouble[] = []
  if (whole && steps.length === 0) return { differences, steps, troubles, warnings }
  const rest = whole ? [] : buildSteps(input, volume, ends)
  const unmade: Difference[] =
    rest.length > 0 && differences.length === 0
      ? [{ what: 'volume', name: volume.name, change: 'absent', summary: 'is not prepared yet' }]
      : []
  return { differences: [...differences, ...unmade], steps: [...steps, ...rest], troubles, warnings }
}

/** DRBD gave the disk up after an error and takes it back only when it is told to; the good replica then fills it up. */
export function isDetached(snapshot: Snapshot | undefined, volume: Volume, node: NodeName): boolean {
  const replicas = snapshot?.replicas.filter(replica => replica.resource === volume.name) ?? []
  const [own, others] = [replicas.filter(one => one.node === node), replicas.filter(one => one.node !== node)]
  return (
    volume.nodes.includes(node) &&
    own.some(({ disk }) => disk === 'Diskless') &&
    others.some(({ disk }) => disk === 'UpToDate')
  )
}

/** In a volume that runs, a blank device is a disk that was replaced: it joins again, and the good replica fills it. What is
 *  in the way of that is a warning, because the rest of the cluster must still be able to be changed. */
function replacedDisks(input: StorageInput, volume: Volume): StorageDelta {
  const ends = volume.nodes.flatMap(node => volume.parts.map(part => endOf(input, volume, node, part)))
  const isGood = ({ node, disk, resource }: ReplicaState): boolean =>
    resource === volume.name && disk === 'UpToDate' && !lost.some(end => end.node === node)
  const lost = ends.filter(end => !end.metadata)
  const canBeFilled = input.snapshot?.replicas.some(isGood) === true
  const nodes = new Set(lost.filter(end => end.steps.length > 0).map(end => end.node))
  const rise = [...nodes].map(node => ({ step: { kind: 'bring-up', node, resource: volume.name } as const }))
  const detached = ends
    .filter(end => end.metadata && end.state?.disk === 'Diskless' && isDetached(input.snapshot, volume, end.node))
    .map(
      ({ node, part, replica }): Difference => ({
        node,
        what: 'volume',
        name: `${volume.name}/${part.number}`,
        change: 'changed',
        summary: `has lost its disk ${replica.device}, which DRBD gave up after an error`,
      }),
    )
  return {
    differences: [...lost.flatMap(end => end.differences), ...detached],
    steps: canBeFilled ? [...lost.flatMap(end => end.steps), ...rise] : [],
    troubles: [],
    warnings: lost.flatMap(end => end.troubles),
  }
}

/** The volumes of this one's service that the cluster does not run yet, in the service's order. */
function together(input: StorageInput, volume: Volume): readonly Volume[] {
  const service = input.cluster.services.find(one => one.volumes.includes(volume.name))
  if (!service) return [volume]
  const names = service.volumes.filter(name => !input.run(name))
  return names.flatMap(name => input.cluster.volumes.find(one => one.name === name) ?? [])
}

/** By the label that the last step of a preparation sets, on whichever node. */
const isWhole = (input: StorageInput, volume: Volume): boolean =>
  volume.parts.every(part =>
    [...input.facts.values()].some(facts => deviceOf(facts, backingPath(part.backing))?.label === labels.whole),
  )

interface End {
  readonly node: NodeName
  readonly part: VolumePart
  readonly replica: Replica
  /** It has DRBD metadata of this volume already. */
  readonly metadata: boolean
  readonly state: ReplicaState | undefined
  readonly steps: readonly { readonly step: Step; readonly hazard?: Hazard }[]
  readonly differences: readonly Difference[]
  readonly troubles: readonly Trouble[]
}

function endOf(input: StorageInput, volume: Volume, node: NodeName, part: VolumePart): End {
  const facts = found(input.facts.get(node), `facts of ${node}`)
  const path = backingPath(part.backing)
  const replica: Replica = { resource: volume.name, part: part.number, minor: part.minor, device: path }
  const device = deviceOf(facts, path)
  const state = input.snapshot?.replicas.find(
    r => r.node === node && r.resource === volume.name && r.volume === part.number,
  )
  const attached = state !== undefined && state.disk !== 'Diskless'
  const isFinished = device?.label === labels.whole
  const ours =
    attached || (device?.signatures?.includes('drbd') === true && (isFinished || isConfigured(facts, volume)))
  const base = { node, part, replica, state, metadata: ours }
  if (ours) return { ...base, steps: [], differences: [], troubles: [] }
  const { steps, troubles } = newEnd(facts, volume, part, replica, device)
  const name = `${volume.name}/${part.number}`
  const absent: Difference = { node, what: 'volume', name, change: 'absent', summary: `has no replica on ${path} yet` }
  return { ...base, steps, troubles, differences: [absent] }
}

/** The .res file stands on the node: what metadata is on the device is this volume's own. */
const isConfigured = (facts: HostFacts, volume: Volume): boolean => facts.files.has(`/etc/drbd.d/${volume.name}.res`)

export const deviceOf = (facts: HostFacts, path: string): BlockDevice | undefined =>
  facts.blockDevices.find(device => device.path === path || device.aliases.includes(path))

function newEnd(
  facts: HostFacts,
  volume: Volume,
  part: VolumePart,
  replica: Replica,
  device: BlockDevice | undefined,
): Pick<End, 'steps' | 'troubles'> {
  const { node } = facts
  const create: Step = { kind: 'create-metadata', node, replica }
  if (!device && part.backing.kind === 'lvm') {
    const { group, logicalVolume } = part.backing
    const make: Step = {
      kind: 'make-logical-volume',
      node,
      volume: { group, name: logicalVolume, size: withMetadata(part) },
    }
    return { steps: [{ step: make }, { step: create }], troubles: groupTroubles(facts, group, part) }
  }
  if (!device) return { steps: [], troubles: [{ kind: 'device-absent', node, device: replica.device }] }
  const troubles = deviceTroubles(facts, device, part, replica.device)
  const signatures = device.signatures ?? []
  if (signatures.length === 0) return { steps: [{ step: create }], troubles }
  // A volume that Holdfast has finished is never destroyed by a word that was meant for what was there before.
  if (!part.eraseExisting || device.label === labels.whole)
    return {
      steps: [],
      troubles: [
        ...troubles,
        { kind: 'device-carries', node, device: replica.device, volume: volume.name, signatures },
      ],
    }
  const hazard: Hazard = {
    level: 'data-loss',
    why: `${signatures.join(', ')} on ${replica.device} of ${node} is destroyed, as the cluster file says`,
  }
  return { steps: [{ step: { kind: 'wipe-device', node, replica }, hazard }, { step: create }], troubles }
}

const withMetadata = (part: VolumePart): VolumePart['size'] => {
  const extent = mebibytes(4)
  const size = Math.ceil((part.size + metadataAllowance(part.size)) / extent) * extent
  return mebibytes(size / mebibytes(1))
}

function groupTroubles(facts: HostFacts, group: string, part: VolumePart): readonly Trouble[] {
  const there = facts.lvm.find(one => one.name === group)
  if (!there) return [{ kind: 'group-absent', node: facts.node, group }]
  const needed = withMetadata(part)
  return there.free >= needed ? [] : [{ kind: 'group-full', node: facts.node, group, free: there.free, needed }]
}

function deviceTroubles(facts: HostFacts, device: BlockDevice, part: VolumePart, path: string): readonly Trouble[] {
  const { node } = facts
  const children = facts.blockDevices.filter(other => other.parents.includes(device.path))
  const mounts = [device, ...children].flatMap(one => one.mountpoints)
  const users = [...mounts.map(mount => `a mount at ${mount}`), ...children.map(child => child.path)]
  return [
    ...(users.length > 0 ? [{ kind: 'device-in-use', node, device: path, by: users.join(', ') } as const] : []),
    ...(device.size < part.size
      ? [{ kind: 'device-too-small', node, device: path, size: device.size, needed: part.size } as const]
      : []),
  ]
}

/** Up on every node, the first sync, the filesystem and what the service needs in it. */
function buildSteps(input: StorageInput, volume: Volume, ends: readonly End[]): StorageDelta['steps'] {
  const resource = volume.name
  const source = sourceOf(input.cluster, volume, ends)
  const down = volume.nodes.filter(node => ends.some(end => end.node === node && !isUp(end)))
  const synced = ends.every(end => end.state?.disk === 'UpToDate')
  const replicas = ends.map(end => ({ ...end.replica, node: end.node }))
  return [
    ...down.map(node => ({ step: { kind: 'bring-up', node, resource } as const })),
    ...(synced ? [] : [{ step: { kind: 'first-sync', node: source, resource, replicas } as const }]),
    ...prepareSteps(input, volume, source),
  ]
}

/** A service's volumes are prepared together, under the first of them: what goes into one may point into another. */
function prepareSteps(input: StorageInput, volume: Volume, node: NodeName): StorageDelta['steps'] {
  const volumes = together(input, volume)
  if (volumes[0] !== volume) return []
  const parts = volumes
    .flatMap(one => one.parts)
    .map(part => ({
      minor: part.minor,
      device: backingPath(part.backing),
      filesystem: part.filesystem,
      mount: part.mount,
    }))
  const preparation = input.artifacts.preparations.find(one => one.volume === volume.name)
  const resources = volumes.map(one => one.name)
  const step: Step = {
    kind: 'prepare-volume',
    node,
    resource: volume.name,
    resources,
    parts,
    ...(preparation ? { preparation } : {}),
  }
  return [{ step }]
}

const isUp = (end: End): boolean => end.state?.peers.some(peer => peer.connection !== 'StandAlone') === true

/** Where the data is, if only one end has any; else where the service prefers to run; else the first node. */
function sourceOf(cluster: Cluster, volume: Volume, ends: readonly End[]): NodeName {
  const good = ends.filter(end => end.state?.disk === 'UpToDate').map(end => end.node)
  const primary = ends.find(end => end.state?.role === 'Primary')?.node
  const old = ends.filter(end => end.metadata).map(end => end.node)
  const preferred = cluster.services.find(one => one.volumes.includes(volume.name))?.prefer
  const candidates = [primary, ...(new Set(good).size === 1 ? good : []), ...(new Set(old).size === 1 ? old : [])]
  const first = candidates.find(node => node !== undefined)
  return (
    first ??
    (preferred && volume.nodes.includes(preferred) ? preferred : found(volume.nodes[0], `a node of ${volume.name}`))
  )
}
