// Level 8: what real CIBs have besides and the lower levels do not draw. A CIB of level 6 is changed: rules on options,
// parameters and operations; dates, durations and date specifications; defaults by type and operation; unfencing devices.
import { epoch } from '../generate.ts'
import { el, mapTree, type Tree, withAttributes, withChildren } from '../tree.ts'
import { type Draw, pairs } from './draw.ts'

export function withExtras(draw: Draw, cib: Tree): Tree {
  const unfences = draw.percent(25)
  return mapTree(cib, tree => {
    switch (tree.name) {
      case 'primitive':
        return primitive(draw, tree, unfences)
      case 'group':
      case 'clone':
        return draw.percent(15) ? withSets(tree, [ruledOptions(draw)]) : tree
      case 'op':
        return operation(draw, tree)
      case 'rule':
        return draw.percent(30) ? moreOf(draw, tree) : tree
      case 'node':
        return unfences ? withSets(tree, pairs('instance_attributes', `unf-${idOf(tree)}`, unfenced(draw))) : tree
      case 'configuration':
        return defaults(draw, tree)
      default:
        return tree
    }
  })
}

const idOf = (tree: Tree): string => tree.attributes['id'] ?? ''
const unfenced = (draw: Draw): Record<string, string | undefined> => ({
  '#node-unfenced': draw.maybe(60, draw.pick(['0', String(epoch - 500)])),
})

/** Sets of options stand before operations and members, parameters with them. */
function withSets(tree: Tree, sets: readonly Tree[]): Tree {
  const isSet = (child: Tree): boolean => /_attributes$/.test(child.name)
  return withChildren(tree, [...tree.children.filter(isSet), ...sets, ...tree.children.filter(c => !isSet(c))])
}

function primitive(draw: Draw, tree: Tree, unfences: boolean): Tree {
  if (tree.attributes['class'] === 'stonith') {
    const options = pairs('meta_attributes', `${idOf(tree)}-unf`, { provides: 'unfencing' })
    return unfences && draw.percent(60) ? withSets(tree, options) : tree
  }
  if (tree.attributes['type'] === 'remote') return tree
  const sets = [
    ...(draw.percent(25) ? [ruledOptions(draw)] : []),
    ...(draw.percent(20) ? [ruled(draw, 'instance_attributes', { state: draw.pick(['1', '4']), size: '7' })] : []),
    ...(unfences && draw.percent(25)
      ? pairs('meta_attributes', `${idOf(tree)}-unf`, { requires: draw.pick(['unfencing', 'unfencing', 'fencing']) })
      : []),
  ]
  return withSets(tree, sets)
}

const ruledOptions = (draw: Draw): Tree =>
  ruled(
    draw,
    'meta_attributes',
    draw.pick([
      { 'resource-stickiness': draw.pick(['0', '200']) },
      { 'target-role': draw.pick(['Stopped', 'Started']) },
      { 'is-managed': 'false' },
      { 'migration-threshold': '1', 'failure-timeout': draw.pick(['20s', '2h']) },
      { priority: '7' },
      { maintenance: 'true' },
    ]),
  )

function ruled(draw: Draw, tag: string, values: Record<string, string>): Tree {
  const id = draw.fresh('set')
  const [set] = pairs(tag, id, values)
  const rule = el('rule', { id: `${id}-rule`, 'boolean-op': draw.maybe(30, 'or') }, ...expressions(draw, tag))
  return el(tag, { id, score: draw.maybe(60, draw.pick(['1', '10'])) }, rule, ...(set?.children ?? []))
}

function expressions(draw: Draw, tag: string): Tree[] {
  const one = (): Tree => (tag === 'instance_attributes' && draw.percent(60) ? byNode(draw) : date(draw))
  return Array.from({ length: draw.pick([1, 1, 2]) }, one)
}

function byNode(draw: Draw): Tree {
  const id = draw.fresh('ex')
  return draw.pick([
    el('expression', { id, attribute: '#uname', operation: draw.pick(['eq', 'ne']), value: draw.pick(['n1', 'n2']) }),
    el('expression', { id, attribute: 'site', operation: 'eq', value: draw.pick(['a', 'b']) }),
    el('expression', { id, attribute: '#kind', operation: 'ne', value: draw.pick(['remote', 'cluster']) }),
    el('expression', { id, attribute: 'site', operation: draw.pick(['defined', 'not_defined']) }),
  ])
}

/** Now is Tuesday, 2023-11-14 22:13:20 UTC, week 46, day 318. */
function date(draw: Draw): Tree {
  const id = draw.fresh('ex')
  const days = ['2023-11-14', '2023-11-01 10:00:00', '2023-11-14 22:13:20Z', '2023-11-15', '2022-02-28', '2030-01-01']
  const [start, end] = [draw.pick(days), draw.pick(days)]
  const [early, late] = [start, end].sort()
  const duration = (): Tree =>
    el('duration', {
      id: `${id}-d`,
      ...draw.pick([{ hours: '20' }, { days: '1' }, { weeks: '2' }, { months: '13', days: '3' }, { years: '2' }]),
    })
  const spec = el('date_spec', {
    id: `${id}-s`,
    hours: draw.maybe(40, draw.pick(['22', '9-17', '20-23', '0-6', '22-'])),
    weekdays: draw.maybe(30, draw.pick(['1-5', '2', '6-7'])),
    monthdays: draw.maybe(15, draw.pick(['14', '1-13', '14-'])),
    months: draw.maybe(20, draw.pick(['11', '1-6', '10-12'])),
    years: draw.maybe(20, draw.pick(['2023', '2024-', '2020-2023'])),
    yeardays: draw.maybe(8, draw.pick(['318', '1-317'])),
    weeks: draw.maybe(8, draw.pick(['46', '1-45'])),
    weekyears: draw.maybe(8, draw.pick(['2023', '2022'])),
    minutes: draw.maybe(8, draw.pick(['13', '0-12'])),
  })
  return draw.pick([
    el('date_expression', { id, operation: 'gt', start }),
    el('date_expression', { id, operation: 'lt', end }),
    el('date_expression', {
      id,
      operation: 'in_range',
      start: early,
      end: late,
    }),
    el('date_expression', { id, operation: 'in_range', start }, duration()),
    el('date_expression', { id, operation: 'date_spec' }, spec),
    el('date_expression', { id, operation: 'date_spec' }, spec),
  ])
}

/** One more expression, or a rule inside the rule. */
function moreOf(draw: Draw, rule: Tree): Tree {
  const plain = rule.attributes['score'] !== undefined || rule.attributes['score-attribute'] !== undefined
  if (!plain) return rule
  const more = draw.percent(50) ? date(draw) : byNode(draw)
  const inner = el('rule', { id: draw.fresh('rul'), 'boolean-op': draw.pick(['and', 'or']) }, date(draw), byNode(draw))
  return withChildren(rule, [...rule.children, draw.percent(60) ? more : inner])
}

function operation(draw: Draw, op: Tree): Tree {
  if (!draw.percent(30)) return op
  const isRecurring = op.attributes['name'] === 'monitor'
  const id = draw.fresh('opset')
  return draw.pick([
    withChildren(
      op,
      pairs('meta_attributes', id, { 'on-fail': draw.pick(['restart', 'ignore', 'stop']), timeout: '33s' }),
    ),
    withChildren(op, pairs('instance_attributes', id, { depth: '2' })),
    withChildren(op, [ruled(draw, 'meta_attributes', { 'on-fail': draw.pick(['ignore', 'block', 'stop']) })]),
    withChildren(op, [ruled(draw, 'meta_attributes', isRecurring ? { enabled: 'false' } : { timeout: '44s' })]),
    withAttributes(op, { 'start-delay': '5s', 'interval-origin': undefined }),
  ])
}

function defaults(draw: Draw, configuration: Tree): Tree {
  const rest = configuration.children.filter(c => !/_defaults$/.test(c.name))
  const at = rest.findIndex(c => c.name === 'constraints') + 1
  const byType = (): Tree => {
    const id = draw.fresh('ex')
    return el('rsc_expression', {
      id,
      class: draw.maybe(60, 'ocf'),
      provider: draw.maybe(30, 'pacemaker'),
      type: draw.maybe(60, draw.pick(['Dummy', 'Stateful'])),
    })
  }
  const byOperation = (): Tree =>
    el('op_expression', {
      id: draw.fresh('ex'),
      name: draw.pick(['monitor', 'start', 'stop']),
      interval: draw.maybe(30, '10s'),
    })
  const set = (expression: Tree, values: Record<string, string>): Tree => {
    const id = draw.fresh('def')
    const given = pairs('meta_attributes', id, values)[0]?.children ?? []
    return el('meta_attributes', { id }, el('rule', { id: `${id}-rule` }, expression), ...given)
  }
  const known = configuration.children.filter(c => c.name === 'rsc_defaults').flatMap(c => c.children)
  const resources = [
    ...(draw.percent(30) ? [set(draw.percent(60) ? byType() : date(draw), { 'resource-stickiness': '30' })] : []),
    ...(draw.percent(12) ? [set(byType(), { 'migration-threshold': '2' })] : []),
    ...known,
  ]
  const operations = [
    ...(draw.percent(20) ? [set(byOperation(), { 'on-fail': draw.pick(['ignore', 'stop', 'block']) })] : []),
    ...(draw.percent(15) ? [set(draw.percent(50) ? byType() : date(draw), { timeout: '55s' })] : []),
  ]
  const made = [
    ...(resources.length > 0 ? [el('rsc_defaults', {}, ...resources)] : []),
    ...(operations.length > 0 ? [el('op_defaults', {}, ...operations)] : []),
  ]
  // The schema wants tags and the topology behind the defaults.
  return withChildren(configuration, [...rest.slice(0, at), ...made, ...rest.slice(at)])
}
