// `holdfast drill FILE SCENARIO`: pull the plug and see. Exit status: 0 passed, 1 failed, 2 it could not be run.
import { existsSync, readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { closest } from '../../core/base/suggest.ts'
import { catalog } from '../../core/drill/catalog.ts'
import type { DrillReport } from '../../core/drill/report.ts'
import type { Cluster, Service } from '../../core/model/types.ts'
import { renderProblems } from '../../core/spec/render.ts'
import { drillLines } from '../../core/view/drill.ts'
import { printLines } from '../cli/lines.ts'
import { colours } from '../cli/paint.ts'
import { progress } from '../cli/progress.ts'
import { wantsColour } from '../cli/terminal.ts'
import { reportFolder, writeReport } from '../drill/files.ts'
import type { DrillHooks, DrillTrouble, ScenarioSource } from '../drill/lab-drill.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly in: 'lab'
  readonly service?: string
  readonly report?: string
  readonly json?: boolean
  readonly list?: boolean
}

export function drillCommand(): Command {
  return new Command('drill')
    .description('Run a scenario of faults and expectations, and report what the client saw and what was lost.')
    .argument('[file]', 'the cluster file')
    .argument('[scenario]', `one of ${catalog.map(s => s.name).join(', ')}, or the path of a scenario file`)
    .addOption(
      new Option('--in <world>', 'where: on the virtual machines of the running lab').choices(['lab']).default('lab'),
    )
    .option('--service <name>', 'the service that the scenario is about (default: the first one on a volume)')
    .option('--report <folder>', 'where to put report.html, report.json and timeline.svg')
    .option('--json', 'print the report as JSON')
    .option('--list', 'the scenarios that come along')
    .addHelpText(
      'after',
      `
Exit status: 0 passed, 1 an expectation failed, 2 it could not be run.

Examples:
  holdfast lab up cluster.yaml && holdfast apply --in lab cluster.yaml
  holdfast drill cluster.yaml power-loss
  holdfast drill cluster.yaml my-own.scenario --report ./report
  holdfast drill --list

The language: docs/scenarios.md`,
    )
    .action(run)
}

async function run(file: string | undefined, scenario: string | undefined, options: Options): Promise<void> {
  if (options.list) {
    if (options.json)
      console.log(
        JSON.stringify(
          catalog.map(({ name, summary }) => ({ name, summary })),
          null,
          2,
        ),
      )
    else for (const { name, summary } of catalog) console.log(`${name.padEnd(22)} ${summary}`)
    return
  }
  const source = scenario === undefined ? undefined : scenarioSource(scenario)
  if (file === undefined || source === undefined) {
    const near =
      scenario === undefined
        ? undefined
        : closest(
            scenario,
            catalog.map(s => s.name),
          )
    const what = scenario === undefined ? 'name a cluster file and a scenario' : `there is no scenario "${scenario}"`
    console.error(`holdfast drill: ${what}.${near ? ` Did you mean "${near}"?` : ''}\n  holdfast drill --list`)
    process.exitCode = 2
    return
  }
  await using session = await openSession(file, options.in)
  if (!session) {
    process.exitCode = 2
    return
  }
  const service = chosenService(session.cluster, options.service)
  if (!service) {
    process.exitCode = 2
    return
  }
  const { drillInLab } = await import('../drill/lab-drill.ts')
  const result = await drillInLab(session, service, source, drillHooks())
  if (!result.ok) {
    showDrillTrouble(result.failure)
    process.exitCode = 2
    return
  }
  showReport(result.value, options)
  if (result.value.verdict === 'failed') process.exitCode = 1
}

function scenarioSource(name: string): ScenarioSource | undefined {
  const known = catalog.find(entry => entry.name === name)
  if (known) return { name, text: service => known.text(service.name, service.volumes[0] ?? service.name) }
  if (!existsSync(name)) return undefined
  const text = readFileSync(name, 'utf8')
  return { name, text: () => text }
}

export function chosenService(cluster: Cluster, name: string | undefined): Service | undefined {
  const service = cluster.services.find(s => (name === undefined ? s.volumes.length > 0 : s.name === name))
  if (service) return service
  const names = cluster.services.map(s => s.name)
  const near = name === undefined ? undefined : closest(name, names)
  console.error(
    name === undefined
      ? `holdfast drill: ${cluster.name} has no service on a volume; a drill needs one that keeps data.`
      : `holdfast drill: there is no service "${name}".${near ? ` Did you mean "${near}"?` : ` There are: ${names.join(', ')}.`}`,
  )
  return undefined
}

export function drillHooks(): DrillHooks {
  const shown = progress()
  return {
    preparing: what => shown.begin(what),
    step: (statement, verdict, why) => {
      const text = statement.text.replace(/\s+/g, ' ')
      if (verdict === 'begun') shown.begin(text)
      else if (verdict === 'failed') shown.failed(why === undefined ? text : `${text}: ${why}`)
      else shown.done(text)
    },
  }
}

export function showDrillTrouble(trouble: DrillTrouble): void {
  if (trouble.kind === 'problems')
    console.error(renderProblems(trouble.problems, trouble.text, wantsColour(process.stderr) ? colours : undefined))
  else console.error(`holdfast drill: ${trouble.why}\n  ${trouble.hint}`)
}

export function showReport(report: DrillReport, options: { readonly report?: string; readonly json?: boolean }): void {
  const files = writeReport(report, options.report ?? reportFolder(report))
  if (options.json) console.log(JSON.stringify(report, null, 2))
  else {
    printLines(drillLines(report))
    console.log(`\nreport  ${files.html}\n        ${files.json}`)
  }
}
