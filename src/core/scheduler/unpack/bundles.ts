// Bundles unfolded: per replica a container, an address, a connection to the guest node inside, and the inner primitive.
// Source: "Pacemaker Explained" 2.1, "Bundles – Containerized Resources".
import { MINUS_INFINITY } from '../../base/score.ts'
import type { Bundle, Clone, Operation, Pair, Primitive } from '../../cib/types.ts'
import { asBoolean, asInteger } from '../../cib/values.ts'
import { type BundleData, type BundleReplica, type ClusterNode, Discovery, type Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { connectionPrimitive } from './connection.ts'

/** What `resources.ts` lends, so that the two files need not know one another. */
export interface Unfolding {
  readonly make: (world: Unpacked, source: Primitive, parent: Resource | undefined, id: string) => Resource
  readonly unfold: (world: Unpacked, source: Clone, parent: Resource) => Resource
}

interface Plan {
  readonly source: Bundle
  readonly replicas: number
  readonly perHost: number
  readonly promotedMax: number
  readonly port: string
  readonly mounts: readonly (readonly [
    source: string,
    target: string,
    options: string | undefined,
    subdirectory: boolean,
  ])[]
  readonly ports: readonly (readonly [outside: string, inside: string])[]
}

export function replicaCount(source: Bundle): number {
  const promotedMax = asInteger(source.attributes.get('promoted-max') ?? source.attributes.get('masters'), 0)
  return Math.max(1, asInteger(source.attributes.get('replicas'), promotedMax > 0 ? promotedMax : 1))
}

/** A primitive inside needs a way in: an address of its own, or a port on the host. */
export const hasNetwork = (source: Bundle): boolean =>
  source.network?.attributes.get('ip-range-start') !== undefined ||
  source.network?.attributes.get('control-port') !== undefined

export function unfoldBundle(world: Unpacked, bundle: Resource, source: Bundle, unfolding: Unfolding): void {
  const plan = planOf(source)
  const inner = source.primitive && hasNetwork(source) ? unfoldInner(world, bundle, plan, unfolding) : undefined
  const data: BundleData = {
    replicas: [],
    replicasPerHost: plan.perHost,
    replicaCount: plan.replicas,
    promotedMax: plan.promotedMax,
    inner,
    counts: new Int32Array(world.nodes.length),
  }
  bundle.bundle = data
  let address = source.network?.attributes.get('ip-range-start')
  for (let offset = 0; offset < plan.replicas; offset += 1) {
    data.replicas.push(replica(world, bundle, plan, offset, address, inner?.children[offset], unfolding))
    address = address === undefined ? undefined : following(address)
  }
  if (inner) bundle.children.push(inner)
}

function planOf(source: Bundle): Plan {
  const get = (name: string): string | undefined => source.attributes.get(name)
  const network = source.network?.attributes
  const port = network?.get('control-port') ?? '3121'
  const perHost = Math.max(1, asInteger(get('replicas-per-host'), 1))
  const mounts = source.storage.map(mapping => {
    const root = mapping.get('source-dir-root')
    return [
      mapping.get('source-dir') ?? root ?? '',
      mapping.get('target-dir') ?? '',
      mapping.get('options'),
      root !== undefined,
    ] as const
  })
  const ports = (source.network?.ports ?? []).map(mapping => {
    const range = mapping.get('range') ?? mapping.get('port') ?? ''
    return [range, mapping.get('internal-port') ?? range] as const
  })
  const managed = source.primitive !== undefined && hasNetwork(source)
  return {
    source,
    replicas: replicaCount(source),
    perHost: network?.get('ip-range-start') === undefined && network?.has('control-port') ? 1 : perHost,
    promotedMax: Math.max(0, asInteger(get('promoted-max') ?? get('masters'), 0)),
    port,
    mounts: managed
      ? [
          ...mounts,
          ['/etc/pacemaker/authkey', '/etc/pacemaker/authkey', undefined, false],
          ['/var/log/pacemaker/bundles', '/var/log', undefined, true],
        ]
      : mounts,
    ports: managed ? [...ports, [port, port]] : ports,
  }
}

const pairs = (entries: readonly (readonly [string, string | undefined])[]): Pair[] =>
  entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))

function unfoldInner(world: Unpacked, bundle: Resource, plan: Plan, unfolding: Unfolding): Resource | undefined {
  const { primitive } = plan.source
  if (!primitive) return undefined
  const id = `${bundle.id}-${plan.promotedMax > 0 ? 'master' : 'clone'}`
  const clone: Clone = {
    kind: 'clone',
    id,
    parameters: [],
    meta: [
      {
        id: `${id}-meta`,
        pairs: pairs([
          ['ordered', 'true'],
          ['clone-max', String(plan.replicas)],
          ['clone-node-max', String(plan.perHost)],
          ['globally-unique', plan.perHost > 1 ? 'true' : 'false'],
          ['promotable', plan.promotedMax > 0 ? 'true' : undefined],
          ['promoted-max', plan.promotedMax > 0 ? String(plan.promotedMax) : undefined],
        ]),
      },
    ],
    child: primitive,
  }
  const inner = unfolding.unfold(world, clone, bundle)
  const first = inner.children[0]
  if (first?.notify) inner.notify = true
  const target = first?.meta.get('container-attribute-target')
  if (target !== undefined) for (const one of [bundle, inner]) one.meta.set('container-attribute-target', target)
  return inner
}

function replica(
  world: Unpacked,
  bundle: Resource,
  plan: Plan,
  offset: number,
  address: string | undefined,
  child: Resource | undefined,
  unfolding: Unfolding,
): BundleReplica {
  const { source } = plan
  const ip =
    address === undefined
      ? undefined
      : unfolding.make(world, ipPrimitive(source, address), bundle, `${bundle.id}-ip-${address}`)
  const containerId = `${bundle.id}-${source.container}-${offset}`
  const container = unfolding.make(
    world,
    containerPrimitive(plan, containerId, offset, address, child),
    bundle,
    containerId,
  )
  if (ip) bundle.children.push(ip)
  bundle.children.push(container)
  if (!child) return { offset, container, ip, remote: undefined, child, node: undefined, ipAddress: address }
  const node = world.nodeByName.get(`${bundle.id}-${offset}`.toLowerCase())
  if (node) closeToOthers(world, bundle, node)
  const remoteId = `${bundle.id}-${offset}`
  const connection = connectionPrimitive(remoteId, {
    container: containerId,
    address: address ?? '#uname',
    port: plan.port,
    timeout: undefined,
    managed: undefined,
    allowMigrate: true,
  })
  const remote = unfolding.make(world, connection, bundle, remoteId)
  bundle.children.push(remote)
  remote.container = container
  container.fillers.push(remote)
  if (node) openInside(world, child, remote, node)
  return { offset, container, ip, remote, child, node, ipAddress: address }
}

/** Only the inner primitive may run on the node inside; nothing else, and it nowhere else. */
function openInside(world: Unpacked, child: Resource, remote: Resource, node: ClusterNode): void {
  node.remoteResource = remote
  node.attributes.set('#kind', 'container')
  child.scores.fill(0)
  child.discovery.fill(Discovery.none)
  child.scores[node.index] = 500
  child.discovery[node.index] = Discovery.exclusive
  const { parent } = child
  if (parent) {
    parent.scores[node.index] = MINUS_INFINITY
    parent.discovery[node.index] = Discovery.exclusive
  }
  for (const other of world.nodes) {
    if (other.kind === 'remote' && remote.discovery[other.index] !== Discovery.none)
      remote.scores[other.index] = MINUS_INFINITY
  }
}

/** From now on the node is one of the bundle's: what was unfolded before loses it, what comes later never has it. */
function closeToOthers(world: Unpacked, bundle: Resource, node: ClusterNode): void {
  if (world.hiddenNodes.has(node)) world.visibleNodes += 1
  world.hiddenNodes.add(node)
  bundle.discovery[node.index] = Discovery.none
  for (const rsc of world.roots) forbid(rsc, node)
}

function forbid(rsc: Resource, node: ClusterNode): void {
  for (const child of rsc.children) forbid(child, node)
  if (rsc.discovery[node.index] === Discovery.none) return
  rsc.scores[node.index] = MINUS_INFINITY
  rsc.discovery[node.index] = Discovery.never
}

function following(address: string): string {
  const at = address.lastIndexOf('.')
  return `${address.slice(0, at + 1)}${Number(address.slice(at + 1)) + 1}`
}

const monitor = (id: string): Operation => ({
  id: `${id}-monitor-interval-60s`,
  name: 'monitor',
  interval: '60s',
  attributes: new Map([
    ['name', 'monitor'],
    ['interval', '60s'],
  ]),
  meta: [],
  parameters: [],
})

function ipPrimitive(source: Bundle, address: string): Primitive {
  const id = `${source.id}-ip-${address}`
  const network = source.network?.attributes
  return {
    kind: 'primitive',
    id,
    class: 'ocf',
    provider: 'heartbeat',
    type: 'IPaddr2',
    meta: [],
    parameters: [
      {
        id: `${id}-parameters`,
        pairs: pairs([
          ['ip', address],
          ['nic', network?.get('host-interface')],
          ['cidr_netmask', network?.get('host-netmask') ?? '32'],
        ]),
      },
    ],
    operations: [monitor(id)],
    utilization: [],
  }
}

function containerPrimitive(
  plan: Plan,
  id: string,
  offset: number,
  address: string | undefined,
  child: Resource | undefined,
): Primitive {
  const { source } = plan
  const get = (name: string): string | undefined => source.attributes.get(name)
  const run = child ? (get('run-command') ?? '/usr/sbin/pacemaker-remoted') : get('run-command')
  return {
    kind: 'primitive',
    id,
    class: 'ocf',
    provider: 'heartbeat',
    type: source.container,
    meta: [],
    parameters: [
      {
        id: `${id}-parameters`,
        pairs: pairs([
          ['image', get('image')],
          ['allow_pull', 'true'],
          ['force_kill', 'false'],
          ['reuse', 'false'],
          ['run_opts', runOptions(plan, offset, address)],
          ['mount_points', mountPoints(plan, offset)],
          ['run_cmd', run],
          ['monitor_cmd', '/bin/true'],
        ]),
      },
    ],
    operations: [monitor(id)],
    utilization: [],
  }
}

const insideOf = (plan: Plan, source: string, subdirectory: boolean, offset: number): string =>
  subdirectory ? `${source}/${plan.source.id}-${offset}` : source

const mountPoints = (plan: Plan, offset: number): string =>
  plan.mounts
    .filter(([, , , subdirectory]) => subdirectory)
    .map(([source]) => insideOf(plan, source, true, offset))
    .join(',')

/** The options the container is started with, as Pacemaker writes them: their digest tells whether it must restart. */
function runOptions(plan: Plan, offset: number, address: string | undefined): string {
  const { source } = plan
  const network = source.attributes.get('network')
  let text = source.container === 'rkt' ? '' : ' --restart=no'
  if (address !== undefined && source.container !== 'rkt') text += ` -h ${source.id}-${offset}`
  text += ' -e PCMK_stderr=1'
  if (network !== undefined) text += ` --net=${network}`
  text += ` -e PCMK_remote_port=${plan.port}`
  for (const [from, to, options, subdirectory] of plan.mounts) {
    text += ` -v ${insideOf(plan, from, subdirectory, offset)}:${to}${options === undefined ? '' : `:${options}`}`
  }
  for (const [outside, inside] of plan.ports) {
    if (address !== undefined) text += ` -p ${address}:${outside}:${inside}`
    else if (network !== 'host') text += ` -p ${outside}:${inside}`
  }
  const options = source.attributes.get('options')
  if (options !== undefined) text += ` ${options} `
  const hosts = asBoolean(source.network?.attributes.get('add-host'), true)
  return hosts && address !== undefined ? text + hostEntries(plan) : text
}

function hostEntries(plan: Plan): string {
  let address = plan.source.network?.attributes.get('ip-range-start') ?? ''
  let text = ''
  for (let offset = 0; offset < plan.replicas; offset += 1) {
    text += ` --add-host=${plan.source.id}-${offset}:${address}`
    address = following(address)
  }
  return text
}
