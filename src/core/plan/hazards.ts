// What a step may cost, where that follows from the step and the machine it happens on. Hazards that need more knowledge
// (a device that is wiped, a changed CIB) are told by the place that plans the step.
import type { NodeName } from '../base/units.ts'
import type { HostFacts } from '../live/host.ts'
import { isActive } from './host-steps.ts'
import { type Hazard, type HazardLevel, hazardLevels, type Plan, type Step } from './types.ts'

export function hazardOf(step: Step, all: ReadonlyMap<NodeName, HostFacts>): Hazard | undefined {
  if (step.kind !== 'configure-host') return undefined
  // The witness's machine is not among them; nothing is masked there.
  const facts = all.get(step.node)
  const running = facts ? step.stopAndMask.filter(unit => isActive(facts, unit)) : []
  if (running.length === 0) return step.actions.includes('firewalld-reload') ? reload(step.node) : undefined
  return {
    level: 'outage',
    why: `${running.join(', ')} runs on ${step.node} outside the cluster and is stopped; its data is left where it is and is not taken over`,
  }
}

const reload = (node: NodeName): Hazard => ({
  level: 'short-outage',
  why: `firewalld on ${node} reads its rules anew: those that were added by hand and without --permanent are gone then`,
})

export const worstHazard = (plan: Plan): HazardLevel =>
  plan.steps.reduce<HazardLevel>(
    (worst, { hazard }) => (hazardLevels.indexOf(hazard.level) > hazardLevels.indexOf(worst) ? hazard.level : worst),
    'none',
  )
