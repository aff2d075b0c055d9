// One scenario in the simulated world: the drill's own language, runner and verdicts, on a cluster booted from artifacts.
import type { Checked, Problem } from '../base/result.ts'
import { hasErrors } from '../base/result.ts'
import { nodeName } from '../base/units.ts'
import { checkScenario } from '../drill/check.ts'
import { parseScenario } from '../drill/parse.ts'
import type { DrillReport } from '../drill/report.ts'
import { type Progress, runScenario as runDrill } from '../drill/run.ts'
import type { Vocabulary } from '../drill/types.ts'
import { boot, runUntil, settled } from './boot.ts'
import { inject, runsOn } from './faults.ts'
import type { ServicePlan, SimPlan } from './plan.ts'
import type { Sim, SimOptions } from './sim.ts'
import { type Changes, simWorld } from './world.ts'

export const vocabularyOf = (plan: SimPlan): Vocabulary => ({
  nodes: plan.nodes.map(nodeName),
  volumes: plan.resources.map(r => r.name),
  services: plan.services.map(s => ({ name: s.name, resources: s.resources, volumes: s.volumes })),
  links: plan.totem.links.length,
  witness: plan.totem.quorum.device !== undefined,
})

export interface ScenarioRun {
  readonly report: DrillReport
  readonly sim: Sim
}

export interface ScenarioOptions extends SimOptions {
  /** The service that `@active` and `@peer` are about; it has to run. Without one: the first, wherever it is. */
  readonly service?: string
  /** Where that service runs when the scenario begins, if not where it was started. */
  readonly startOn?: string
  readonly progress?: Progress
  readonly changes?: Changes
  /** Called when the cluster has booted. */
  readonly booted?: (sim: Sim) => void
}

/** `@active` is where the service runs after the boot, `@peer` the first other node. */
export async function runScenario(
  plan: SimPlan,
  text: string,
  file: string,
  options: ScenarioOptions,
): Promise<Checked<ScenarioRun>> {
  const { sim, complete } = boot(plan, options)
  options.booted?.(sim)
  const vocabulary = vocabularyOf(plan)
  const service = options.service === undefined ? plan.services[0] : plan.services.find(s => s.name === options.service)
  if (service && options.startOn !== undefined) moveFirst(sim, service, options.startOn)
  const active = service && runsOn(sim, service)
  const problems: Problem[] = []
  if (options.service !== undefined && active === undefined)
    problems.push({
      severity: 'error',
      code: 'not-running',
      message: `${options.service} does not run anywhere after the simulated boot`,
    })
  const place = active ?? plan.nodes[0] ?? ''
  const peer = plan.nodes.find(node => node !== place) ?? place
  const parsed = parseScenario(text, file, vocabulary, { '@active': nodeName(place), '@peer': nodeName(peer) })
  problems.push(...parsed.problems)
  if (parsed.value) problems.push(...checkScenario(parsed.value, file, vocabulary))
  if (!complete)
    problems.push({
      severity: 'warning',
      code: 'incomplete-boot',
      message: 'the cluster did not start all of its services',
    })
  if (!parsed.value || hasErrors(problems)) return { problems }
  const progress = options.progress ?? { step: () => undefined }
  const report = await runDrill(parsed.value, simWorld(sim, options.changes), vocabulary, plan.cluster, progress)
  return { value: { report, sim }, problems }
}

/** A planned move before the scenario; where it cannot be, the service stays. */
function moveFirst(sim: Sim, service: ServicePlan, to: string): void {
  if (runsOn(sim, service) === to) return
  if (!inject(sim, { kind: 'switchover', service: service.name, to: nodeName(to) }).ok) return
  runUntil(sim, sim.now() + 600_000, () => runsOn(sim, service) === to && settled(sim))
  sim.advance(sim.now() + 5_000)
}
