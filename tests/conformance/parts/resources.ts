// Resources of the generated CIBs: primitives, groups, clones, promotable clones, bundles; with operations and options.
import { el, type Tree } from '../tree.ts'
import { type Draw, pairs } from './draw.ts'

/** What constraints can speak of. */
export interface Made {
  readonly id: string
  readonly kind: 'primitive' | 'group' | 'clone' | 'bundle'
  readonly promotable: boolean
  /** The primitives inside, by name. */
  readonly members: readonly string[]
  readonly tree: Tree
}

export function resources(draw: Draw): Made[] {
  const count = draw.between(1, draw.level === 1 ? 6 : draw.level === 7 ? 4 : 5)
  return Array.from({ length: count }, () => resource(draw))
}

function resource(draw: Draw): Made {
  const kinds = [
    'primitive' as const,
    ...(draw.level >= 2 ? (['group'] as const) : []),
    ...(draw.level >= 3 ? (['clone', 'clone'] as const) : []),
    ...(draw.level >= 4 ? (['promotable', 'promotable'] as const) : []),
    ...(draw.level >= 6 && draw.percent(40) ? (['bundle', 'guest', 'remote'] as const) : []),
    ...(draw.level === 7 ? (['bundle', 'bundle', 'bundle', 'bundle', 'bundle', 'bundle'] as const) : []),
  ]
  const kind = draw.pick(kinds)
  if (kind === 'group') return group(draw)
  if (kind === 'clone' || kind === 'promotable') return clone(draw, kind === 'promotable')
  if (kind === 'bundle') return bundle(draw)
  if (kind === 'remote') return remote(draw)
  return alone(primitive(draw, {}, kind === 'guest' ? { 'remote-node': draw.fresh('guest') } : {}))
}

const idOf = (tree: Tree): string => tree.attributes['id'] ?? ''
const alone = (tree: Tree): Made => ({ id: idOf(tree), kind: 'primitive', promotable: false, members: [], tree })

function commonOptions(draw: Draw): Record<string, string | undefined> {
  return {
    'resource-stickiness': draw.maybe(15, draw.pick(['0', '1', '50', '100', 'INFINITY'])),
    priority: draw.maybe(12, draw.pick(['1', '5', '10', '-1'])),
    'target-role': draw.maybe(8, draw.pick(['Stopped', 'Stopped', 'Started'])),
    'is-managed': draw.maybe(3, 'false'),
    ...(draw.level >= 5 && {
      maintenance: draw.maybe(2, 'true'),
      critical: draw.maybe(5, draw.pick(['false', 'true'])),
    }),
  }
}

function primitiveOptions(draw: Draw): Record<string, string | undefined> {
  if (draw.level < 5) return commonOptions(draw)
  return {
    ...commonOptions(draw),
    'migration-threshold': draw.maybe(25, draw.pick(['1', '2', '3', 'INFINITY'])),
    'failure-timeout': draw.maybe(15, draw.pick(['30s', '10min', '1h'])),
    'allow-migrate': draw.maybe(25, 'true'),
    'multiple-active': draw.maybe(12, draw.pick(['stop_start', 'stop_only', 'block', 'stop_unexpected'])),
    requires: draw.maybe(10, draw.pick(['nothing', 'quorum', 'fencing'])),
    'allow-unhealthy-nodes': draw.maybe(3, 'true'),
  }
}

interface Operations {
  readonly promotable?: boolean
}

function operations(draw: Draw, id: string, { promotable = false }: Operations): Tree[] {
  const ops: Tree[] = []
  const op = (name: string, interval: string, more: Record<string, string | undefined> = {}): void => {
    ops.push(el('op', { id: `${id}-${name}-${interval}`, name, interval, timeout: draw.maybe(30, '20s'), ...more }))
  }
  const failing = (choices: readonly string[]): Record<string, string | undefined> =>
    draw.level >= 5 ? { 'on-fail': draw.maybe(30, draw.pick(choices)) } : {}
  const usual = ['restart', 'ignore', 'block', 'stop', 'standby', 'fence']
  if (promotable) {
    if (draw.percent(70)) op('monitor', '10s', { role: 'Promoted', ...failing([...usual, 'demote']) })
    if (draw.percent(60)) op('monitor', '11s', { role: draw.maybe(50, 'Unpromoted'), ...failing(usual) })
    if (draw.level >= 5 && draw.percent(10)) op('promote', '0', failing(['demote', 'ignore', 'block', 'stop']))
    if (draw.level >= 5 && draw.percent(10)) op('demote', '0', failing(['ignore', 'block', 'fence']))
  } else if (draw.percent(60)) op('monitor', '10s', { enabled: draw.maybe(3, 'false'), ...failing(usual) })
  if (draw.percent(6)) op('monitor', '30s', { role: 'Stopped' })
  if (draw.level >= 5 && draw.percent(12)) op('start', '0', failing(['restart', 'ignore', 'block', 'stop', 'fence']))
  if (draw.level >= 5 && draw.percent(12)) op('stop', '0', failing(['block', 'ignore', 'fence']))
  return ops.length === 0 ? [] : [el('operations', {}, ...ops)]
}

export function primitive(draw: Draw, about: Operations = {}, options: Record<string, string> = {}): Tree {
  const id = draw.fresh('r')
  const shape = (ops: Tree[]): Tree[] => [
    ...pairs('instance_attributes', `${id}-params`, { state: draw.maybe(50, draw.pick(['1', '2'])) }),
    ...pairs('meta_attributes', `${id}-meta`, { ...primitiveOptions(draw), ...options }),
    ...(draw.level >= 5 && draw.percent(30)
      ? pairs('utilization', `${id}-use`, {
          cpu: String(draw.between(0, 3)),
          memory: draw.maybe(40, String(draw.between(1, 4))),
        })
      : []),
    ...ops,
  ]
  const type = about.promotable ? 'Stateful' : 'Dummy'
  return el('primitive', { id, class: 'ocf', provider: 'pacemaker', type }, ...shape(operations(draw, id, about)))
}

function group(draw: Draw): Made {
  const id = draw.fresh('g')
  const members = Array.from({ length: draw.between(1, 3) }, () => primitive(draw))
  const options = { ...commonOptions(draw), ordered: draw.maybe(4, 'false'), collocated: draw.maybe(4, 'false') }
  const tree = el('group', { id }, ...pairs('meta_attributes', `${id}-meta`, options), ...members)
  return { id, kind: 'group', promotable: false, members: members.map(idOf), tree }
}

function clone(draw: Draw, promotable: boolean): Made {
  const id = draw.fresh('c')
  const isGroup = draw.percent(promotable ? 12 : 20)
  const members = Array.from({ length: isGroup ? draw.between(1, 2) : 1 }, () => primitive(draw, { promotable }))
  const first = members[0] ?? primitive(draw)
  const inner = isGroup ? el('group', { id: draw.fresh('g') }, ...members) : first
  const unique = draw.maybe(20, 'true')
  const options = {
    ...commonOptions(draw),
    'clone-max': draw.maybe(30, String(draw.between(1, 4))),
    'clone-node-max': unique && draw.maybe(70, String(draw.between(1, 3))),
    'globally-unique': unique,
    interleave: draw.maybe(50, 'true'),
    ordered: draw.maybe(15, 'true'),
    notify: draw.maybe(promotable ? 60 : 15, 'true'),
    'clone-min': draw.maybe(8, String(draw.between(1, 2))),
    ...(promotable && {
      promotable: 'true',
      'promoted-max': draw.maybe(25, String(draw.between(1, 2))),
      'promoted-node-max': unique && draw.maybe(20, '2'),
      'target-role': draw.maybe(10, draw.pick(['Promoted', 'Unpromoted', 'Stopped', 'Started'])),
    }),
  }
  const tree = el('clone', { id }, ...pairs('meta_attributes', `${id}-meta`, options), inner)
  return { id, kind: 'clone', promotable, members: members.map(idOf), tree }
}

function bundle(draw: Draw): Made {
  const id = draw.fresh('b')
  const promotable = draw.percent(40)
  const hasInside = draw.percent(80)
  const inside = hasInside ? [primitive(draw, { promotable }, insideOptions(draw))] : []
  const container = {
    image: 'pcmk:latest',
    replicas: draw.maybe(90, String(draw.between(1, draw.level === 7 ? 4 : 3))),
    'replicas-per-host': draw.maybe(draw.level === 7 ? 25 : 10, '2'),
    'promoted-max': promotable ? String(draw.between(1, 2)) : undefined,
    network: draw.maybe(15, 'host'),
    options: draw.maybe(10, '--user=root'),
  }
  const network = {
    'ip-range-start': draw.maybe(draw.level === 7 ? 45 : 70, `192.168.122.${draw.pick(['131', '253'])}`),
    'control-port': '9999',
    'host-interface': draw.maybe(30, 'eth0'),
    'add-host': draw.maybe(10, 'false'),
  }
  const tree = el(
    'bundle',
    { id },
    ...pairs('meta_attributes', `${id}-meta`, {
      'target-role': draw.maybe(5, 'Stopped'),
      priority: draw.maybe(5, '5'),
      interleave: draw.maybe(10, 'true'),
      'resource-stickiness': draw.maybe(10, draw.pick(['0', '100'])),
    }),
    el(draw.pick(['docker', 'podman']), container),
    el('network', network),
    ...storage(draw, id),
    ...inside,
  )
  return { id, kind: 'bundle', promotable, members: inside.map(idOf), tree }
}

/** What a bundle reads from the primitive inside. */
function insideOptions(draw: Draw): Record<string, string> {
  if (draw.level < 7) return {}
  const options = {
    notify: draw.maybe(30, 'true'),
    interleave: draw.maybe(20, 'true'),
    ordered: draw.maybe(20, 'true'),
    'container-attribute-target': draw.maybe(25, 'host'),
  }
  return Object.fromEntries(Object.entries(options).flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

function storage(draw: Draw, id: string): Tree[] {
  if (!draw.percent(20)) return []
  const mapping = { 'target-dir': '/srv', options: draw.maybe(50, 'rw') }
  const from = draw.percent(50) ? { 'source-dir': '/data' } : { 'source-dir-root': '/data' }
  return [el('storage', {}, el('storage-mapping', { id: `${id}-data`, ...from, ...mapping }))]
}

function remote(draw: Draw): Made {
  const id = draw.fresh('remote')
  const ops = draw.percent(70)
    ? [el('operations', {}, el('op', { id: `${id}-monitor`, name: 'monitor', interval: '60s' }))]
    : []
  const options = pairs('instance_attributes', `${id}-params`, {
    server: `${id}.example`,
    reconnect_interval: draw.maybe(20, '60s'),
  })
  return alone(el('primitive', { id, class: 'ocf', provider: 'pacemaker', type: 'remote' }, ...options, ...ops))
}

/** Fencing devices, for levels that know fencing. */
export function fencingDevices(draw: Draw, nodes: readonly string[]): Made[] {
  return nodes.flatMap(node => {
    if (draw.percent(40)) return []
    const id = `fence-${node}`
    const options = pairs('instance_attributes', `${id}-params`, { pcmk_host_list: node })
    const ops = draw.percent(40)
      ? [el('operations', {}, el('op', { id: `${id}-monitor`, name: 'monitor', interval: '60s' }))]
      : []
    return [alone(el('primitive', { id, class: 'stonith', type: 'fence_xvm' }, ...options, ...ops))]
  })
}
