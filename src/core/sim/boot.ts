// From a plan to a cluster that serves: power on, wait until everything is where it belongs. A booted state is forked
// (copied) for every what-if, so that the boot is paid once.
import { noBugs } from './bugs.ts'
import type { ClientState } from './clients.ts'
import { serving, usualPace } from './clients.ts'
import { clone } from './clone.ts'
import { checkMove } from './faults.ts'
import type { SimPlan } from './plan.ts'
import type { Sim, SimOptions } from './sim.ts'
import { assemble } from './sim.ts'
import type { SimState } from './state.ts'
import { initialState } from './state.ts'

/** A simulation over this state, with everything that looks after itself switched on. */
export function simulation(state: SimState, options: SimOptions): Sim {
  const sim = assemble(state, options)
  sim.onMove = event => checkMove(sim, event)
  return sim
}

/** Powers all machines on; clients begin when the cluster is complete. */
export function powerOn(plan: SimPlan, options: SimOptions): Sim {
  const state = initialState(plan, options.bugs ?? noBugs)
  const sim = simulation(state, options)
  for (const machine of state.machines.values()) {
    machine.power = 'off'
    sim.power(machine.name, 'on', 'power on')
  }
  return sim
}

const bootLimit = 600_000

/** A cluster at rest, with its clients at work; false in `complete` where it did not get there. */
export function boot(plan: SimPlan, options: SimOptions): { readonly sim: Sim; readonly complete: boolean } {
  const sim = powerOn(plan, options)
  sim.advance(20_000)
  runUntil(sim, bootLimit, () => settled(sim) && sim.state.clients.every(c => serving(sim.clients, c) !== undefined))
  sim.advance(sim.now() + 2_000)
  const complete = sim.state.clients.every(c => serving(sim.clients, c) !== undefined)
  for (const [index] of sim.state.clients.entries())
    sim.clients.timer.after(index % usualPace, undefined, { kind: 'tick', client: index })
  sim.advance(sim.now() + 3_000)
  return { sim, complete }
}

/** The same cluster again, from the same moment, with dice of its own. */
export const fork = (sim: Sim, options: SimOptions): Sim => simulation(clone(sim.state), options)

/** Runs until the condition holds; looks at most once a second of simulated time. */
export function runUntil(sim: Sim, until: number, holds: () => boolean): boolean {
  while (sim.now() < until) {
    sim.advance(Math.min(until, sim.now() + 1_000))
    if (holds()) return true
  }
  return false
}

/** Every client had an answer lately; `lately` in milliseconds, of a client. */
export const everyoneServed = (sim: Sim, lately: (c: ClientState) => number = () => 5_000): boolean =>
  sim.state.clients.every(c => c.doze || sim.now() - (c.acknowledged.at(-1)?.at ?? 0) < lately(c))

/** Nothing is under way: no transition, no fencing, no boot, no resync, no handler. */
export function settled(sim: Sim): boolean {
  const { machines, pacemaker, drbd, membership } = sim.state
  const stacks = [...pacemaker.stacks.values()].filter(s => sim.answers(s.node))
  if ([...machines.values()].some(m => m.power === 'booting' || m.starting)) return false
  if (
    stacks.some(
      s =>
        s.running === 'starting' ||
        s.transition ||
        s.invokeDue ||
        s.integrating ||
        (s.operations.size > 0 && busy(s.operations)),
    )
  )
    return false
  if (stacks.some(s => s.running === 'up' && s.coordinator === undefined)) return false
  if (sim.state.moves.size > 0 || membership.brokenSince.size > 0 || pacemaker.fencing.requests.size > 0) return false
  return [...drbd.resources.values()].every(site =>
    [...site.replicas.values()].every(r =>
      [...r.peers.values()].every(p => p.resync === undefined && p.handler !== 'running'),
    ),
  )
}

const busy = (operations: ReadonlyMap<number, { readonly interval: number }>): boolean =>
  [...operations.values()].some(o => o.interval === 0)
