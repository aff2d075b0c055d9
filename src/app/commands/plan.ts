// `holdfast plan FILE`: looks at the machines and says what apply would do, on which of them, in which order, and what each
// step may cost. Changes nothing.
import { Command, Option } from 'commander'
import { planReport, showPlan, showTrouble } from '../../core/plan/show.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import { troubleText } from '../../core/plan/trouble-text.ts'
import { look } from '../../io/apply/look.ts'
import { givenSecrets, redactor } from '../../io/apply/secrets.ts'
import { jsonText } from '../apply/json.ts'
import { paintLines } from '../apply/paint.ts'
import { progress } from '../cli/progress.ts'
import { wantsColour } from '../cli/terminal.ts'
import { openSession, type Where } from '../session.ts'

interface Options {
  readonly in: Where
  readonly json?: boolean
  readonly exitCode?: boolean
  readonly diff: boolean
}

export function planCommand(): Command {
  return new Command('plan')
    .description('Look at the machines and say what apply would change where, in order, with the hazard of each step.')
    .argument('<file>', 'the cluster file')
    .addOption(new Option('--in <world>', 'whose machines').choices(['live', 'lab']).default('live'))
    .option('--no-diff', 'without the exact differences of files and CIB')
    .option('--json', 'as JSON: {cluster, nothingToDo, complete, differences, steps, troubles, warnings}')
    .option('--exit-code', 'exit status 2 where there is something to do')
    .addHelpText(
      'after',
      `
Exit status: 0 looked; 1 something is in the way of an apply; with --exit-code 2 where there is something to do.

Examples:
  holdfast plan cluster.yaml
  holdfast plan cluster.yaml --exit-code --json     for a daily look after hand edits`,
    )
    .action(run)
}

async function run(file: string, options: Options): Promise<void> {
  await using session = await openSession(file, options.in)
  if (!session) return
  const secrets = await givenSecrets(session.cluster, session.folder)
  if (!secrets.ok) return refuse(secrets.failure, options)
  const moving = progress()
  if (!options.json) moving.begin(`looking at ${session.cluster.nodes.map(node => node.name).join(' and ')}`)
  const seen = await look(session, secrets.value)
  if (!options.json) moving.done()
  if (!seen.ok) return refuse(seen.failure, options)
  const { plan } = seen.value
  const redact = redactor(secrets.value)
  if (options.json) console.log(jsonText(planReport(plan), redact, 2))
  else console.log(redact(paintLines(showPlan(plan, { diffs: options.diff }), wantsColour(process.stdout))))
  if (plan.troubles.length > 0) process.exitCode = 1
  else if (options.exitCode === true && plan.steps.length > 0) process.exitCode = 2
}

function refuse(troubles: readonly Trouble[], options: Pick<Options, 'json'>): void {
  process.exitCode = 1
  if (options.json) {
    const told = troubles.map(trouble => ({ ...trouble, ...troubleText(trouble) }))
    console.log(JSON.stringify({ troubles: told }, null, 2))
    return
  }
  for (const trouble of troubles) console.error(paintLines(showTrouble(trouble, 'bad'), wantsColour(process.stderr)))
}
