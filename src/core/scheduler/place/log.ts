// The allocation scores, as `crm_simulate --show-scores` lists them.
import { score } from '../../base/score.ts'
import { Discovery, type Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'

export function logScores(world: Unpacked, phase: string, rsc: Resource): void {
  if (rsc.orphan || !world.wantsScores) return
  world.trace?.list(rsc, world.nodes)
  for (const node of world.nodes) {
    if (rsc.discovery[node.index] === Discovery.none) continue
    world.scoreLines.push([phase, rsc.id, node.name, score(rsc.scores[node.index] ?? 0)])
  }
  for (const child of rsc.children) logScores(world, phase, child)
}
