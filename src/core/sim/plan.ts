// What a simulated cluster is made of, read from the compiled artifacts: corosync.conf, the .res files and the CIB, as
// the daemons would read them. A mistake of the compiler shows here, or in the run.
import type { Checked, Problem } from '../base/result.ts'
import { hasErrors } from '../base/result.ts'
import { parseCib } from '../cib/parse.ts'
import type { Configuration, Primitive, Resource } from '../cib/types.ts'
import { parse as parseCorosync } from '../corosync/parse.ts'
import type { CorosyncConfig } from '../corosync/types.ts'
import { parse as parseDrbd } from '../drbd/parse.ts'
import type { DrbdResource } from '../drbd/types.ts'
import { frozen } from './clone.ts'
import type { FencingPolicy, HandlerConfig, ResourceConfig } from './drbd/types.ts'
import type { TotemConfig } from './membership.ts'
import { parameters, primitivesOf } from './pacemaker/ports.ts'

/** The texts that the machines hold; the first node's files stand for all. */
export interface SimInput {
  readonly cib: string
  readonly corosync: string
  readonly drbd: readonly { readonly path: string; readonly content: string }[]
  /** Size of each DRBD resource in bytes, for the time of a full resync; 8 GiB where it is not told. */
  readonly sizes?: Readonly<Record<string, number>>
}

export interface SimPlan {
  /** What it was read from: texts go where values cannot, into other threads. */
  readonly input: SimInput
  readonly cluster: string
  readonly nodes: readonly string[]
  /** Number of links, the replication's own included. */
  readonly links: number
  readonly totem: TotemConfig
  readonly resources: readonly ResourceConfig[]
  readonly configuration: Configuration
  readonly services: readonly ServicePlan[]
  readonly devices: ReadonlyMap<string, string>
}

/** A service as clients see it. */
export interface ServicePlan {
  readonly name: string
  /** All of them must run for the service to run. */
  readonly resources: readonly string[]
  /** The program that answers. */
  readonly program: string
  /** Runs on every node; only its addresses move. */
  readonly everywhere: boolean
  readonly addresses: readonly { readonly address: string; readonly rsc: string }[]
  readonly volumes: readonly string[]
}

export function readPlan(input: SimInput): Checked<SimPlan> {
  const corosync = parseCorosync(input.corosync, 'corosync.conf')
  const drbd = input.drbd.map(file => parseDrbd(file.content, file.path))
  const cib = parseCib(`<cib admin_epoch="0" epoch="1" num_updates="0">${input.cib}<status/></cib>`, 'cib.xml')
  const problems: Problem[] = [...corosync.problems, ...drbd.flatMap(d => d.problems), ...cib.problems]
  if (!corosync.value || !cib.value || hasErrors(problems)) return { problems }
  const resources = drbd.flatMap(d => d.value ?? [])
  return { value: assemblePlan(input, corosync.value, cib.value.configuration, resources), problems }
}

function assemblePlan(
  input: SimInput,
  corosync: CorosyncConfig,
  parsed: Configuration,
  drbd: readonly DrbdResource[],
): SimPlan {
  const nodes = corosync.nodes.map(node => node.name)
  const rings = corosync.nodes[0]?.links.length ?? 1
  const configuration: Configuration = Object.freeze({ ...parsed, nodes: nodeEntries(parsed, corosync) })
  const resources = drbd.map(resource => resourceConfig(resource, corosync, nodes, input.sizes ?? {}))
  const devices = new Map(drbd.flatMap(devicePaths))
  return frozen({
    input,
    cluster: corosync.clusterName,
    nodes,
    links: Math.max(rings, ...resources.map(r => r.link + 1)),
    totem: totemConfig(corosync, nodes, rings),
    resources,
    configuration,
    services: servicesOf(configuration, devices),
    devices,
  })
}

const nodeEntries = (parsed: Configuration, corosync: CorosyncConfig): Configuration['nodes'] =>
  corosync.nodes.map(
    node =>
      parsed.nodes.find(n => n.uname === node.name) ?? {
        id: String(node.id),
        uname: node.name,
        attributes: [],
        utilization: [],
      },
  )

const coefficient = 650
const lastManStandingWindow = 10_000

function totemConfig(corosync: CorosyncConfig, nodes: readonly string[], rings: number): TotemConfig {
  const token = corosync.token + Math.max(0, nodes.length - 2) * coefficient
  const { quorum } = corosync
  return {
    nodes,
    links: Array.from({ length: rings }, (_, index) => index),
    token,
    consensus: corosync.consensus,
    quorum: {
      nodes,
      twoNode: quorum.twoNode,
      waitForAll: quorum.waitForAll,
      autoTieBreaker: quorum.autoTieBreaker,
      lastManStanding: quorum.lastManStanding,
      lastManStandingWindow,
      device: quorum.device,
    },
  }
}

const tenths = 100
const option = (from: Readonly<Record<string, string>>, name: string, otherwise: string): string =>
  from[name] ?? otherwise

function resourceConfig(
  resource: DrbdResource,
  corosync: CorosyncConfig,
  nodes: readonly string[],
  sizes: Readonly<Record<string, number>>,
): ResourceConfig {
  const { net, disk, options, handlers } = resource
  const first = resource.hosts[0]
  return Object.freeze<ResourceConfig>({
    name: resource.name,
    volumes: (first?.volumes ?? []).map(v => ({ number: v.number, minor: v.minor })),
    replicas: nodes
      .filter(node => resource.hosts.some(h => h.name === node))
      .map(node => ({ node, diskless: isDiskless(resource, node) })),
    link: linkOf(resource, corosync),
    protocol: protocolOf(option(net, 'protocol', 'C')),
    fencing: fencingOf(net['fencing'] ?? disk['fencing'] ?? 'dont-care'),
    fencePeerHandler: handlerOf(handlers['fence-peer']),
    unfenceHandler: handlers['unfence-peer'] !== undefined || handlers['after-resync-target'] !== undefined,
    quorum: !['off', '1', undefined].includes(options['quorum']),
    onNoQuorum: options['on-no-quorum'] === 'io-error' ? 'io-error' : 'suspend-io',
    allowTwoPrimaries: ['yes', ''].includes(net['allow-two-primaries'] ?? 'no'),
    afterSplitBrain: [
      option(net, 'after-sb-0pri', 'disconnect'),
      option(net, 'after-sb-1pri', 'disconnect'),
      option(net, 'after-sb-2pri', 'disconnect'),
    ],
    pingInterval: Number(option(net, 'ping-int', '10')) * 1_000,
    pingTimeout: Number(option(net, 'ping-timeout', '5')) * tenths,
    timeout: Number(option(net, 'timeout', '60')) * tenths,
    connectInterval: Number(option(net, 'connect-int', '10')) * 1_000,
    resyncRate: rateOf(disk),
    size: sizes[resource.name] ?? 8 * 2 ** 30,
  })
}

/** Holdfast's own handler assumes nothing; crm-fence-peer does after its `--timeout` (90 s). */
function handlerOf(program: string | undefined): HandlerConfig | undefined {
  if (program === undefined) return undefined
  const timeout = Number(/--timeout[ =](\d+)/.exec(program)?.[1] ?? '90') * 1_000
  return program.includes('crm-fence-peer')
    ? { patience: { secondary: timeout, primary: timeout }, assumesDeath: true }
    : { patience: { secondary: 80_000, primary: 3_600_000 }, assumesDeath: false }
}

const isDiskless = (resource: DrbdResource, node: string): boolean =>
  resource.hosts.find(h => h.name === node)?.volumes.every(v => v.disk === undefined || v.disk === 'none') ?? true

const protocolOf = (text: string): 'A' | 'B' | 'C' => (text === 'A' || text === 'B' ? text : 'C')
const fencingOf = (text: string): FencingPolicy =>
  text === 'resource-only' || text === 'resource-and-stonith' ? text : 'dont-care'

/** c-max-rate in bytes a second; 0 means the line's own speed. */
function rateOf(disk: Readonly<Record<string, string>>): number {
  const match = /^(\d+)([kKmMgG]?)$/.exec(disk['c-max-rate'] ?? '100M')
  const unit = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[(match?.[2] ?? '').toLowerCase()] ?? 2 ** 10
  const rate = Number(match?.[1] ?? '0') * unit
  return rate > 0 ? rate : 110 * 2 ** 20
}

/** The ring whose addresses the replication uses; a network of its own comes after the rings. */
function linkOf(resource: DrbdResource, corosync: CorosyncConfig): number {
  const [first] = resource.paths[0] ?? []
  const node = corosync.nodes.find(n => n.name === first?.host)
  const index = node?.links.indexOf(first?.address ?? '') ?? -1
  return index >= 0 ? index : (node?.links.length ?? 0)
}

function devicePaths(resource: DrbdResource): [string, string][] {
  const volumes = resource.hosts[0]?.volumes ?? []
  return volumes.flatMap(v => [
    [`/dev/drbd/by-res/${resource.name}/${v.number}`, resource.name],
    [`/dev/drbd${v.minor}`, resource.name],
    [`/dev/drbd_${resource.name}`, resource.name],
  ])
}

const isAddress = (p: Primitive): boolean => p.type === 'IPaddr2' || p.type === 'IPv6addr'
const isPlumbing = (p: Primitive): boolean =>
  isAddress(p) || p.type === 'Filesystem' || p.type === 'drbd' || p.type === 'portblock' || p.class === 'stonith'

/** A group is a service; so is a clone that is not DRBD's, with the addresses that follow it; and a lone program. */
export function servicesOf(configuration: Configuration, devices: ReadonlyMap<string, string>): ServicePlan[] {
  const lone = configuration.resources.filter(r => r.kind === 'primitive' && isAddress(r))
  return configuration.resources.flatMap((resource): ServicePlan[] => {
    const members = primitivesOf([resource])
    const programs = members.filter(p => !isPlumbing(p))
    const program = programs.at(-1)
    if (!program) return []
    const everywhere = resource.kind === 'clone'
    const own = members.filter(isAddress)
    const followers = everywhere ? primitivesOf(lone).filter(p => follows(configuration, p.id, resource)) : []
    return [
      {
        name: resource.kind === 'clone' ? resource.id.replace(/-clone$/, '') : resource.id,
        resources: [...(everywhere ? [program.id] : members.map(p => p.id)), ...followers.map(p => p.id)],
        program: program.id,
        everywhere,
        addresses: [...own, ...followers].map(p => ({ address: parameters(p).get('ip') ?? p.id, rsc: p.id })),
        volumes: [...new Set(members.flatMap(p => devices.get(parameters(p).get('device') ?? '') ?? []))],
      },
    ]
  })
}

const follows = (configuration: Configuration, address: string, clone: Resource): boolean =>
  configuration.constraints.some(c => c.kind === 'colocation' && c.rsc === address && c.withRsc === clone.id)
