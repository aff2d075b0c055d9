// Invariant 7, as far as a running cluster can show it: a second look changes nothing.
// The scheduler is asked again at rest.
import { forScheduler } from '../pacemaker/cib-copy.ts'
import { stackOf } from '../pacemaker/ports.ts'
import { coordinates } from '../pacemaker/transition.ts'
import type { Oracle } from './oracle.ts'

export const decisionAtRest: Oracle = {
  name: 'decision-at-rest',
  invariant: 7,
  checks: 'at rest the scheduler, asked again, wants nothing: what was decided was also done, once',
  doesNotCheck: 'plan and apply themselves, which do not run here (core/plan cuts them off between any two steps)',
  watch: sim => ({
    end: () => {
      const node = sim.state.plan.nodes.find(n => coordinates(sim.pacemaker, n))
      if (node === undefined) return undefined
      const { ports } = sim.pacemaker
      const facts = { quorate: ports.quorate(node), coordinator: node }
      const decision = ports.schedule(forScheduler(stackOf(sim.pacemaker, node).cib, facts), ports.instant(node))
      const wanted = decision.actions.find(a => a.kind !== 'pseudo')
      return wanted
        ? `at rest, the scheduler still wants ${wanted.key}${wanted.node === undefined ? '' : ` on ${wanted.node}`}`
        : undefined
    },
  }),
}
