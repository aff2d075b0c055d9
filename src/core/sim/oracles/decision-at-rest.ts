// Invariant 7, as far as a running cluster can show it: a second look changes nothing.
// The scheduler is asked again at rest.
import type { GraphAction } from '../../scheduler/decision.ts'
import { forScheduler } from '../pacemaker/cib-copy.ts'
import { coordinates } from '../pacemaker/transition.ts'
import type { Stack } from '../pacemaker/types.ts'
import type { Sim } from '../sim.ts'
import type { Oracle } from './oracle.ts'

export const coordinatorOf = (sim: Sim): Stack | undefined =>
  [...sim.state.pacemaker.stacks.values()].find(stack => coordinates(sim.pacemaker, stack.node))

/** What the scheduler would have done now. */
export function wantedAtRest(sim: Sim): GraphAction | undefined {
  const stack = coordinatorOf(sim)
  if (!stack) return undefined
  const { ports } = sim.pacemaker
  const facts = { quorate: ports.quorate(stack.node), coordinator: stack.node }
  const decision = ports.schedule(forScheduler(stack.cib, facts), ports.instant(stack.node))
  return decision.actions.find(a => a.kind !== 'pseudo')
}

export const decisionAtRest: Oracle = {
  name: 'decision-at-rest',
  invariant: 7,
  checks: 'at rest the scheduler, asked again, wants nothing: what was decided was also done, once',
  doesNotCheck: 'plan and apply themselves, which do not run here (core/plan cuts them off between any two steps)',
  watch: sim => ({
    end: () => {
      const wanted = wantedAtRest(sim)
      return wanted
        ? `at rest, the scheduler still wants ${wanted.key}${wanted.node === undefined ? '' : ` on ${wanted.node}`}`
        : undefined
    },
  }),
}
