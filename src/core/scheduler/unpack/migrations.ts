// Live migrations that were under way: a migrate_to on the source, a migrate_from on the target, a stop on the source.
// Where the last steps are missing, the resource may be on either node, or on both.
// Source: "Pacemaker Explained" 2.1, "Migrating Resources".
import type { HistoryEntry } from '../../cib/types.ts'
import { asInteger } from '../../cib/values.ts'
import { type ClusterNode, Role } from '../model.ts'
import type { Unpacked } from '../world.ts'
import { age } from './age.ts'
import type { Event } from './event.ts'
import { historyOn } from './history-index.ts'
import { addRunning } from './running.ts'

interface Route {
  readonly source: string
  readonly target: string
}

function routeOf({ entry, node, task }: Event): Route | undefined {
  const { migrateSource: source, migrateTarget: target } = entry
  if (source === undefined || target === undefined) return undefined
  const here = task === 'migrate_to' ? source : target
  return here.toLowerCase() === node.name.toLowerCase() ? { source, target } : undefined
}

function find(
  world: Unpacked,
  rsc: string,
  task: string,
  node: string,
  partner: string | undefined,
  rc: number,
): HistoryEntry | undefined {
  const entries = historyOn(world, node, rsc)?.entries ?? []
  const found = entries.find(entry => {
    if (entry.operation !== task) return false
    if (partner === undefined) return true
    const named = task === 'migrate_to' ? entry.migrateTarget : entry.migrateSource
    return named?.toLowerCase() === partner.toLowerCase()
  })
  if (found && rc >= 0 && (asInteger(found.rcCode, -1) !== rc || asInteger(found.opStatus, -1) !== 0)) return undefined
  return found
}

const isUnknownOn = (world: Unpacked, rsc: string, node: string): boolean =>
  !(historyOn(world, node, rsc)?.entries ?? []).some(entry => entry.rcCode !== '193')

const moves = new Set(['start', 'stop', 'migrate_to', 'migrate_from'])

/** A start, stop or migration there since. */
function movedAfter(world: Unpacked, rsc: string, node: string, than: HistoryEntry, sameNode: boolean): boolean {
  for (const entry of historyOn(world, node, rsc)?.entries ?? []) {
    if (entry !== than && moves.has(entry.operation) && age(entry, than, sameNode) > 0) return true
  }
  return false
}

/** Something on the node since the migration says that it no longer matters there. */
function isOutdated(
  world: Unpacked,
  rsc: string,
  node: string,
  to: HistoryEntry | undefined,
  from: HistoryEntry | undefined,
  target: string,
): boolean {
  const onTarget = node.toLowerCase() === target.toLowerCase()
  const own = onTarget ? from : to
  const entry = own ?? to ?? from
  if (!entry) return false
  if (movedAfter(world, rsc, node, entry, own !== undefined)) return true
  const stopped = find(world, rsc, 'monitor', node, undefined, 7)
  return stopped !== undefined && age(stopped, entry, own !== undefined) > 0
}

const nodeOf = (world: Unpacked, name: string): ClusterNode | undefined => world.nodeByName.get(name.toLowerCase())

export function migrateToSucceeded(world: Unpacked, event: Event): void {
  const { rsc, entry } = event
  const route = routeOf(event)
  if (!route) return
  const { source, target } = route
  const sourceMoved = movedAfter(world, rsc.id, source, entry, true)
  const from = find(world, rsc.id, 'migrate_from', target, source, -1)
  if (from && sourceMoved) return
  const targetChanged = isOutdated(world, rsc.id, target, entry, from, target)
  if (sourceMoved && targetChanged) return
  const fromStatus = from ? asInteger(from.opStatus, -1) : -1
  const fromRc = from ? asInteger(from.rcCode, -1) : -1
  const [sourceNode, targetNode] = [nodeOf(world, source), nodeOf(world, target)]
  if (fromRc === 0 && fromStatus === 0) {
    rsc.role = Role.stopped
    if (sourceNode) rsc.dangling.unshift(sourceNode)
    return
  }
  rsc.role = Role.started
  const onTarget = !targetChanged && targetNode?.online === true
  if (fromStatus !== -1) {
    if (onTarget && targetNode) addRunning(world, rsc, targetNode)
    else forbidMigration(event)
    return
  }
  if (targetNode?.online && isUnknownOn(world, rsc.id, target)) return
  if (onTarget && targetNode) {
    addRunning(world, rsc, targetNode)
    if (sourceNode?.online) {
      rsc.partialMigrationTarget = targetNode
      rsc.partialMigrationSource = sourceNode
    }
  } else if (!sourceMoved) forbidMigration(event)
}

function forbidMigration({ rsc }: Event): void {
  rsc.failed = true
  rsc.mustStop = true
  rsc.allowMigrate = false
}

export function migrateToFailed(world: Unpacked, event: Event): void {
  const { rsc, entry, node } = event
  const route = routeOf(event)
  if (!route) return
  const { source, target } = route
  rsc.role = Role.started
  const from = find(world, rsc.id, 'migrate_from', target, source, 0)
  if (!isUnknownOn(world, rsc.id, target) && !isOutdated(world, rsc.id, target, entry, from, target)) {
    const targetNode = nodeOf(world, target)
    if (targetNode?.online) addRunning(world, rsc, targetNode)
  } else if (!movedAfter(world, rsc.id, source, entry, true)) rsc.dangling.unshift(node)
}

export function migrateFromFailed(world: Unpacked, event: Event): void {
  const { rsc, entry } = event
  const route = routeOf(event)
  if (!route) return
  const { source, target } = route
  rsc.role = Role.started
  const to = find(world, rsc.id, 'migrate_to', source, target, 0)
  if (!isUnknownOn(world, rsc.id, source) && !isOutdated(world, rsc.id, source, to, entry, target)) {
    const sourceNode = nodeOf(world, source)
    if (sourceNode?.online) addRunning(world, rsc, sourceNode)
  }
}
