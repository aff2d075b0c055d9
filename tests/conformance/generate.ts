// A seeded generator of valid CIBs for the differential fuzzer. The same seed and level give the same CIB; further
// states of the same cluster come from parts/steps.ts, by letting crm_simulate run the transition and changing the result.
import { prng } from '../../src/core/base/prng.ts'
import { constraints } from './parts/constraints.ts'
import { type Draw, drawer, type Level, pairs } from './parts/draw.ts'
import { withExtras } from './parts/extras.ts'
import { fencingDevices, type Made, resources } from './parts/resources.ts'
import { el, mapTree, type Tree, withAttributes } from './tree.ts'

/** What "now" is in every generated CIB, in seconds. */
export const epoch = 1_700_000_000

export interface Scenario {
  readonly draw: Draw
  readonly cib: Tree
}

export function generate(seed: number, level: Level): Scenario {
  if (level === 8) {
    const { cib } = generate(seed, 6)
    const draw = drawer(prng(seed * 8 + 5_000_000_000), level)
    return { draw, cib: withExtras(draw, cib) }
  }
  const draw = drawer(prng(seed * 8 + level), level)
  const nodes = nodeNames(draw)
  const hasFencing = level >= 5 && draw.percent(55)
  const made = resources(draw)
  const devices = hasFencing ? fencingDevices(draw, nodes) : []
  const places = [...nodes, ...made.flatMap(remoteNames)]
  const configuration = el(
    'configuration',
    {},
    el('crm_config', {}, ...pairs('cluster_property_set', 'options', clusterOptions(draw, hasFencing))),
    el('nodes', {}, ...nodes.map((name, at) => nodeEntry(draw, name, at)), ...bundleNodes(draw, made)),
    el('resources', {}, ...draw.sample([...templated(draw, made), ...devices.map(d => d.tree)], 99)),
    el('constraints', {}, ...constraints(draw, made, places)),
    ...defaults(draw),
    ...topology(draw, devices),
    ...tags(draw, made),
  )
  const spelt = level >= 4 && draw.percent(12) ? oldRoles(configuration) : configuration
  return { draw, cib: cibOf(draw, spelt, status(draw, nodes, made)) }
}

const oldNames: Readonly<Record<string, string>> = {
  Promoted: 'Master',
  Unpromoted: 'Slave',
  'promoted-max': 'master-max',
  'promoted-node-max': 'master-node-max',
}

/** The spelling of old: still accepted everywhere. */
function oldRoles(configuration: Tree): Tree {
  const names = ['role', 'rsc-role', 'with-rsc-role', 'name', 'value']
  return mapTree(configuration, tree => {
    const changed = names.filter(name => oldNames[tree.attributes[name] ?? ''] !== undefined)
    const values = changed.map(name => [name, oldNames[tree.attributes[name] ?? '']] as const)
    return changed.length === 0 ? tree : withAttributes(tree, Object.fromEntries(values))
  })
}

function nodeNames(draw: Draw): string[] {
  const count = draw.pick([1, 2, 2, 2, 3, 3, 3, 4])
  const names = Array.from({ length: count }, (_, at) => `n${at + 1}`)
  return draw.percent(20) ? draw.sample(names, count) : names
}

const remoteNames = ({ tree }: Made): string[] => {
  if (tree.attributes['type'] === 'remote') return [tree.attributes['id'] ?? '']
  const options = tree.children.filter(c => c.name === 'meta_attributes').flatMap(c => c.children)
  return options.filter(o => o.attributes['name'] === 'remote-node').map(o => o.attributes['value'] ?? '')
}

function cibOf(draw: Draw, configuration: Tree, status: Tree): Tree {
  const attributes = {
    crm_feature_set: '3.16.1',
    'validate-with': 'pacemaker-3.9',
    admin_epoch: '0',
    epoch: '1',
    num_updates: '0',
    'have-quorum': draw.level >= 5 && draw.percent(6) ? '0' : '1',
    'dc-uuid': draw.maybe(90, '1'),
    'execution-date': String(epoch),
  }
  return el('cib', attributes, configuration, status)
}

function clusterOptions(draw: Draw, hasFencing: boolean): Record<string, string | undefined> {
  return {
    'stonith-enabled': hasFencing ? draw.maybe(70, 'true') : 'false',
    'symmetric-cluster': draw.maybe(8, 'false'),
    'enable-startup-probes': draw.maybe(4, 'false'),
    'stop-orphan-resources': draw.maybe(4, 'false'),
    'stop-orphan-actions': draw.maybe(3, 'false'),
    'stop-all-resources': draw.maybe(1, 'true'),
    'maintenance-mode': draw.maybe(1, 'true'),
    ...(draw.level >= 5 && {
      'no-quorum-policy': draw.maybe(25, draw.pick(['ignore', 'stop', 'freeze', 'suicide', 'demote'])),
      'start-failure-is-fatal': draw.maybe(15, draw.pick(['false', 'true'])),
      'placement-strategy':
        draw.level === 7 ? undefined : draw.maybe(35, draw.pick(['utilization', 'minimal', 'balanced', 'default'])),
      'stonith-action': draw.maybe(10, draw.pick(['off', 'reboot'])),
      'startup-fencing': draw.maybe(6, 'false'),
      'concurrent-fencing': draw.maybe(20, draw.pick(['true', 'false'])),
      'priority-fencing-delay': draw.maybe(6, '20s'),
      'node-health-strategy': draw.maybe(8, draw.pick(['migrate-on-red', 'only-green', 'progressive', 'custom'])),
      'have-watchdog': draw.maybe(5, 'true'),
      'migration-limit': draw.maybe(3, '1'),
    }),
    ...(draw.level >= 6 && { 'shutdown-lock': draw.maybe(8, 'true'), 'shutdown-lock-limit': draw.maybe(3, '5min') }),
  }
}

function nodeEntry(draw: Draw, uname: string, at: number): Tree {
  const id = String(at + 1)
  const values = {
    site: draw.maybe(60, draw.pick(['a', 'b'])),
    weight: draw.maybe(30, draw.pick(['5', '10', '100', '1.1.2', '-INFINITY'])),
    standby: draw.level >= 5 ? draw.maybe(5, 'on') : undefined,
    maintenance: draw.level >= 5 ? draw.maybe(3, 'true') : undefined,
    '#health-disk': draw.level >= 5 ? draw.maybe(4, draw.pick(['red', 'yellow', 'green', '-10'])) : undefined,
  }
  const use =
    draw.level >= 5 && draw.percent(60) ? { cpu: String(draw.between(1, 6)), memory: String(draw.between(1, 6)) } : {}
  return el(
    'node',
    { id, uname },
    ...pairs('instance_attributes', `node-${uname}`, values),
    ...pairs('utilization', `node-${uname}-use`, use),
  )
}

/** A node inside of a bundle is listed once it has permanent attributes. */
function bundleNodes(draw: Draw, made: readonly Made[]): Tree[] {
  const bundles = made.filter(one => one.kind === 'bundle' && one.members.length > 0)
  if (draw.level < 7) return []
  return bundles.flatMap(({ id }) => {
    const uname = `${id}-0`
    const entry = { id: uname, uname, type: 'remote' }
    return draw.percent(15) ? [el('node', entry, ...pairs('instance_attributes', `node-${uname}`, { site: 'a' }))] : []
  })
}

/** Moves what two primitives could share to a template, seldom. */
function templated(draw: Draw, made: readonly Made[]): Tree[] {
  const trees = made.map(one => one.tree)
  if (draw.level < 6 || !draw.percent(20)) return trees
  const at = trees.findIndex(tree => tree.name === 'primitive')
  const chosen = trees[at]
  if (!chosen || chosen.attributes['type'] === 'remote') return trees
  const { id = '', ...type } = chosen.attributes
  const template = el(
    'template',
    { id: 'shared', ...type },
    ...pairs('meta_attributes', 'shared-meta', { 'resource-stickiness': '7' }),
  )
  return [
    template,
    ...trees.map(tree => (tree === chosen ? el('primitive', { id, template: 'shared' }, ...tree.children) : tree)),
  ]
}

function defaults(draw: Draw): Tree[] {
  const values = {
    'resource-stickiness': draw.maybe(35, draw.pick(['1', '50', '100', '1000', 'INFINITY'])),
    'migration-threshold': draw.level >= 5 ? draw.maybe(15, draw.pick(['1', '3'])) : undefined,
  }
  const resourceDefaults = pairs('meta_attributes', 'defaults', values)
  return resourceDefaults.length === 0 ? [] : [el('rsc_defaults', {}, ...resourceDefaults)]
}

function topology(draw: Draw, devices: readonly Made[]): Tree[] {
  if (devices.length === 0 || !draw.percent(8)) return []
  const level = (device: Made, at: number): Tree =>
    el('fencing-level', { id: `level${at}`, target: device.id.replace('fence-', ''), index: '1', devices: device.id })
  return [el('fencing-topology', {}, ...devices.map(level))]
}

function tags(draw: Draw, made: readonly Made[]): Tree[] {
  if (draw.level < 6 || !draw.percent(15) || made.length === 0) return []
  const members = draw.sample(made, 2).map(one => el('obj_ref', { id: one.id }))
  return [el('tags', {}, el('tag', { id: 'tagged' }, ...members))]
}

function status(draw: Draw, nodes: readonly string[], made: readonly Made[]): Tree {
  const states = nodes.flatMap((uname, at) => nodeState(draw, uname, String(at + 1), made))
  const hasTickets = draw.level === 6 && draw.percent(60)
  const ticket = (id: string): Tree => {
    const granted = draw.pick(['true', 'false'])
    return el('ticket_state', {
      id,
      granted,
      standby: draw.maybe(15, 'true'),
      'last-granted': draw.maybe(50, String(epoch - 100)),
    })
  }
  return el(
    'status',
    {},
    ...states,
    ...(hasTickets ? [el('tickets', {}, ticket('ticketA'), ...(draw.percent(50) ? [ticket('ticketB')] : []))] : []),
  )
}

function nodeState(draw: Draw, uname: string, id: string, made: readonly Made[]): Tree[] {
  if (draw.percent(3)) return []
  const isUp = draw.percent(90)
  const membership = isUp
    ? { in_ccm: 'true', crmd: 'online', join: 'member', expected: 'member' }
    : {
        in_ccm: 'false',
        crmd: 'offline',
        join: 'down',
        expected: draw.level >= 5 ? draw.pick(['member', 'down']) : 'down',
      }
  const transient = isUp ? transientAttributes(draw, id, uname, made) : []
  return [el('node_state', { id, uname, ...membership }, ...transient, el('lrm', { id }, el('lrm_resources', {})))]
}

export function transientAttributes(
  draw: Draw,
  id: string,
  uname: string,
  made: readonly Pick<Made, 'promotable' | 'members'>[],
): Tree[] {
  const scores = made
    .filter(one => one.promotable)
    .flatMap(one =>
      one.members.map(
        member => [`master-${member}`, draw.maybe(70, draw.pick(['5', '10', '100', '1000', '10000', '-1']))] as const,
      ),
    )
  const values = { ...Object.fromEntries(scores), ping: draw.maybe(15, draw.pick(['0', '100'])) }
  const set = pairs('instance_attributes', `status-${uname}`, values)
  return set.length === 0 ? [] : [el('transient_attributes', { id }, ...set)]
}
