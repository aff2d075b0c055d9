// DRBD's handlers on the Pacemaker side: fence-peer makes sure, by a constraint or by waiting for the peer's fencing, that
// the peer cannot become Primary; unfence-peer takes the constraint away again. It is assumed that the handler looks
// at the peer's state again once the partition has accepted its constraint. The handler gives up after two minutes.
// Source: DRBD 9 User's Guide, "Resource-level fencing using the Cluster Information Base (CIB)".
import type { Configuration, Location } from '../../cib/types.ts'
import { statusOf, withConstraint, withoutConstraints } from './cib-copy.ts'
import { changeConfiguration } from './partition.ts'
import type { Pacemaker } from './ports.ts'
import { controls, parameters, primitivesOf, stackOf } from './ports.ts'
import { abort, clusterOption } from './transition.ts'
import type { PacemakerEvent, Stack } from './types.ts'

const patience = 120_000

export function runHandler(
  p: Pacemaker,
  which: 'fence-peer' | 'unfence-peer',
  node: string,
  res: string,
  peer: string,
): void {
  p.ports.timer.after(which === 'fence-peer' ? 300 : 500, node, {
    kind: 'handler',
    node,
    res,
    peer,
    which,
    until: p.ports.timer.now() + patience,
  })
}

/** The promotable clone (or the primitive) of this DRBD resource. */
function cloneOf(configuration: Configuration, res: string): string | undefined {
  for (const r of configuration.resources) {
    const of = primitivesOf([r]).find(q => q.type === 'drbd' && parameters(q).get('drbd_resource') === res)
    if (of) return r.id
  }
  return undefined
}

const constraintId = (res: string, clone: string): string => `drbd-fence-by-handler-${res}-${clone}`

function constraint(configuration: Configuration, res: string, node: string): Location | undefined {
  const clone = cloneOf(configuration, res)
  if (clone === undefined) return undefined
  const id = constraintId(res, clone)
  return {
    kind: 'location',
    id,
    rsc: clone,
    sets: [],
    rules: [
      {
        kind: 'rule',
        id: `${id}-rule`,
        role: 'Promoted',
        score: '-INFINITY',
        expressions: [{ kind: 'expression', id: `${id}-expr`, attribute: '#uname', operation: 'ne', value: node }],
      },
    ],
  }
}

export function handler(p: Pacemaker, event: PacemakerEvent & { kind: 'handler' }): void {
  if (event.which === 'unfence-peer') unfence(p, event)
  else fencePeer(p, event)
}

function again(p: Pacemaker, event: PacemakerEvent & { kind: 'handler' }): void {
  const { node, res, peer } = event
  if (p.ports.timer.now() < event.until) p.ports.timer.after(500, node, event)
  else if (event.which === 'fence-peer') p.ports.handlerDone(res, node, peer, false)
}

/** Without fencing a lost node is taken for stopped, by the handler as by everyone else. */
function fencingEnabled(stack: Stack): boolean {
  const value = clusterOption(stack, 'stonith-enabled') ?? clusterOption(stack, 'fencing-enabled') ?? 'true'
  return !['false', 'no', 'off', '0'].includes(value)
}

function fencePeer(p: Pacemaker, event: PacemakerEvent & { kind: 'handler' }): void {
  const { node, res, peer } = event
  if (!controls(p, node) || !p.ports.quorate(node) || !p.ports.ringTurns(node)) {
    again(p, event)
    return
  }
  const stack = stackOf(p, node)
  const status = statusOf(stack.cib, peer)
  const online = status.inCcm && status.crmd
  const fenced = !status.inCcm && (status.expected === 'down' || !fencingEnabled(stack))
  const placed = p.ports.bugs.has('fence-constraint-not-placed') || place(p, node, res)
  if (!placed || !(online || fenced)) {
    again(p, event)
    return
  }
  p.ports.handlerDone(res, node, peer, true)
}

function place(p: Pacemaker, node: string, res: string): boolean {
  const { configuration } = stackOf(p, node).cib
  const made = constraint(configuration, res, node)
  if (!made) return true
  const there = configuration.constraints.find(c => c.id === made.id)
  if (there)
    return (
      there.kind === 'location' &&
      there.rules[0]?.expressions[0]?.kind === 'expression' &&
      there.rules[0].expressions[0].value === node
    )
  const done = changeConfiguration(p, node, c => withConstraint(c, made))
  if (done) tell(p, node, `${res}: only ${node} may be Primary (constraint placed by the fence-peer handler)`)
  return done
}

function unfence(p: Pacemaker, event: PacemakerEvent & { kind: 'handler' }): void {
  const { node, res } = event
  if (p.ports.bugs.has('fence-constraint-never-removed')) return
  const { configuration } = stackOf(p, node).cib
  const id = constraintId(res, cloneOf(configuration, res) ?? '')
  if (!configuration.constraints.some(c => c.id === id)) return
  if (!changeConfiguration(p, node, c => withoutConstraints(c, k => k.id === id))) {
    again(p, event)
    return
  }
  tell(p, node, `${res}: the fence-peer handler’s constraint is removed`)
}

function tell(p: Pacemaker, node: string, what: string): void {
  p.ports.say('detail', node, what)
  const coordinator = stackOf(p, node).coordinator
  if (coordinator !== undefined) abort(p, stackOf(p, coordinator), 'the configuration changed')
}
