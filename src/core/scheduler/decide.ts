// The last phase: what was worked out, as a decision that stands by itself.
import type { Decision, FencingDecision } from './decision.ts'
import { toGraph } from './graph.ts'
import { planned } from './summary.ts'
import { isGuest } from './unpack/nodes.ts'
import type { Ordered } from './world.ts'

export function decide(world: Ordered): Decision {
  const { placements, changes } = planned(world, world.before.placements)
  const { actions, edges } = toGraph(world)
  return {
    nodes: world.before.nodes,
    current: world.before.placements,
    placements,
    fencing: fencing(world),
    actions,
    edges,
    scores: world.scoreLines,
    promotion: world.promotionLines,
    changes,
    problems: world.problems,
    ...(world.trace ? { trace: world.trace.told() } : {}),
  }
}

function fencing(world: Ordered): readonly FencingDecision[] {
  const found: FencingDecision[] = []
  for (const action of world.actions) {
    if (action.task !== 'stonith' || action.optional || !action.node) continue
    const how = action.meta.get('stonith_action') ?? 'reboot'
    const container = isGuest(action.node) ? action.node.remoteResource?.container?.id : undefined
    found.push({
      node: action.node.name,
      op: `Fence (${how})`,
      reason: action.reason ?? '',
      ...(container === undefined ? {} : { container }),
    })
  }
  return found
}
