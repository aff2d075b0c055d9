// DRBD's handlers on the Pacemaker side: fence-peer makes sure, by a constraint or by waiting for the peer's fencing, that
// the peer cannot become Primary; unfence-peer takes the constraint away again. Which program it is, is read from the .res
// file: Holdfast's own never takes a peer for dead because time has passed; crm-fence-peer does (seen by running it).
// Both refuse to vouch for a disk that is only Consistent, unless the constraint says that it was the last.
// Source: DRBD 9 User's Guide, "Resource-level fencing using the Cluster Information Base (CIB)"; core/compile/drbd-handler.ts.
import type { Configuration, Constraint, Location } from '../../cib/types.ts'
import type { HandlerConfig } from '../drbd/types.ts'
import { statusOf, withConstraint, withoutConstraints } from './cib-copy.ts'
import { changeConfiguration } from './partition.ts'
import type { Pacemaker } from './ports.ts'
import { controls, drawFrom, parameters, primitivesOf, stackOf } from './ports.ts'
import { abort, clusterOption } from './transition.ts'
import type { PacemakerEvent, Stack } from './types.ts'

const unfencePatience = 60_000

export function runHandler(
  p: Pacemaker,
  which: 'fence-peer' | 'unfence-peer',
  node: string,
  res: string,
  peer: string,
  config: HandlerConfig | undefined,
): void {
  const patience = config?.patience[p.ports.replica(res, node).role === 'Primary' ? 'primary' : 'secondary']
  p.ports.timer.after(which === 'fence-peer' ? drawFrom(p, p.ports.durations.fencePeer) : 500, node, {
    kind: 'handler',
    node,
    res,
    peer,
    which,
    until: p.ports.timer.now() + (patience ?? unfencePatience),
    assumesDeath: config?.assumesDeath ?? false,
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
  p.ports.timer.after(500, event.node, event)
}

/** Without fencing a lost node is taken for stopped, by the handler as by everyone else. */
function fencingEnabled(stack: Stack): boolean {
  const value = clusterOption(stack, 'stonith-enabled') ?? clusterOption(stack, 'fencing-enabled') ?? 'true'
  return !['false', 'no', 'off', '0'].includes(value)
}

function fencePeer(p: Pacemaker, event: PacemakerEvent & { kind: 'handler' }): void {
  const { node, res, peer } = event
  const over = p.ports.timer.now() >= event.until
  const connected = controls(p, node) && p.ports.quorate(node) && p.ports.ringTurns(node)
  const sure = connected && (isKeptOut(p, node, peer) || (over && event.assumesDeath))
  const held = sure ? hold(p, node, res) : 'not-yet'
  if (held === 'held') p.ports.handlerDone(res, node, peer, true)
  else if (held === 'refused' || over) p.ports.handlerDone(res, node, peer, false)
  else again(p, event)
}

/** The peer is down, and Pacemaker has confirmed it; or it is a member that answers, so that it knows the constraint too. */
function isKeptOut(p: Pacemaker, node: string, peer: string): boolean {
  const stack = stackOf(p, node)
  const { inCcm, crmd, expected } = statusOf(stack.cib, peer)
  if (inCcm && crmd) return controls(p, peer)
  return expected === 'down' || (!inCcm && !fencingEnabled(stack))
}

/** The constraint that only this node may be promoted: in place, not to be placed now, or not for it to place. */
function hold(p: Pacemaker, node: string, res: string): 'held' | 'not-yet' | 'refused' {
  const { configuration } = stackOf(p, node).cib
  const made = constraint(configuration, res, node)
  if (!made || p.ports.bugs.has('fence-constraint-not-placed')) return 'held'
  const there = configuration.constraints.find(c => c.id === made.id)
  if (there) return holderOf(there) === node ? 'held' : 'refused'
  if (p.ports.replica(res, node).disk !== 'UpToDate') return 'refused'
  if (!changeConfiguration(p, node, c => withConstraint(c, made))) return 'not-yet'
  tell(p, node, `${res}: only ${node} may be Primary (constraint placed by the fence-peer handler)`)
  return 'held'
}

function holderOf(there: Constraint): string | undefined {
  const expression = there.kind === 'location' ? there.rules[0]?.expressions[0] : undefined
  return expression?.kind === 'expression' ? expression.value : undefined
}

function unfence(p: Pacemaker, event: PacemakerEvent & { kind: 'handler' }): void {
  const { node, res } = event
  if (p.ports.bugs.has('fence-constraint-never-removed')) return
  const { configuration } = stackOf(p, node).cib
  const id = constraintId(res, cloneOf(configuration, res) ?? '')
  if (!configuration.constraints.some(c => c.id === id)) return
  if (!changeConfiguration(p, node, c => withoutConstraints(c, k => k.id === id))) {
    if (p.ports.timer.now() < event.until) again(p, event)
    return
  }
  tell(p, node, `${res}: the fence-peer handler’s constraint is removed`)
}

function tell(p: Pacemaker, node: string, what: string): void {
  p.ports.say('detail', node, what)
  const coordinator = stackOf(p, node).coordinator
  if (coordinator !== undefined) abort(p, stackOf(p, coordinator), 'the configuration changed')
}
