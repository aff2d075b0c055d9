// The first phase: the CIB's words become nodes and resources, and the history tells what they are doing now.
import type { Instant } from '../../base/units.ts'
import type { Cib } from '../../cib/types.ts'
import type { ClusterNode } from '../model.ts'
import { currentPlacements, nodeViews } from '../summary.ts'
import { Trace } from '../trace.ts'
import type { Assign, Unpacked } from '../world.ts'
import { naturally } from './names.ts'
import { readNodes, readRemoteNodes } from './nodes.ts'
import { readOptions } from './options.ts'
import { readResources } from './resources.ts'
import { readStatus } from './status.ts'

export function unpack(
  cib: Cib,
  now: Instant,
  assign: Assign,
  wishes: { readonly trace?: boolean; readonly scores?: boolean },
): Unpacked {
  const options = readOptions(cib, now)
  const world: Unpacked = {
    cib,
    now,
    options,
    rules: { now },
    nodes: [],
    nodeByName: new Map(),
    roots: [],
    byId: new Map(),
    visibleNodes: 0,
    hiddenNodes: new Set(),
    tickets: new Map(),
    templates: templatesOf(cib),
    tags: new Map(cib.configuration.tags.map(tag => [tag.id, tag.members])),
    actions: [],
    clusterActions: new Map(),
    orders: [],
    stopNeeded: [],
    laterChecks: [],
    rescheduled: new Set(),
    fencingNotes: [],
    // A watchdog counts as one: a node that must go turns itself off.
    haveFenceDevice: options.watchdog,
    haveRemoteNodes: false,
    problems: [],
    trace: wishes.trace ? new Trace() : undefined,
    scoreLines: [],
    promotionLines: [],
    wantsScores: wishes.scores !== false,
    assign,
    before: { nodes: [], placements: [] },
  }
  readNodes(world)
  readRemoteNodes(world)
  sortNodes(world.nodes)
  readResources(world)
  world.roots.sort((a, b) => b.priority - a.priority)
  readStatus(world)
  world.before = { nodes: nodeViews(world), placements: currentPlacements(world) }
  return world
}

function sortNodes(nodes: ClusterNode[]): void {
  nodes.sort((a, b) => naturally(a.name, b.name))
  for (const [i, node] of nodes.entries()) node.index = i
}

/** A template stands for all primitives made from it. */
function templatesOf(cib: Cib): Map<string, readonly string[]> {
  const found = new Map<string, string[]>(cib.configuration.templates.map(template => [template.id, []]))
  const visit = (rsc: Cib['configuration']['resources'][number]): void => {
    if (rsc.kind === 'primitive') {
      if (rsc.template !== undefined) found.get(rsc.template)?.push(rsc.id)
    } else if (rsc.kind === 'group') rsc.members.forEach(visit)
    else if (rsc.kind === 'clone') visit(rsc.child)
    else if (rsc.primitive) visit(rsc.primitive)
  }
  cib.configuration.resources.forEach(visit)
  return found
}
