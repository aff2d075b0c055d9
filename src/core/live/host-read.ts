// What a machine's own tools say about it → `HostFacts`. One function per question; the commands that belong to them are
// in io/observe/host.ts. Sources: os-release(5), lsblk(8), wipefs(8), systemctl(1), ss(8), ip(8), lvmreport(7), drbdmeta(8).
import { z } from 'zod'
import { bytes, kibibytes } from '../base/units.ts'
import type {
  BlockDevice,
  CibFact,
  DrbdMetadata,
  EngineVersions,
  FileFact,
  HostFacts,
  ListeningPort,
  NetworkInterface,
  UnitFact,
} from './host.ts'

/** Shell-like `KEY="value"` lines. */
export function readOsRelease(text: string): HostFacts['os'] {
  const field = (key: string): string => new RegExp(`^${key}=["']?(.*?)["']?$`, 'm').exec(text)?.[1] ?? ''
  return { id: field('ID'), version: Number.parseInt(field('VERSION_ID'), 10) || 0, prettyName: field('PRETTY_NAME') }
}

export const readMemory = (meminfo: string): HostFacts['memory'] =>
  kibibytes(Number(/^MemTotal:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? 0))

/** `name<TAB>version<TAB>installed` for each package that dpkg has ever heard of. */
export const readPackages = (text: string): ReadonlyMap<string, string> =>
  new Map(
    lines(text)
      .map(line => line.split('\t'))
      .filter(([, , state]) => state === 'installed')
      .map(([name = '', version = '']) => [name, version]),
  )

export function readEngines(
  told: Record<'pacemaker' | 'corosync' | 'module' | 'loaded' | 'utils', string>,
): EngineVersions {
  const pacemaker = /^Pacemaker (\d+(?:\.\d+)*)/m.exec(told.pacemaker)?.[1]
  const corosync = /version '([\d.]+)'/.exec(told.corosync)?.[1]
  const loaded = /^\d+\.\d+\.\d+/.exec(told.loaded)?.[0]
  const drbd = loaded ?? /^\d+\.\d+\.\d+/.exec(told.module)?.[0]
  const drbdUtils = /^DRBDADM_VERSION=([\d.]+)/m.exec(told.utils)?.[1]
  return {
    ...(pacemaker ? { pacemaker } : {}),
    ...(corosync ? { corosync } : {}),
    ...(drbd ? { drbd } : {}),
    drbdLoaded: loaded !== undefined,
    ...(drbdUtils ? { drbdUtils } : {}),
  }
}

/** Decoded bytes, cut into texts. */
export interface Slicer {
  readonly size: number
  slice(from: number, to: number): string
}

/** `PATH|KIND|MODE|OWNER|SIZE` of what there is, `@sums` and `HASH  PATH` of the regular files, `@contents` and the bytes of
 *  those that are no secret, one after the other in base64. A file that changed in between is told by an error. */
export function readFiles(
  text: string,
  asked: readonly { readonly path: string; readonly secret: boolean }[],
  decode: (base64: string) => Slicer,
): ReadonlyMap<string, FileFact> {
  const [stats = '', rest = ''] = text.split(/^@sums\n/m)
  const [sums = '', contents = ''] = rest.split(/^@contents\n/m)
  const hashes = new Map(lines(sums).map(line => [line.slice(66), line.slice(0, 64)]))
  const bytesOfAll = decode(contents.trim())
  const secret = new Set(asked.filter(file => file.secret).map(file => file.path))
  const facts = new Map<string, FileFact>()
  let at = 0
  for (const line of lines(stats)) {
    const [path = '', what = '', mode = '', owner = '', size = ''] = line.split('|')
    const sha256 = hashes.get(path)
    if (sha256 === undefined) facts.set(path, { kind: 'other', what })
    else {
      const end = secret.has(path) ? at : at + Number(size)
      const content = secret.has(path) ? {} : { content: bytesOfAll.slice(at, end) }
      facts.set(path, {
        kind: 'file',
        mode: Number.parseInt(mode, 8),
        owner,
        size: bytes(Number(size)),
        sha256,
        ...content,
      })
      at = end
    }
  }
  if (at !== bytesOfAll.size) throw new Error('a file changed while it was read')
  return facts
}

/** Blocks of `systemctl show`, one for each asked unit in its order. */
export function readUnits(text: string, asked: readonly string[]): ReadonlyMap<string, UnitFact> {
  const blocks = text.trim().split(/\n\n+/)
  return new Map(
    asked.map((unit, i) => {
      const field = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(blocks[i] ?? '')?.[1] ?? ''
      return [unit, { load: field('LoadState'), enabled: field('UnitFileState'), active: field('ActiveState') }]
    }),
  )
}

const lsblk = z.object({
  blockdevices: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      size: z.number(),
      ro: z.boolean(),
      kname: z.string().optional(),
      pkname: z.string().nullable(),
      mountpoints: z.array(z.string().nullable()),
    }),
  ),
})

/** What was found on one asked device: by `readlink`, `wipefs --json` and `drbdmeta … dump-md`. */
export interface Probe {
  readonly asked: string
  readonly path: string
  readonly wipefs: string
  readonly metadata: string
}

export function readBlockDevices(text: string, probes: readonly Probe[]): readonly BlockDevice[] {
  const rows = lsblk.parse(JSON.parse(text)).blockdevices
  const paths = [...new Set(rows.map(row => row.name))]
  const nameOf = new Map(rows.map(row => [row.kname ?? row.name, row.name]))
  return paths.map(path => {
    const same = rows.filter(row => row.name === path)
    const own = probes.filter(probe => (nameOf.get(probe.path) ?? probe.path) === path)
    return {
      path,
      type: same[0]?.type ?? '',
      size: bytes(same[0]?.size ?? 0),
      readOnly: same[0]?.ro ?? false,
      parents: same.flatMap(row => (row.pkname ? [nameOf.get(row.pkname) ?? row.pkname] : [])),
      mountpoints: [...new Set(same.flatMap(row => row.mountpoints.flatMap(mountpoint => mountpoint ?? [])))],
      aliases: own.map(probe => probe.asked).filter(asked => asked !== path),
      ...(own[0] ? probed(own[0]) : {}),
    }
  })
}

const wipefs = z.object({ signatures: z.array(z.object({ type: z.string(), label: z.string().nullish() })) })

function probed(probe: Probe): Pick<BlockDevice, 'signatures' | 'label' | 'metadata'> {
  const found = probe.wipefs.trim() === '' ? [] : wipefs.parse(JSON.parse(probe.wipefs)).signatures
  const label = found.find(signature => signature.label)?.label
  const metadata = readMetadata(probe.metadata)
  return {
    signatures: found.map(signature => signature.type),
    ...(label ? { label } : {}),
    ...(metadata ? { metadata } : {}),
  }
}

/** `version "v08"; … uuid { 0x…; …` or `version "v09"; … current-uuid 0x…;` */
export function readMetadata(dump: string): DrbdMetadata | undefined {
  const version = /^version "(v08|v09)";/m.exec(dump)?.[1]
  const uuid = /(?:current-uuid|uuid \{)\s*0x([0-9A-Fa-f]{16});/.exec(dump)?.[1]
  if ((version !== 'v08' && version !== 'v09') || uuid === undefined) return undefined
  return { version, currentUuid: uuid.toUpperCase() }
}

/** `INDEX REALPATH`, then sections that begin with a line of their own; see `probe` in io/observe/host.ts. */
export function readProbes(text: string, asked: readonly string[]): readonly Probe[] {
  return text.split(/^@device /m).flatMap(section => {
    const head = /^(\d+) (.*)\n/.exec(section)
    if (!head) return []
    const [wipefsText = '', metadata = ''] = section.slice(head[0].length).split(/^@metadata\n/m)
    return [{ asked: asked[Number(head[1])] ?? '', path: head[2] ?? '', wipefs: wipefsText, metadata }]
  })
}

const number = z.coerce.number()
const vgs = z.object({
  report: z.array(z.object({ vg: z.array(z.object({ vg_name: z.string(), vg_size: number, vg_free: number })) })),
})
const lvs = z.object({
  report: z.array(z.object({ lv: z.array(z.object({ vg_name: z.string(), lv_name: z.string(), lv_size: number })) })),
})

export function readLvm(groups: string, volumes: string): HostFacts['lvm'] {
  if (groups.trim() === '' || volumes.trim() === '') return { groups: [], volumes: [] }
  return {
    groups: vgs
      .parse(JSON.parse(groups))
      .report.flatMap(report => report.vg)
      .map(vg => ({ name: vg.vg_name, size: bytes(vg.vg_size), free: bytes(vg.vg_free) })),
    volumes: lvs
      .parse(JSON.parse(volumes))
      .report.flatMap(report => report.lv)
      .map(lv => ({ group: lv.vg_name, name: lv.lv_name, size: bytes(lv.lv_size) })),
  }
}

/** `INDEX ADDRESS` for each address of each asked name. */
export function readNames(text: string, asked: readonly string[]): HostFacts['names'] {
  const rows = lines(text).map(line => line.split(' '))
  return new Map(
    asked.map((name, i) => [
      name,
      [...new Set(rows.filter(([index]) => Number(index) === i).map(([, address = '']) => address))],
    ]),
  )
}

const interfaces = z.array(
  z.object({
    ifname: z.string(),
    operstate: z.string(),
    flags: z.array(z.string()),
    addr_info: z.array(z.object({ local: z.string().optional(), prefixlen: z.number().optional() })),
  }),
)

export const readInterfaces = (text: string): readonly NetworkInterface[] =>
  interfaces.parse(JSON.parse(text || '[]')).map(({ ifname, flags, addr_info }) => ({
    name: ifname,
    up: flags.includes('UP') && flags.includes('LOWER_UP'),
    addresses: addr_info.flatMap(({ local, prefixlen }) => (local ? [`${local}/${prefixlen}`] : [])),
  }))

/** Rows of `ss -Hlntup`: `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))`. */
export const readListening = (text: string): readonly ListeningPort[] =>
  lines(text).flatMap((line): ListeningPort[] => {
    const [protocol, , , , local = ''] = line.split(/\s+/)
    const colon = local.lastIndexOf(':')
    const port = Number(local.slice(colon + 1))
    if ((protocol !== 'tcp' && protocol !== 'udp') || !Number.isInteger(port)) return []
    const address = local.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
    const process = /users:\(\("([^"]+)"/.exec(line)?.[1]
    return [{ protocol, address, port, ...(process ? { process } : {}) }]
  })

/** `name:x:uid:gid:…`, as getent writes passwd(5). */
export const readUsers = (text: string): HostFacts['users'] =>
  new Map(
    lines(text)
      .map(line => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  )

/** `PATH AVAILABLE` in bytes, below a heading. */
export const readFree = (text: string): HostFacts['free'] =>
  new Map(
    lines(text)
      .slice(1)
      .map(line => line.trim().split(/\s+/))
      .map(([path = '', free]) => [path, bytes(Number(free))]),
  )

export function readCib(text: string): CibFact | undefined {
  const head = /^<cib\s[^>]*>/m.exec(text)?.[0]
  if (head === undefined) return undefined
  const field = (name: string): number => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  return { text, adminEpoch: field('admin_epoch'), epoch: field('epoch'), updates: field('num_updates') }
}

const lines = (text: string): readonly string[] => text.split('\n').filter(line => line.trim() !== '')
