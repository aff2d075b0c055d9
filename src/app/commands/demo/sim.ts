// The demonstration in the simulated world: the same scenario, verdict and report as on machines, in seconds, wherever
// Node runs. It says that it is a simulation before it begins, and again with its result.
import { found } from '../../../core/base/assert.ts'
import { milliseconds, showDuration } from '../../../core/base/units.ts'
import type { Cluster, Service } from '../../../core/model/types.ts'
import { defaultDurations } from '../../../core/sim/durations.ts'
import { bold, wantsColour } from '../../cli/terminal.ts'
import { scenarioSource } from '../../drill/scenarios.ts'
import { drillHooks, showDrillTrouble, showReport } from '../../drill/show.ts'
import { drillInSim } from '../../drill/sim-drill.ts'
import type { DemoOptions } from './options.ts'

export async function demoInSim(cluster: Cluster, service: Service, options: DemoOptions): Promise<void> {
  if (options.keep) {
    console.error('holdfast demo: there is nothing to --keep in a simulation; machines: holdfast demo --keep')
    return
  }
  const started = performance.now()
  const strong = (text: string): string => bold(text, wantsColour(process.stderr))
  console.error(
    `${strong('This is a simulation')}: no machine is made or touched, and the times are simulated (docs/simulator.md).`,
  )
  const scenario = found(scenarioSource('power-loss'), 'power-loss')
  const result = await drillInSim(
    cluster,
    service,
    scenario,
    { seed: options.seed, durations: defaultDurations, platform: options.image },
    clock => {
      const hooks = drillHooks(clock)
      return { ...hooks, preparing: what => hooks.preparing(`${what}, until ${service.name} serves its client`) }
    },
  )
  if (!result.ok) {
    showDrillTrouble(result.failure)
    return
  }
  const { report } = result.value
  showReport(report, options)
  process.exitCode = report.verdict === 'passed' ? 0 : 1
  const took = showDuration(milliseconds(performance.now() - started))
  console.error(
    `\n${strong('This was a simulation')}, computed in ${took}. On real virtual machines (Linux):  holdfast demo`,
  )
}
