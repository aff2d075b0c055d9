// Bundles unfolded: per replica a container, an address, a connection to the guest node inside, and the inner primitive.
// Source: "Pacemaker Explained" 2.1, "Bundles – Containerized Resources".
import { MINUS_INFINITY } from '../../base/score.ts'
import type { Bundle, Clone, Operation, Pair, Primitive } from '../../cib/types.ts'
import { type BundleData, type BundleReplica, type ClusterNode, Discovery, type Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { type BundlePlan, nextAddress, planOf } from './bundle-plan.ts'
import { connectionPrimitive } from './connection.ts'
import { mountPoints, runOptions } from './run-options.ts'

/** What `resources.ts` lends, so that the two files need not know one another. */
export interface Unfolding {
  readonly make: (world: Unpacked, source: Primitive, parent: Resource | undefined, id: string) => Resource
  readonly unfold: (world: Unpacked, source: Clone, parent: Resource) => Resource
}

export function unfoldBundle(world: Unpacked, bundle: Resource, source: Bundle, unfolding: Unfolding): void {
  const plan = planOf(source)
  const inner = source.primitive ? unfoldInner(world, bundle, plan, unfolding) : undefined
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
    address = address === undefined ? undefined : nextAddress(address)
  }
  if (inner) bundle.children.push(inner)
}

const pairs = (entries: readonly (readonly [string, string | undefined])[]): Pair[] =>
  entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))

function unfoldInner(world: Unpacked, bundle: Resource, plan: BundlePlan, unfolding: Unfolding): Resource | undefined {
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
  plan: BundlePlan,
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
    allowMigrate: undefined,
  })
  const remote = unfolding.make(world, connection, bundle, remoteId)
  bundle.children.push(remote)
  remote.container = container
  container.fillers.push(remote)
  if (node) openInside(world, child, remote, node)
  moveNeeds(child, container)
  return { offset, container, ip, remote, child, node, ipAddress: address }
}

/** What the primitive inside needs is needed on the host, by the container. */
function moveNeeds(child: Resource, container: Resource): void {
  for (const [name, amount] of child.utilization) container.utilization.set(name, amount)
  child.utilization.clear()
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
  for (const rsc of parent ? [child, parent, remote] : [child, remote]) world.trace?.note(rsc, world.nodes, 'bundled')
}

/** From now on the node is one of the bundle's: what was unfolded before loses it, what comes later never has it. */
function closeToOthers(world: Unpacked, bundle: Resource, node: ClusterNode): void {
  if (world.hiddenNodes.has(node)) world.visibleNodes += 1
  world.hiddenNodes.add(node)
  bundle.discovery[node.index] = Discovery.none
  for (const rsc of world.roots) forbid(world, rsc, node)
}

function forbid(world: Unpacked, rsc: Resource, node: ClusterNode): void {
  for (const child of rsc.children) forbid(world, child, node)
  if (rsc.discovery[node.index] === Discovery.none) return
  rsc.scores[node.index] = MINUS_INFINITY
  rsc.discovery[node.index] = Discovery.never
  world.trace?.note(rsc, [node], 'inside-bundle')
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
  plan: BundlePlan,
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
