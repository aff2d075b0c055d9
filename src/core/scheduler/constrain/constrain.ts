// The second phase: constraints, attached to the resources that they are about.
import { MINUS_INFINITY, type Score, score } from '../../base/score.ts'
import type { Colocation } from '../../cib/types.ts'
import { type ColocationRule, Discovery, Role } from '../model.ts'
import { orderTasks } from '../order/relate.ts'
import { Kind } from '../order/types.ts'
import { healthOf } from '../unpack/nodes.ts'
import type { Constrained, Unpacked } from '../world.ts'
import { constrainColocations } from './colocation.ts'
import { constrainLocations } from './location.ts'
import { constrainOrders } from './order.ts'
import { constrainTickets } from './ticket.ts'

export function constrain(world: Unpacked): Constrained {
  const colocations: ColocationRule[] = []
  applyHealth(world)
  for (const constraint of world.cib.configuration.constraints) {
    switch (constraint.kind) {
      case 'location':
        constrainLocations(world, constraint)
        break
      case 'colocation':
        colocateOrKeepApart(world, colocations, constraint)
        break
      case 'order':
        constrainOrders(world, constraint)
        break
      case 'ticket':
        constrainTickets(world, constraint)
        break
      default:
        constraint satisfies never
    }
  }
  return { ...world, colocations }
}

/** The orderings of two that must be apart take their turn among those of the order constraints. */
function colocateOrKeepApart(world: Unpacked, colocations: ColocationRule[], constraint: Colocation): void {
  const known = colocations.length
  constrainColocations(world, colocations, constraint)
  for (const rule of colocations.slice(known)) if (rule.score === MINUS_INFINITY) keepApart(world, rule)
}

/** Where two must not be together, one has left before the other comes. */
function keepApart(world: Unpacked, { dependent, primary, dependentRole, primaryRole }: ColocationRule): void {
  const leaves = (role: Role): readonly string[] =>
    role === Role.promoted ? ['demote'] : role === Role.unpromoted ? ['stop', 'promote'] : ['stop']
  const comes = (role: Role): readonly string[] =>
    role === Role.promoted ? ['promote'] : role === Role.unpromoted ? ['start', 'demote'] : ['start']
  for (const first of leaves(dependentRole)) {
    for (const then of comes(primaryRole)) orderTasks(world, dependent, first, primary, then, Kind.antiColocation)
  }
  for (const first of leaves(primaryRole)) {
    for (const then of comes(dependentRole)) orderTasks(world, primary, first, dependent, then, Kind.antiColocation)
  }
}

/** What the words are worth; with the other strategies the options say it. */
const colours: Readonly<Record<string, Readonly<Record<string, Score>>>> = {
  'migrate-on-red': { red: MINUS_INFINITY },
  'only-green': { red: MINUS_INFINITY, yellow: MINUS_INFINITY },
}

/** The sum counts, also of numbers. Source: "Pacemaker Explained" 2.1, "Tracking Node Health"; `crm_simulate -s`. */
function applyHealth(world: Unpacked): void {
  const { healthStrategy, healthBase } = world.options
  if (!['migrate-on-red', 'only-green', 'progressive', 'custom'].includes(healthStrategy)) return
  const worth = colours[healthStrategy] ?? world.options.colours
  for (const node of world.nodes) {
    const points = healthOf(node, worth, healthStrategy === 'progressive' ? healthBase : score(0))
    if (points === 0) continue
    for (const rsc of world.roots) {
      if (points < 0 && rsc.meta.get('allow-unhealthy-nodes') === 'true') continue
      rsc.locations.push({
        id: healthStrategy,
        role: Role.unknown,
        nodes: [node],
        scores: [points],
        discovery: Discovery.always,
        origin: undefined,
      })
    }
  }
}
