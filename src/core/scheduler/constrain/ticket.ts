// Tickets: what may run only while this site holds the ticket.
// Source: "Pacemaker Explained" 2.1, "Multi-Site Clusters and Tickets".
import { MINUS_INFINITY } from '../../base/score.ts'
import type { TicketConstraint } from '../../cib/types.ts'
import { fenceNode } from '../act/fence-node.ts'
import { type Resource, Role, type Ticket, type TicketDependency } from '../model.ts'
import { roleNamed } from '../unpack/roles.ts'
import type { Unpacked } from '../world.ts'
import { ban } from './bans.ts'
import { expand, resolve } from './find.ts'

export function constrainTickets(world: Unpacked, constraint: TicketConstraint): void {
  let ticket = world.tickets.get(constraint.ticket)
  if (!ticket) {
    ticket = { id: constraint.ticket, granted: false, standby: false, lastGranted: undefined }
    world.tickets.set(ticket.id, ticket)
  }
  for (const set of constraint.sets) {
    for (const id of set.members.flatMap(member => expand(world, member)))
      depend(world, constraint, ticket, id, set.role)
  }
  if (constraint.sets.length === 0 && constraint.rsc !== undefined) {
    for (const id of expand(world, constraint.rsc)) depend(world, constraint, ticket, id, constraint.rscRole)
  }
}

function depend(
  world: Unpacked,
  constraint: TicketConstraint,
  ticket: Ticket,
  id: string,
  role: string | undefined,
): void {
  const rsc = resolve(world, id)
  if (!rsc) return
  const lossPolicy = constraint.lossPolicy?.toLowerCase()
  const dependency: TicketDependency = {
    id: constraint.id,
    ticket,
    rsc,
    role: roleNamed(role) === Role.started ? Role.unknown : roleNamed(role),
    lossPolicy:
      lossPolicy === 'demote' || lossPolicy === 'fence' || lossPolicy === 'freeze'
        ? lossPolicy === 'fence' && !world.options.fencing
          ? 'stop'
          : lossPolicy
        : lossPolicy === undefined && roleNamed(role) === Role.promoted
          ? 'demote'
          : 'stop',
  }
  rsc.tickets.push(dependency)
  if (!ticket.granted || ticket.standby) loseTicket(world, rsc, dependency)
}

/** What is to happen while the ticket is not held. */
function loseTicket(world: Unpacked, rsc: Resource, dependency: TicketDependency): void {
  const { ticket, role, lossPolicy } = dependency
  if (rsc.children.length > 0) {
    for (const child of rsc.children) loseTicket(world, child, dependency)
    return
  }
  const keepsUnpromoted = role === Role.promoted && lossPolicy !== 'stop'
  if (ticket.granted) {
    if (!keepsUnpromoted) ban(world, rsc, undefined, MINUS_INFINITY, '__ticket_standby__', { by: ticket.id })
  } else if (rsc.runningOn.length === 0) {
    if (!keepsUnpromoted) ban(world, rsc, undefined, MINUS_INFINITY, '__no_ticket__', { by: ticket.id })
  } else loseRunning(world, rsc, dependency)
}

function loseRunning(world: Unpacked, rsc: Resource, { ticket, role, lossPolicy }: TicketDependency): void {
  const matches = role === Role.unknown || role === rsc.role
  const stop = (): void => ban(world, rsc, undefined, MINUS_INFINITY, '__loss_of_ticket__', { by: ticket.id })
  switch (lossPolicy) {
    case 'stop':
      stop()
      return
    case 'demote':
      if (role !== Role.promoted) stop()
      return
    case 'fence':
      if (!matches) return
      stop()
      for (const node of rsc.runningOn) fenceNode(world, node, 'deadman ticket was lost', false)
      return
    case 'freeze':
      if (!matches) return
      rsc.managed = false
      rsc.blocked = true
      world.trace?.fact(rsc, undefined, 'frozen-without-ticket', { by: ticket.id })
      return
    default:
      lossPolicy satisfies never
  }
}
