// What a step may cost, where that follows from the step and the machine it happens on. Hazards that need more knowledge
// (a device that is wiped, a changed CIB) are told by the place that plans the step.
import { found } from '../base/assert.ts'
import type { NodeName } from '../base/units.ts'
import type { HostFacts } from '../live/host.ts'
import { isActive } from './host-steps.ts'
import { type Hazard, type HazardLevel, hazardLevels, type Plan, type Step } from './types.ts'

export function hazardOf(step: Step, all: ReadonlyMap<NodeName, HostFacts>): Hazard | undefined {
  if (step.kind !== 'configure-host') return undefined
  const facts = found(all.get(step.node), `facts of ${step.node}`)
  const running = step.stopAndMask.filter(unit => isActive(facts, unit))
  if (running.length === 0) return undefined
  return {
    level: 'outage',
    why: `${running.join(', ')} runs on ${step.node} outside the cluster and is stopped; its data is left where it is and is not taken over`,
  }
}

export const worstHazard = (plan: Plan): HazardLevel =>
  plan.steps.reduce<HazardLevel>(
    (worst, { hazard }) => (hazardLevels.indexOf(hazard.level) > hazardLevels.indexOf(worst) ? hazard.level : worst),
    'none',
  )
