// One scenario in the simulated world: the drill's own language, runner and verdicts, on a cluster booted from artifacts.
import type { Checked, Problem } from '../base/result.ts'
import { hasErrors } from '../base/result.ts'
import { nodeName } from '../base/units.ts'
import { checkScenario } from '../drill/check.ts'
import { parseScenario } from '../drill/parse.ts'
import type { DrillReport } from '../drill/report.ts'
import { runScenario as runDrill } from '../drill/run.ts'
import type { Vocabulary } from '../drill/types.ts'
import { boot } from './boot.ts'
import { runsOn } from './faults.ts'
import type { SimPlan } from './plan.ts'
import type { Sim, SimOptions } from './sim.ts'
import { simWorld } from './world.ts'

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

/** `@active` is where the first service runs after the boot, `@peer` the node that comes next. */
export async function runScenario(
  plan: SimPlan,
  text: string,
  file: string,
  options: SimOptions,
): Promise<Checked<ScenarioRun>> {
  const { sim, complete } = boot(plan, options)
  const vocabulary = vocabularyOf(plan)
  const service = plan.services[0]
  const active = (service && runsOn(sim, service)) ?? plan.nodes[0] ?? ''
  const peer = plan.nodes.find(node => node !== active) ?? active
  const parsed = parseScenario(text, file, vocabulary, { '@active': nodeName(active), '@peer': nodeName(peer) })
  const problems: Problem[] = [...parsed.problems]
  if (parsed.value) problems.push(...checkScenario(parsed.value, file, vocabulary))
  if (!complete)
    problems.push({
      severity: 'warning',
      code: 'incomplete-boot',
      message: 'the cluster did not start all of its services',
    })
  if (!parsed.value || hasErrors(problems)) return { problems }
  const report = await runDrill(parsed.value, simWorld(sim), vocabulary, plan.cluster, { step: () => undefined })
  return { value: { report, sim }, problems }
}
