// What would have to change for a resource to run on a node. Not guessed: each obstacle that the trace names is taken away on
// paper, and the engine is asked again, until the resource is there or nothing is left that could be taken away.
import { INFINITY, MINUS_INFINITY } from '../../base/score.ts'
import type { Cib, Location } from '../../cib/types.ts'
import { asBoolean } from '../../cib/values.ts'
import type { Decision, Placement } from '../decision.ts'
import { inject } from '../inject.ts'
import { schedule } from '../schedule.ts'
import { simulate } from '../simulate.ts'
import type { Contribution } from '../trace.ts'
import { type About, chainOf, constraintOf, optionOf, plainId, writtenAt } from './about.ts'
import { leavesOf, rootOf } from './bonds.ts'
import * as mend from './mend.ts'
import { place } from './words.ts'

export interface Remedy {
  readonly steps: readonly string[]
  readonly suffices: boolean
}

/** One thing to do, and the state when it is done. */
interface Step {
  readonly text: string
  readonly cib: Cib
}

const rounds = 8

/** `promoted`: it shall not only run there. */
export function remedyFor(about: About, { id }: Placement, node: string, promoted: boolean): Remedy {
  let now = about
  const steps: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    if (isThere(now, id, node, promoted)) return { steps, suffices: true }
    const step = nextStep(now, id, node, promoted)
    if (!step || steps.includes(step.text)) break
    steps.push(step.text)
    now = { ...now, cib: step.cib, decision: schedule(step.cib, about.now, { trace: true }) }
  }
  return { steps, suffices: isThere(now, id, node, promoted) }
}

/** Of a clone's instances without identity, any. */
function isThere({ decision }: About, id: string, node: string, promoted: boolean): boolean {
  const known = decision.placements.find(one => one.id === id)
  const isAny = known?.instance === null
  return decision.placements.some(
    one =>
      (isAny ? one.rsc === known.rsc : one.id === id) && one.node === node && (!promoted || one.role === 'Promoted'),
  )
}

function nextStep(about: About, id: string, node: string, promoted: boolean): Step | undefined {
  return (
    ofCluster(about) ?? ofNode(about, node) ?? ofResource(about, id) ?? ofScores(about, id, node, promoted, new Set())
  )
}

function ofCluster(about: About): Step | undefined {
  const { cib } = about
  if (cib.attributes.get('have-quorum') === '0' && about.decision.changes.some(c => /quorum/.test(c.reason ?? '')))
    return { text: 'the cluster needs quorum: bring back more nodes', cib: mend.withQuorum(cib) }
  for (const option of ['stop-all-resources', 'maintenance-mode']) {
    if (asBoolean(mend.optionValue(cib, option)))
      return { text: `end ${option} (crm_attribute --name ${option} --delete)`, cib: mend.withoutOption(cib, option) }
  }
  return undefined
}

function ofNode({ cib, decision, now }: About, name: string): Step | undefined {
  const view = decision.nodes.find(n => n.node === name)
  if (!view) return undefined
  if (!view.online || view.unclean || view.pending) {
    // Until then everything else has moved, and a node that comes back remembers nothing.
    const later =
      view.unclean || !view.online ? mend.forgotten(simulate(cib, decision, { failures: [], now }), name) : cib
    const next = inject(later, [{ kind: 'node-up', node: name }], now).value
    const text = view.unclean ? `${name} has to come back, after it was fenced` : `${name} has to be online`
    return next && { text, cib: next }
  }
  if (view.standby)
    return {
      text: `end the standby of ${name} (pcs node unstandby ${name}, or crm node online ${name})`,
      cib: mend.withoutNodeAttribute(cib, name, 'standby'),
    }
  if (view.maintenance)
    return { text: `end the maintenance of ${name}`, cib: mend.withoutNodeAttribute(cib, name, 'maintenance') }
  return undefined
}

function ofResource(about: About, id: string): Step | undefined {
  const { cib } = about
  const role = optionOf(about, id, 'target-role')
  if (role && /^stopped$/i.test(role.pair.value ?? ''))
    return {
      text: `start it: pcs resource enable ${role.on}, or crm resource start ${role.on}${place(role.pair.at)}`,
      cib: mend.withoutMeta(cib, 'target-role', 'Stopped'),
    }
  for (const [name, bad] of [
    ['is-managed', 'false'],
    ['maintenance', 'true'],
  ] as const) {
    const option = optionOf(about, id, name)
    if (option && option.pair.value?.toLowerCase() === bad)
      return {
        text: `let the cluster manage it again: ${name}=${bad} is set on ${option.on}${place(option.pair.at)}`,
        cib: mend.withoutMeta(cib, name, bad),
      }
  }
  const stuck = about.decision.trace?.find(p => p.rsc === id && p.about === 'state' && p.cause.startsWith('on-fail='))
  if (stuck && stuck.cause !== 'on-fail=recover') return cleanup(about, id, stuck.node)
  return undefined
}

function cleanup({ cib }: About, id: string, node: string): Step {
  return {
    text: `repair what made ${plainId(id)} fail on ${node}, then clean up: crm_resource --cleanup --resource ${plainId(id)} --node ${node}`,
    cib: mend.withoutFailuresOn(cib, node, plainId(id)),
  }
}

/** From the trace: what forbids the node, first; then what is missing to the best. */
function ofScores(about: About, id: string, node: string, promoted: boolean, seen: Set<string>): Step | undefined {
  if (seen.has(id)) return undefined
  seen.add(id)
  const { decision } = about
  const parts = (decision.trace ?? []).filter(p => p.rsc === id && p.node === node && p.dropped === undefined)
  const placing = parts.filter(p => p.about === 'placement' && p.score <= MINUS_INFINITY)
  const promoting = promoted ? parts.filter(p => p.about === 'promotion' && p.score < 0) : []
  for (const part of [...placing, ...promoting]) {
    const step = lift(about, part, id, node, seen)
    if (step) return step
  }
  if (placing.length > 0 && !placing.every(part => part.cause === 'colocation' || part.cause === 'dependents'))
    return undefined
  return preferred(about, id, node, promoted)
}

function lift(about: About, part: Contribution, id: string, node: string, seen: Set<string>): Step | undefined {
  const { cib } = about
  switch (part.cause) {
    case 'location':
      return liftLocation(about, part, node)
    case '__fail_limit__':
    case 'failed-everywhere':
    case 'fatal-error':
    case 'hard-error':
    case 'masked-probe-failure':
    case '__stop_fail__':
    case '__action_migration_auto__':
      return cleanup(
        about,
        part.other ?? id,
        part.operation === undefined ? node : failedOn(about, part.other ?? id, node),
      )
    case '__no_ticket__':
    case '__loss_of_ticket__':
    case '__stateful_without_ticket__':
    case '__ticket_standby__':
      return ticket(about, part.by ?? '')
    case 'no-promotion-score':
      return {
        text: `its agent has to offer it for promotion there: the data on ${node} must be good (for DRBD: UpToDate)`,
        cib: mend.withNodeAttribute(cib, node, `master-${plainId(id)}`, '10000'),
      }
    case 'colocation':
    case 'dependents':
      return liftRoot(about, part, node, seen) ?? liftColocation(about, part, node, seen)
    case 'whole':
      return part.other === undefined ? undefined : ofScores(about, part.other, node, false, seen)
    default:
      return undefined
  }
}

/** A failure that forbids it everywhere happened somewhere. */
function failedOn({ decision }: About, id: string, node: string): string {
  return decision.trace?.find(p => p.about === 'state' && p.rsc === id)?.node ?? node
}

function ticket({ cib, now }: About, id: string): Step | undefined {
  const next = inject(
    cib,
    [
      { kind: 'ticket-grant', ticket: id },
      { kind: 'ticket-activate', ticket: id },
    ],
    now,
  ).value
  return next && { text: `this site has to hold the ticket ${id} (crm_ticket --grant)`, cib: next }
}

function liftLocation(about: About, { by = '', at }: Contribution, node: string): Step {
  const where = place(writtenAt(about, by, at))
  const cib = mend.withoutConstraint(about.cib, by)
  const constraint = constraintOf(about, by)
  const rsc = constraint?.kind === 'location' ? constraint.rsc : undefined
  if (by.startsWith('cli-ban-'))
    return { text: `take back the ban: crm_resource --clear --resource ${rsc} --node ${node}${where}`, cib }
  if (by.startsWith('drbd-fence-by-handler-'))
    return { text: `the resync to ${node} has to finish: DRBD then removes "${by}" itself${where}`, cib }
  return { text: `remove or soften the location constraint "${by}"${where}`, cib }
}

/** Another resource is forbidden here, and this one with it. */
function liftRoot(about: About, part: Contribution, node: string, seen: Set<string>): Step | undefined {
  const root = part.score <= MINUS_INFINITY ? rootOf(part, about) : undefined
  return root && lift(about, root, root.rsc, node, seen)
}

/** It follows another one, which has to be there first; or it has to stay away from one that is there. */
function liftColocation(about: About, part: Contribution, node: string, seen: Set<string>): Step | undefined {
  const { by = '', other = '', otherRole, weight = 0 } = part
  if (weight < 0 && constraintOf(about, by))
    return {
      text: `${other} has to leave ${node}, or remove the colocation "${by}"${place(writtenAt(about, by, undefined))}`,
      cib: mend.withoutConstraint(about.cib, by),
    }
  const promoted = otherRole === 'Promoted'
  const leaf = leavesOf(about, other)[0] ?? plainId(other)
  const there = about.decision.placements.filter(one => one.rsc === leaf || one.id === other)
  // Of interchangeable instances the one that is there already is nearest.
  const best = there.find(one => one.node === node) ?? there[0]
  if (!best) return undefined
  return ofResource(about, best.id) ?? ofScores(about, best.id, node, promoted, seen)
}

/** More points than the node that won, by a location constraint on the whole that the resource is part of. */
function preferred(about: About, id: string, node: string, promoted: boolean): Step | undefined {
  const whole = chainOf(about, id)[0]?.id
  if (whole === undefined) return undefined
  const missing = shortfall(about, id, node, promoted)
  const role = promoted ? { role: 'Promoted' } : {}
  const wish = (score: string): Location => ({
    kind: 'location',
    id: `on-paper-${whole}-${node}`,
    rsc: whole,
    node,
    score,
    ...role,
    rules: [],
    sets: [],
  })
  for (const points of missing === undefined ? [INFINITY] : [missing, INFINITY]) {
    const text = points === INFINITY ? 'INFINITY' : String(points)
    const cib = mend.withConstraint(about.cib, wish(text))
    const decision = schedule(cib, about.now, { trace: true })
    if (!isThere({ ...about, decision }, id, node, promoted)) continue
    const so = promoted ? ` with role=Promoted` : ''
    return {
      text: `prefer ${node}: a location constraint for ${whole}${so} with a score of ${points === INFINITY ? 'INFINITY' : `${text} or more`}${by(whole, node, promoted)}`,
      cib,
    }
  }
  return undefined
}

const by = (whole: string, node: string, promoted: boolean): string =>
  ` (by hand, for a while: crm_resource --move --resource ${whole} --node ${node}${promoted ? ' --promoted' : ''})`

function shortfall({ decision }: About, id: string, node: string, promoted: boolean): number | undefined {
  const placed = decision.placements.find(one => one.id === id)
  const [best, own] = promoted
    ? [bestPromoted(decision, placed?.rsc), decision.promotion.find(line => line[0] === id && line[1] === node)?.[2]]
    : [scoreOn(decision, id, placed?.node ?? ''), scoreOn(decision, id, node)]
  if (best === undefined || own === undefined || own <= MINUS_INFINITY || best >= INFINITY) return undefined
  return best - own + 1
}

const scoreOn = ({ scores }: Decision, id: string, node: string): number | undefined =>
  scores.findLast(line => line[1] === id && line[2] === node)?.[3]

function bestPromoted({ placements, promotion }: Decision, rsc: string | undefined): number | undefined {
  const promoted = placements.filter(one => one.rsc === rsc && one.role === 'Promoted').map(one => one.id)
  const best = Math.max(...promotion.filter(line => promoted.includes(line[0])).map(line => line[2]))
  return Number.isFinite(best) ? best : undefined
}
