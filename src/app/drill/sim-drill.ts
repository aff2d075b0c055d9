// One drill in the simulated world: the same scenario, runner, verdicts and report as on the virtual machines, in
// milliseconds and on any machine. Used by `drill --in sim`, `demo --in sim` and `simulate --scenario`.
import { fail, ok, type Result } from '../../core/base/result.ts'
import type { PlatformName } from '../../core/compile/platforms.ts'
import type { Cluster, Service } from '../../core/model/types.ts'
import type { Durations } from '../../core/sim/durations.ts'
import { runScenario, type ScenarioRun } from '../../core/sim/scenario.ts'
import { changes } from '../../core/view/changes.ts'
import { planOf } from '../simulation.ts'
import type { DrillHooks } from './lab-drill.ts'
import { type DrillTrouble, type ScenarioSource, textFor } from './scenarios.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly durations: Durations
  /** Where they come from, for the report. */
  readonly calibration?: string
  readonly platform: PlatformName
  /** Where the service runs when the scenario begins. */
  readonly startOn?: string
}

/** `hooksOn` gets the clock of the simulation, in milliseconds. */
export async function drillInSim(
  cluster: Cluster,
  service: Service,
  source: ScenarioSource,
  options: SimulationOptions,
  hooksOn: (clock: () => number) => DrillHooks,
): Promise<Result<ScenarioRun, DrillTrouble>> {
  const text = textFor(source, service)
  if (!text.ok) return text
  const plan = planOf(cluster, options.platform)
  if (!plan.value) return fail({ kind: 'problems', problems: plan.problems, text: '' })
  let clock = (): number => 0
  const hooks = hooksOn(() => clock())
  hooks.preparing(`${cluster.nodes.map(node => node.name).join(' and ')} boot (simulated)`)
  const { seed, durations, calibration, startOn } = options
  const run = await runScenario(plan.value, text.value, source.name, {
    seed,
    durations,
    service: service.name,
    ...(startOn === undefined ? {} : { startOn }),
    progress: hooks,
    changes,
    booted: sim => {
      clock = () => sim.now()
    },
  })
  if (!run.value) {
    hooks.stopped()
    return fail({ kind: 'problems', problems: run.problems, text: text.value })
  }
  const simulation = { seed, ...(calibration === undefined ? {} : { calibration }) }
  return ok({ ...run.value, report: { ...run.value.report, simulation } })
}
