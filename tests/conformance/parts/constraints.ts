// Constraints of the generated CIBs: locations, colocations, orders, resource sets, tickets.
import { el, type Tree } from '../tree.ts'
import type { Draw } from './draw.ts'
import type { Made } from './resources.ts'

const finite = ['1', '10', '50', '100', '500', '-1', '-50', '-200']
const everyScore = [...finite, 'INFINITY', 'INFINITY', '-INFINITY']

export function constraints(draw: Draw, made: readonly Made[], nodes: readonly string[]): Tree[] {
  const list: Tree[] = []
  const times = (most: number, make: () => Tree | undefined): void => {
    for (let i = draw.between(0, most); i > 0; i -= 1) {
      const tree = make()
      if (tree) list.push(tree)
    }
  }
  times(4, () => location(draw, made, nodes))
  if (draw.level >= 2 && made.length > 0) {
    times(3, () => colocation(draw, made))
    times(3, () => order(draw, made))
  }
  if (draw.level === 6) times(1, () => ticket(draw, made))
  return list
}

/** Mostly a whole resource, sometimes one inside a group or clone. */
function target(draw: Draw, made: readonly Made[]): Made {
  const chosen = draw.pick(made)
  const member = chosen.kind !== 'bundle' && draw.percent(8) ? chosen.members[0] : undefined
  return member === undefined ? chosen : { ...chosen, id: draw.pick(chosen.members) }
}

/** Two different ones; the earlier first, mostly, so that orders seldom form a ring. */
function twoTargets(draw: Draw, made: readonly Made[]): readonly [Made, Made] | undefined {
  const [a, b] = draw.sample(made, 2)
  if (!a || !b) return undefined
  const forward = made.indexOf(a) < made.indexOf(b) === draw.percent(90)
  const [first, then] = forward ? [a, b] : [b, a]
  return [target(draw, [first]), target(draw, [then])]
}

function location(draw: Draw, made: readonly Made[], nodes: readonly string[]): Tree {
  const id = draw.fresh('loc')
  const on = target(draw, made)
  const role = on.promotable ? draw.maybe(35, draw.pick(['Promoted', 'Unpromoted'])) : undefined
  const pattern = draw.level >= 6 && draw.percent(6) ? draw.pick(['^r[12]$', 'r(.)', '!^r']) : undefined
  const subject = pattern === undefined ? { rsc: on.id } : { 'rsc-pattern': pattern }
  const discovery = draw.maybe(8, draw.pick(['never', 'exclusive', 'always']))
  if (draw.percent(70)) {
    return el('rsc_location', {
      id,
      ...subject,
      role,
      node: draw.pick(nodes),
      score: draw.pick(everyScore),
      'resource-discovery': discovery,
    })
  }
  return el('rsc_location', { id, ...subject, 'resource-discovery': discovery }, rule(draw, id, nodes, role))
}

function rule(draw: Draw, owner: string, nodes: readonly string[], role: string | undefined): Tree {
  const expressions = Array.from({ length: draw.between(1, 2) }, (_, at) => expression(draw, `${owner}-e${at}`, nodes))
  const byAttribute = draw.percent(15)
  return el(
    'rule',
    {
      id: `${owner}-rule`,
      role,
      ...(byAttribute ? { 'score-attribute': 'weight' } : { score: draw.pick(everyScore) }),
      'boolean-op': expressions.length > 1 ? draw.maybe(70, draw.pick(['and', 'or'])) : undefined,
    },
    ...expressions,
  )
}

function expression(draw: Draw, id: string, nodes: readonly string[]): Tree {
  switch (draw.between(0, draw.level >= 6 ? 5 : 4)) {
    case 0:
      return el('expression', { id, attribute: '#uname', operation: draw.pick(['eq', 'ne']), value: draw.pick(nodes) })
    case 1:
      return el('expression', {
        id,
        attribute: 'site',
        operation: draw.pick(['eq', 'ne']),
        value: draw.pick(['a', 'b']),
      })
    case 2:
      return el('expression', {
        id,
        attribute: draw.pick(['site', 'ping']),
        operation: draw.pick(['defined', 'not_defined']),
      })
    case 3: {
      const type = draw.maybe(60, draw.pick(['number', 'string', 'integer', 'version']))
      const operation = draw.pick(['lt', 'gt', 'lte', 'gte', 'eq', 'ne'])
      return el('expression', { id, attribute: 'weight', operation, value: draw.pick(['5', '10', '100']), type })
    }
    case 4:
      return el('expression', {
        id,
        attribute: '#kind',
        operation: 'eq',
        value: draw.pick(['cluster', 'remote', 'container']),
      })
    default: {
      const operation = draw.pick(['gt', 'lt'])
      const edge = {
        [operation === 'gt' ? 'start' : 'end']: draw.pick(['2023-01-01', '2024-01-01', '2030-06-01 12:00:00']),
      }
      return el('date_expression', { id, operation, ...edge })
    }
  }
}

function colocation(draw: Draw, made: readonly Made[]): Tree | undefined {
  const id = draw.fresh('col')
  const score = draw.pick([...everyScore, 'INFINITY', 'INFINITY'])
  if (draw.percent(25)) {
    const sets = resourceSets(draw, id, made, 'colocation')
    return sets && el('rsc_colocation', { id, score }, ...sets)
  }
  const two = twoTargets(draw, made)
  if (!two) return undefined
  const [withOne, one] = two
  return el('rsc_colocation', {
    id,
    rsc: one.id,
    'rsc-role': one.promotable ? draw.maybe(40, draw.pick(['Promoted', 'Unpromoted', 'Started'])) : undefined,
    'with-rsc': withOne.id,
    'with-rsc-role': withOne.promotable ? draw.maybe(60, draw.pick(['Promoted', 'Promoted', 'Unpromoted'])) : undefined,
    score,
    'node-attribute': draw.maybe(8, 'site'),
    influence: draw.maybe(8, draw.pick(['false', 'true'])),
  })
}

function order(draw: Draw, made: readonly Made[]): Tree | undefined {
  const id = draw.fresh('ord')
  const kind = draw.maybe(50, draw.pick(['Mandatory', 'Optional', 'Serialize']))
  const symmetrical = draw.maybe(15, draw.pick(['false', 'true']))
  if (draw.percent(25)) {
    const sets = resourceSets(draw, id, made, 'order')
    return sets && el('rsc_order', { id, kind, symmetrical: kind === 'Serialize' ? undefined : symmetrical }, ...sets)
  }
  const two = twoTargets(draw, made)
  if (!two) return undefined
  const [first, then] = two
  const action = (of: Made): string | undefined =>
    of.promotable
      ? draw.maybe(60, draw.pick(['promote', 'promote', 'start', 'demote', 'stop']))
      : draw.maybe(10, draw.pick(['start', 'stop']))
  return el('rsc_order', {
    id,
    first: first.id,
    'first-action': action(first),
    then: then.id,
    'then-action': action(then),
    kind,
    symmetrical: kind === 'Serialize' ? undefined : symmetrical,
    'require-all': draw.maybe(5, 'false'),
  })
}

function resourceSets(
  draw: Draw,
  owner: string,
  made: readonly Made[],
  about: 'colocation' | 'order',
): Tree[] | undefined {
  const chosen = draw.sample(made, draw.between(2, 4))
  if (chosen.length < 2) return undefined
  const cut = draw.percent(50) ? draw.between(1, chosen.length - 1) : chosen.length
  const parts = [chosen.slice(0, cut), chosen.slice(cut)].filter(part => part.length > 0)
  return parts.map((part, at) => {
    const promotable = part.every(one => one.promotable)
    const sequential = draw.maybe(50, draw.pick(['false', 'true']))
    return el(
      'resource_set',
      {
        id: `${owner}-set${at}`,
        sequential,
        'require-all': about === 'order' && sequential === 'false' ? draw.maybe(50, 'false') : undefined,
        role: about === 'colocation' && promotable ? draw.maybe(50, 'Promoted') : undefined,
        action:
          about === 'order'
            ? promotable
              ? draw.maybe(50, 'promote')
              : draw.maybe(8, draw.pick(['start', 'stop']))
            : undefined,
      },
      ...part.map(one => el('resource_ref', { id: one.id })),
    )
  })
}

function ticket(draw: Draw, made: readonly Made[]): Tree {
  const on = target(draw, made)
  return el('rsc_ticket', {
    id: draw.fresh('tic'),
    rsc: on.id,
    'rsc-role': on.promotable ? draw.maybe(50, 'Promoted') : undefined,
    ticket: draw.pick(['ticketA', 'ticketB']),
    'loss-policy': draw.maybe(70, draw.pick(['stop', 'demote', 'fence', 'freeze'])),
  })
}
