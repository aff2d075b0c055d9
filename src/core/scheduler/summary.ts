// What becomes of every resource: the lines of a summary, and where everything is and will be.
// Source: the summaries of `crm_simulate`.
import type { Change, NodeView, Placement } from './decision.ts'
import { type Action, type ClusterNode, type Resource, Role } from './model.ts'
import { currentNode } from './place/state.ts'
import { roleName, topmost, uberParent } from './unpack/roles.ts'
import type { Unpacked } from './world.ts'

export function leaves(world: Unpacked): readonly Resource[] {
  const found: Resource[] = []
  const visit = (rsc: Resource): void => {
    if (rsc.kind === 'primitive') found.push(rsc)
    else if (rsc.bundle) {
      for (const { ip, child, container, remote } of rsc.bundle.replicas) {
        for (const part of [ip, child, container, remote]) if (part) visit(part)
      }
    } else rsc.children.forEach(visit)
  }
  world.roots.forEach(visit)
  return found
}

export const nodeViews = (world: Unpacked): readonly NodeView[] =>
  world.nodes.map(node => ({
    node: node.name,
    online: node.online,
    unclean: node.unclean,
    pending: node.pending,
    standby: node.standby,
    maintenance: node.maintenance,
    type: node.kind,
  }))

/** Where everything is according to the history. */
export function currentPlacements(world: Unpacked): readonly Placement[] {
  const unlisted = new Set(world.roots.filter(isUnlisted))
  return leaves(world).flatMap(rsc => {
    const here = hereAndNow(rsc)
    if (rsc.orphan && rsc.runningOn.length === 0) {
      return rsc.parent ? here.map(place => ({ ...place, forgotten: true })) : []
    }
    return unlisted.has(topmost(rsc)) ? here.map(place => ({ ...place, unlisted: true })) : here
  })
}

/**
 * Active only where nobody may touch it, on nodes that are lost: Pacemaker's report then leaves out the whole group or
 * clone, because only managed members, and those on nodes that are up, count for the whole.
 */
function isUnlisted(root: Resource): boolean {
  if (root.kind === 'primitive') return false
  const active = membersOf(root).filter(rsc => rsc.runningOn.length > 0)
  return active.length > 0 && active.every(rsc => !rsc.managed && rsc.runningOn.every(node => !node.online))
}

const membersOf = (rsc: Resource): readonly Resource[] =>
  rsc.kind === 'primitive' ? [rsc] : rsc.children.flatMap(membersOf)

function hereAndNow(rsc: Resource): readonly Placement[] {
  if (rsc.runningOn.length === 0) return [placement(rsc, undefined, Role.stopped)]
  const role = rsc.role === Role.started && uberParent(rsc).promotable ? Role.unpromoted : rsc.role
  return rsc.runningOn.map(node => placement(rsc, node, role))
}

function placement(rsc: Resource, node: ClusterNode | undefined, role: Role): Placement {
  const anonymous = !rsc.unique && rsc.instance !== undefined
  const bundled = topmost(rsc).kind === 'bundle' && rsc.instance !== undefined
  return {
    rsc: rsc.instance === undefined ? rsc.id : rsc.baseId,
    instance: anonymous || bundled ? null : (rsc.instance ?? null),
    id: rsc.id,
    node: node?.name ?? null,
    role: roleName(node ? role : Role.stopped),
  }
}

export interface Planned {
  readonly placements: readonly Placement[]
  readonly changes: readonly Change[]
}

export function planned(world: Unpacked, before: readonly Placement[]): Planned {
  const left = new Set<string>()
  const placements: Placement[] = []
  const changes: Change[] = []
  for (const rsc of leaves(world)) {
    const current = currentNode(rsc)
    if (!current && rsc.orphan) continue
    if (!rsc.managed) {
      // What nobody manages stays as it is; instances without identity are told together.
      const { rsc: name, instance } = placement(rsc, undefined, Role.stopped)
      if (left.has(`${name}:${instance}`)) continue
      left.add(`${name}:${instance}`)
      const isIt = (one: Placement): boolean => one.rsc === name && one.instance === instance
      // With it those instances that only a node's history speaks of.
      placements.push(...before.filter(isIt).map(one => ({ ...one, unmanaged: true })))
    } else if (!current && !rsc.assigned) placements.push(placement(rsc, undefined, Role.stopped))
    else {
      const change = changeOf(rsc, current, rsc.assigned)
      changes.push(change.line)
      placements.push(...change.placements)
    }
  }
  return { placements, changes }
}

interface Outcome {
  readonly line: Change
  readonly placements: readonly Placement[]
}

const find = (rsc: Resource, task: string, node: ClusterNode | undefined): Action | undefined =>
  rsc.actions.find(action => action.task === task && action.cancelTask === undefined && (!node || action.node === node))

function changeOf(rsc: Resource, current: ClusterNode | undefined, next: ClusterNode | undefined): Outcome {
  const role = current && rsc.role === Role.stopped ? Role.started : rsc.role
  const moving = current !== undefined && next !== undefined && current !== next
  const start = find(rsc, 'start', next)
  const stop = find(rsc, 'stop', start?.runnable ? current : undefined)
  const make = (verb: string, action?: Action): Outcome => line(rsc, role, verb, current, next, action)
  if (role === rsc.nextRole) {
    const migrate = find(rsc, 'migrate_from', next)
    if (migrate?.runnable && !migrate.optional && current) return make('migrate', migrate)
    if (rsc.reloading) return make('reload')
    if (!start || start.optional) {
      const [demote, promote] = [find(rsc, 'demote', next), find(rsc, 'promote', next)]
      if (demote && promote && !demote.optional && !promote.optional) return make('re-promote', demote)
      return make('leave')
    }
    if (!start.runnable) return stopped(rsc, role, current, start, 1)
    if (moving) return make(rsc.failed ? 'recover' : 'move', stop)
    return make(rsc.failed ? 'recover' : 'restart', stop)
  }
  if (stop && (rsc.nextRole === Role.stopped || (start && !start.runnable)))
    return stopped(rsc, role, current, stop, rsc.runningOn.length)
  if (rsc.failed && rsc.mustStop) return make('recover', stop)
  if (moving) return make('move', stop)
  if (rsc.reloading) return make('reload')
  if (stop && !stop.optional) return make('restart', stop)
  if (role === Role.promoted) return make('demote', find(rsc, 'demote', next))
  if (rsc.nextRole === Role.promoted) return make('promote', find(rsc, 'promote', next))
  if (role === Role.stopped && rsc.nextRole > Role.stopped) return make('start', start)
  return make('leave')
}

/** `copies`: where it is to be stopped it is told of each of them, where it only cannot start, once. */
function stopped(rsc: Resource, role: Role, current: ClusterNode | undefined, action: Action, copies: number): Outcome {
  const place = placement(rsc, undefined, Role.stopped)
  return {
    line: {
      rsc: rsc.id,
      verb: 'stop',
      ...(current ? { from: current.name } : {}),
      role: roleName(role),
      nextRole: 'Stopped',
      ...(action.reason === undefined ? {} : { reason: action.reason }),
      ...(action.runnable ? {} : { blocked: true }),
    },
    placements: Array.from({ length: Math.max(1, copies) }, () => place),
  }
}

function line(
  rsc: Resource,
  role: Role,
  verb: string,
  current: ClusterNode | undefined,
  next: ClusterNode | undefined,
  action: Action | undefined,
): Outcome {
  const node = next ?? current
  return {
    line: {
      rsc: rsc.id,
      verb,
      ...(current ? { from: current.name } : {}),
      ...(next ? { to: next.name } : {}),
      role: roleName(role),
      nextRole: roleName(rsc.nextRole),
      ...(action?.reason === undefined ? {} : { reason: action.reason }),
      ...(action && !action.runnable ? { blocked: true } : {}),
    },
    placements: [placement(rsc, rsc.nextRole === Role.stopped ? undefined : node, rsc.nextRole)],
  }
}
