// Form → model: every default filled in, shorthand written out. Nothing is judged here; see core/model/check.ts.
import { bytes, nodeName } from '../base/units.ts'
import { logicalVolume } from '../model/names.ts'
import type {
  Backing,
  Cluster,
  FenceDevice,
  FencingPolicy,
  Node,
  QuorumPolicy,
  SecretReference,
  Service,
  ServiceAddress,
  Volume,
  VolumePart,
} from '../model/types.ts'
import {
  type AddressForm,
  type ClusterForm,
  type FenceForm,
  type NodeForm,
  type PartForm,
  type ServiceForm,
  secretReference,
  type VolumeForm,
} from './form.ts'

/** The first DRBD port; IANA has none for it, and every DRBD guide begins here. */
const firstPort = 7789

export function build(form: ClusterForm): Cluster {
  const names = Object.keys(form.nodes)
  return {
    name: form.cluster,
    nodes: Object.entries(form.nodes).map(([name, node]) => nodeOf(name, node)),
    volumes: volumesOf(form.volumes ?? {}, names),
    services: Object.entries(form.services ?? {}).map(([name, service]) => serviceOf(name, service)),
    fencing: fencingOf(form.fencing),
    quorum: quorumOf(form, names.length),
    timing: form.timing,
  }
}

const fencingOf = (form: ClusterForm['fencing']): FencingPolicy =>
  form === 'required' ? { kind: 'required' } : { kind: 'none', reason: form.none }

function quorumOf({ quorum }: ClusterForm, nodes: number): QuorumPolicy {
  if (quorum === undefined) return { kind: nodes === 2 ? 'two-node' : 'majority' }
  if (typeof quorum === 'string') return { kind: quorum }
  const { witness: host, algorithm } = quorum
  return { kind: 'witness', host, management: managementOf(quorum.management ?? host), algorithm }
}

function nodeOf(name: string, form: NodeForm): Node {
  const devices = form.fence === undefined ? [] : isList(form.fence) ? form.fence : [form.fence]
  return {
    name: nodeName(name),
    management: managementOf(form.management ?? name),
    links: form.links,
    fence: devices.map(fenceOf),
  }
}

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value)

function managementOf(text: string): Node['management'] {
  const [, user, host = text, port] = /^(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::([0-9]+))?$/.exec(text) ?? []
  return {
    host: host.replace(/^\[|\]$/g, ''),
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port: Number(port) }),
  }
}

/** Boards on the host's own power supply. */
const isBoard = (agent: string): boolean =>
  /^fence_(?:redfish|ipmilan|ipmilanplus|imm|idrac|drac.*|ilo.*|amt.*)$/.test(agent)

function fenceOf(form: FenceForm, index: number): FenceDevice {
  const { agent, level, 'shares-power': sharesPower, ...rest } = form
  const parameters: Record<string, string> = {}
  const secrets: Record<string, SecretReference> = {}
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue
    if (typeof value === 'object') secrets[name] = secretReference(value)
    else parameters[name] = String(value)
  }
  return { agent, level: level ?? index + 1, parameters, secrets, sharesPower: sharesPower ?? isBoard(agent) }
}

function volumesOf(forms: Readonly<Record<string, VolumeForm>>, nodes: readonly string[]): readonly Volume[] {
  let minor = 0
  return Object.entries(forms).map(([name, form], index) => {
    const parts = Object.entries(form.parts ?? { '': wholePart(form) })
    return {
      name,
      parts: parts.map(([partName, part], number) =>
        partOf({ volume: name, name: partName, number, minor: minor++, group: form['volume-group'] }, part),
      ),
      protocol: form.protocol,
      nodes: (form.nodes ?? nodes.slice(0, 2)).map(nodeName),
      port: form.port ?? firstPort + index,
    }
  })
}

/** A volume without parts is one part; the decoder has made sure of its size. */
const wholePart = ({ size, device, filesystem, mount, 'erase-existing': erase }: VolumeForm): PartForm => ({
  size: size ?? bytes(0),
  device,
  filesystem,
  mount,
  'erase-existing': erase,
})

interface Place {
  readonly volume: string
  readonly name: string
  readonly number: number
  readonly minor: number
  readonly group: string | undefined
}

function partOf(place: Place, form: PartForm): VolumePart {
  return {
    number: place.number,
    minor: place.minor,
    name: place.name,
    size: form.size,
    backing: backingOf(place, form),
    filesystem: form.filesystem ?? 'ext4',
    mount: form.mount ?? (place.name === '' ? `/srv/${place.volume}` : `/srv/${place.volume}/${place.name}`),
    eraseExisting: form['erase-existing'] ?? false,
  }
}

const backingOf = (place: Place, form: PartForm): Backing =>
  form.device === undefined
    ? { kind: 'lvm', group: place.group ?? '', logicalVolume: logicalVolume(place.volume, place.name) }
    : { kind: 'device', path: form.device }

const serviceOf = (name: string, form: ServiceForm): Service => ({
  name,
  blueprint: form.blueprint,
  parameters: form.parameters,
  volumes: form.volumes ?? [],
  addresses: (form.addresses ?? []).map(addressOf),
  ...(form.prefer !== undefined && { prefer: nodeName(form.prefer) }),
  with: form.with ?? [],
  after: form.after ?? [],
  ...(form.budget !== undefined && { budget: form.budget }),
})

function addressOf(form: AddressForm): ServiceAddress {
  const { address: text, interface: nic, prefer } = typeof form === 'string' ? { address: form } : form
  const [address = '', prefix = ''] = text.split('/')
  return {
    address,
    prefixLength: Number(prefix),
    ...(nic !== undefined && { interface: nic }),
    ...(prefer !== undefined && { prefer: nodeName(prefer) }),
  }
}
