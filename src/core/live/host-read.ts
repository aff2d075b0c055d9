// What a machine's own tools say about it → `HostFacts`. One function per question; the commands that belong to them are
// in io/observe/host.ts. Sources: os-release(5), lsblk(8), wipefs(8), systemctl(1), ss(8), ip(8), lvmreport(7).
import { z } from 'zod'
import { type Bytes, bytes, kibibytes } from '../base/units.ts'
import type {
  BlockDevice,
  CibFact,
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

/** `name<TAB>version<TAB>installed` for each package that dpkg has ever heard of. */
export const readPackages = (text: string): ReadonlyMap<string, string> =>
  new Map(
    lines(text)
      .map(line => line.split('\t'))
      .filter(([, , state]) => state === 'installed')
      .map(([name = '', version = '']) => [name, version]),
  )

/** Pacemaker and Corosync are what the distribution's packages are; of DRBD the module in the kernel counts, loaded or not. */
export function readEngines(packages: ReadonlyMap<string, string>, loaded: string, module: string): EngineVersions {
  const upstream = (name: string): string | undefined => /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(packages.get(name) ?? '')?.[1]
  const [pacemaker, corosync] = [upstream('pacemaker'), upstream('corosync')]
  const drbd = /^\d+\.\d+\.\d+/.exec(loaded)?.[0] ?? /^\d+\.\d+\.\d+/.exec(module)?.[0]
  return { ...(pacemaker ? { pacemaker } : {}), ...(corosync ? { corosync } : {}), ...(drbd ? { drbd } : {}) }
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

/** What was found on one asked device: where its name leads, and what `wipefs` saw there. */
export interface Probe {
  readonly asked: string
  readonly path: string
  readonly signatures: readonly string[]
  readonly label?: string
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
      ...(own[0] ? { signatures: own[0].signatures } : {}),
      ...(own[0]?.label === undefined ? {} : { label: own[0].label }),
    }
  })
}

const wipefs = z.object({
  signatures: z.array(z.object({ device: z.string(), type: z.string(), label: z.string().nullish() })),
})

/** `INDEX REALPATH` for each asked device that is there, `@wipefs`, and its JSON on all of them, if it found anything. */
export function readProbes(text: string, asked: readonly string[]): readonly Probe[] {
  const [heads = '', json = ''] = text.split(/^@wipefs\n/m)
  const found = json.trim() === '' ? [] : wipefs.parse(JSON.parse(json)).signatures
  return lines(heads).map(line => {
    const [index = '', path = ''] = line.split(' ')
    const own = found.filter(({ device }) => path === device || path.endsWith(`/${device}`))
    const label = own.find(signature => signature.label)?.label
    const signatures = own.map(signature => signature.type)
    return { asked: asked[Number(index)] ?? '', path, signatures, ...(label ? { label } : {}) }
  })
}

const number = z.coerce.number()
const vgs = z.object({
  report: z.array(z.object({ vg: z.array(z.object({ vg_name: z.string(), vg_size: number, vg_free: number })) })),
})
export const readLvm = (groups: string): HostFacts['lvm'] =>
  groups.trim() === ''
    ? []
    : vgs
        .parse(JSON.parse(groups))
        .report.flatMap(report => report.vg)
        .map(vg => ({ name: vg.vg_name, size: bytes(vg.vg_size), free: bytes(vg.vg_free) }))

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

/** /proc/meminfo. */
export function readMemory(text: string): Bytes | undefined {
  const total = /^MemTotal:\s+(\d+) kB$/m.exec(text)?.[1]
  return total === undefined ? undefined : kibibytes(Number(total))
}

export function readCib(text: string): CibFact | undefined {
  const head = /^<cib\s[^>]*>/m.exec(text)?.[0]
  if (head === undefined) return undefined
  const field = (name: string): number => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  return { text, adminEpoch: field('admin_epoch'), epoch: field('epoch'), updates: field('num_updates') }
}

const lines = (text: string): readonly string[] => text.split('\n').filter(line => line.trim() !== '')
