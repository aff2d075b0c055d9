// Where a resource is, what becomes of it, and why: the sentences above the scores.
import { MINUS_INFINITY } from '../../base/score.ts'
import { asBoolean } from '../../cib/values.ts'
import type { Change, Placement } from '../decision.ts'
import { primitivesOf } from '../inject.ts'
import type { Contribution } from '../trace.ts'
import { type About, changesOf, clusterOption, nowOf, optionOf, plainId, traced } from './about.ts'
import { partOf } from './causes.ts'
import { comma, happened, list, place } from './words.ts'

export function verdict(about: About, where: Placement): string {
  const { id, node, role } = where
  const was = nowOf(about, id)
  const now = was.length === 0 ? 'is stopped' : list(was.map(one => `${running(one.role)} on ${one.node}`))
  const changes = changesOf(about, id)
  if (where.unmanaged) return `${id} ${now}; the cluster leaves it alone.`
  if (changes.length === 0)
    return was.length === 0
      ? `${id} is stopped and stays stopped.`
      : `${id} ${now} and stays ${role === 'Promoted' ? 'so' : 'there'}.`
  const stops = about.decision.actions.some(action => action.op === 'stop' && action.rscId === id)
  // A stop that goes on is no blocked one: it is the start afterwards that cannot be.
  const blocked = changes.some(change => change.blocked && !(change.verb === 'stop' && stops))
  const acts = list(changes.map(change => will(change, node)))
  return blocked ? `${id} ${now}; it ought to be ${acts}, but that is blocked.` : `${id} ${now} and will be ${acts}.`
}

const running = (role: Placement['role']): string =>
  role === 'Promoted' ? 'is promoted' : role === 'Unpromoted' ? 'runs unpromoted' : 'runs'

function will({ verb, from, to, nextRole }: Change, node: string | null): string {
  const at = to ?? from ?? node ?? '?'
  const so = nextRole === 'Promoted' ? ' and promoted' : ''
  switch (verb) {
    case 'start':
      return `started${so} on ${at}`
    case 'stop':
      return 'stopped'
    case 'move':
      return `moved from ${from} to ${to}${so}`
    case 'migrate':
      return `moved alive from ${from} to ${to}`
    case 'recover':
      return from !== undefined && to !== undefined && from !== to
        ? `recovered: stopped on ${from}, started${so} on ${to}`
        : `recovered: stopped and started again${so} on ${at}`
    case 'restart':
      return `restarted on ${at}`
    case 'reload':
      return `given its new parameters on ${at} without a restart`
    case 'promote':
      return `promoted on ${at}`
    case 'demote':
      return `demoted on ${at}`
    case 're-promote':
      return `demoted and promoted again on ${at}`
    default:
      return `${verb} on ${at}`
  }
}

export function because(about: About, where: Placement): readonly string[] {
  const lines = [
    ...states(about, where),
    ...changesOf(about, where.id).flatMap(change =>
      change.reason === undefined ? [] : reason(about, change.reason, [where.id]),
    ),
    ...(where.node === null && !where.unmanaged ? whyStopped(about, where) : []),
  ]
  return [...new Set(lines)]
}

/** What the engine found it in: failed, blocked, left alone. */
const states = (about: About, where: Placement): readonly string[] =>
  traced(about, where.id, 'state').flatMap(fact => stateWords(fact, about, where))

function stateWords(fact: Contribution, about: About, where: Placement): readonly string[] {
  const on = fact.node === '' ? '' : ` on ${fact.node}`
  switch (fact.cause) {
    case 'unmanaged':
      return unmanaged(about, where)
    case 'orphan-left-alone':
      return ['It is not in the configuration any more, and stop-orphan-resources=false leaves it alone.']
    case 'node-in-maintenance':
      return [`${fact.node} is in maintenance: what runs there is left alone.`]
    case 'active-on-several-nodes':
      return [
        'It is active on several nodes, and multiple-active=block: stop it by hand on all nodes but one, then clean up.',
      ]
    case 'frozen-without-ticket':
      return [`This site lost the ticket ${fact.by}, and loss-policy=freeze: it is left as it is.`]
    case 'frozen-without-quorum':
      return ['The cluster has no quorum, and no-quorum-policy=freeze: what runs goes on, nothing is started.']
    case 'no-fence-device':
      return [
        'Fencing is demanded, but no fence device is configured: nothing is started or stopped until there is one.',
      ]
    case 'stop-failed-without-fencing':
      return [
        `A stop failed${on}, and nobody can be fenced: it may still run. Repair it by hand, then clean up (crm_resource --cleanup --resource ${plainId(where.id)}).`,
      ]
    default:
      return fact.cause.startsWith('on-fail=') ? [failure(fact, on, where)] : [fact.cause]
  }
}

const consequences: Readonly<Record<string, string>> = {
  'on-fail=recover': 'it is stopped and started again',
  'on-fail=demote': 'it is demoted, and promoted again where that is possible',
  'on-fail=fence': 'the node is fenced',
  'on-fail=stop': 'it stays stopped until the failure is cleaned up',
  'on-fail=ban': 'it is kept away from the node until the failure is cleaned up',
  'on-fail=standby': 'everything leaves the node',
  'on-fail=restart-container': 'what it runs in is restarted',
  'on-fail=reset-remote': 'its remote node is reset',
}

function failure(fact: Contribution, on: string, where: Placement): string {
  const words = happened(fact, on)
  const what = `${words.charAt(0).toUpperCase()}${words.slice(1)}`
  if (fact.cause === 'on-fail=block')
    return `${what}; on-fail=block: nothing is done to it until somebody repairs it and cleans up (crm_resource --cleanup --resource ${plainId(where.id)}).`
  return `${what}; ${fact.cause}: ${consequences[fact.cause] ?? 'the cluster reacts'}.`
}

function unmanaged(about: About, { id }: Placement): readonly string[] {
  if (traced(about, id, 'state').some(fact => fact.cause !== 'unmanaged' && !fact.cause.startsWith('on-fail=r')))
    return []
  const global = clusterOption(about, 'maintenance-mode')
  if (asBoolean(global?.value))
    return [`The whole cluster is in maintenance (maintenance-mode=true${comma(global?.at)}).`]
  const maintenance = optionOf(about, id, 'maintenance')
  if (asBoolean(maintenance?.pair.value))
    return [`maintenance=true is set on ${maintenance?.on}${place(maintenance?.pair.at)}.`]
  const managed = optionOf(about, id, 'is-managed')
  if (managed && !asBoolean(managed.pair.value, true))
    return [`is-managed=false is set on ${managed.on}${place(managed.pair.at)}: the cluster only watches it.`]
  const byDefault = clusterOption(about, 'is-managed-default')
  if (!asBoolean(byDefault?.value, true))
    return [`is-managed-default=false${place(byDefault?.at)}: the cluster only watches.`]
  return ['The cluster does not manage it now.']
}

/** The engine's reason of a change. `seen`: so that a ring of reasons ends. */
function reason(about: About, text: string, seen: readonly string[]): readonly string[] {
  const required = /^(?:required )?(\S+) (start|started|running|promote|promoted|stop|stopped|demote|monitor)$/.exec(
    text,
  )
  if (required) return needs(about, required[1] ?? '', required[2] ?? '', seen)
  const colocated = /^colocation with (\S+)$/.exec(text)
  if (colocated)
    return [`It must be with ${colocated[1]}, which cannot do its part.`, ...reasonsOf(about, colocated[1] ?? '', seen)]
  if (/one-or-more:/.test(text)) return ['Not enough of what must run before it will run.']
  switch (text) {
    case 'node availability':
      return seen.length > 1 ? ['No node is left on which it may run.'] : []
    case 'no quorum':
      return [quorum(about)]
    case 'quorum freeze':
      return ['The cluster has no quorum, and no-quorum-policy=freeze: nothing new is started.']
    case 'definition change':
    case 'resource definition change':
      return ['Its definition has changed since it was started.']
    default:
      return [`${text.charAt(0).toUpperCase()}${text.slice(1)}.`]
  }
}

function quorum(about: About): string {
  const policy = clusterOption(about, 'no-quorum-policy')
  const nodes = about.decision.nodes.filter(node => node.type === 'member')
  const up = nodes.filter(node => node.online)
  return `The cluster has no quorum (${up.length} of ${nodes.length} nodes are online), and no-quorum-policy=${policy?.value ?? 'stop'}${policy ? place(policy.at) : ' by default'}.`
}

const pasts: Readonly<Record<string, string>> = {
  start: 'started',
  running: 'started',
  promote: 'promoted',
  stop: 'stopped',
  demote: 'demoted',
  monitor: 'looked at',
}

function needs(about: About, id: string, what: string, seen: readonly string[]): readonly string[] {
  return [`${id} has to be ${pasts[what] ?? what} first, and that cannot happen now.`, ...reasonsOf(about, id, seen)]
}

/** Why another resource cannot do its part, in turn. */
function reasonsOf(about: About, id: string, seen: readonly string[]): readonly string[] {
  if (seen.includes(id) || seen.length > 4) return []
  const members = leavesOf(about, id)
  for (const where of about.decision.placements) {
    if (where.id !== id && !members.has(where.rsc)) continue
    const own = [
      ...states(about, where),
      ...changesOf(about, where.id).flatMap(c =>
        c.reason === undefined ? [] : reason(about, c.reason, [...seen, id, where.id]),
      ),
      ...(where.node === null ? whyStopped(about, where) : []),
    ]
    const first = own[0]
    if (first !== undefined) return [`${where.id}: ${first.charAt(0).toLowerCase()}${first.slice(1)}`, ...own.slice(1)]
  }
  return []
}

function leavesOf({ cib }: About, id: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (rsc: About['cib']['configuration']['resources'][number], on: boolean): void => {
    const wanted = on || rsc.id === id
    if (rsc.kind === 'primitive') {
      if (wanted) found.add(rsc.id)
    } else if (rsc.kind === 'group') for (const member of rsc.members) visit(member, wanted)
    else if (rsc.kind === 'clone') visit(rsc.child, wanted)
    else if (wanted) for (const inner of primitivesOf([rsc])) found.add(inner.id)
  }
  for (const rsc of cib.configuration.resources) visit(rsc, false)
  return found
}

function whyStopped(about: About, { id }: Placement): readonly string[] {
  const all = clusterOption(about, 'stop-all-resources')
  if (asBoolean(all?.value)) return [`All resources are stopped on purpose (stop-all-resources=true${comma(all?.at)}).`]
  const causes = traced(about, id, 'placement')
  if (causes.some(part => part.cause === 'target-role' || part.cause === '__orphan_do_not_run__')) {
    const role = optionOf(about, id, 'target-role')
    return role
      ? [
          `target-role=${role.pair.value} is set on ${role.on}${place(role.pair.at)}: somebody stopped it. To start it: pcs resource enable ${role.on}, or crm resource start ${role.on}.`,
        ]
      : ['It is not in the configuration any more: what is left of it is removed.']
  }
  if (causes.some(part => part.cause === 'clone:limit_reached'))
    return ['There are as many instances as clone-max allows.']
  if (changesOf(about, id).some(change => change.reason === 'no quorum')) return []
  return whyNowhere(about, id)
}

/** What forbids each node that could be used; nothing where one of them would do. */
function whyNowhere(about: About, id: string): readonly string[] {
  const { nodes, scores, trace = [] } = about.decision
  const usable = nodes.filter(
    n => n.type !== 'ping' && n.online && !n.unclean && !n.standby && !n.maintenance && !n.pending,
  )
  const isOpen = (node: string): boolean =>
    (scores.findLast(l => l[1] === id && l[2] === node)?.[3] ?? MINUS_INFINITY) >= 0
  if (usable.some(n => isOpen(n.node))) return []
  const forbids = (node: string): readonly string[] =>
    trace
      .filter(p => p.about === 'placement' && p.rsc === id && p.node === node && p.dropped === undefined)
      .filter(p => p.score <= MINUS_INFINITY)
      .map(p => `On ${node}: ${partOf(p, about).text}.`)
      .slice(-1)
  return ['No node can run it.', ...usable.flatMap(n => forbids(n.node)).slice(0, 4)]
}
