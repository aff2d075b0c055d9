// `holdfast schedule FILE…`: what Pacemaker would do with a cluster state, asked of Holdfast's own policy engine; with
// events as crm_simulate injects them. Text for people, or one line of JSON per file in the canonical form.
import { basename } from 'node:path'
import { Command, Option } from 'commander'
import type { Problem } from '../../core/base/result.ts'
import { instant } from '../../core/base/units.ts'
import { type Answered, answer, canonicalAnswer } from './schedule/answer.ts'
import { eventOptions, instantOf, readEvents } from './schedule/events.ts'
import { readText, sortedJson } from './schedule/files.ts'
import { showAnswer, showProblems } from './schedule/text.ts'

interface Options {
  readonly json?: boolean
  readonly simulate?: boolean
  readonly why?: string
  readonly on?: string
  readonly cluster?: string
}

export function scheduleCommand(): Command {
  const words: string[] = []
  const command = new Command('schedule')
    .description("Ask Holdfast's policy engine what Pacemaker would do with a cluster state (a CIB in XML).")
    .argument('<file...>', 'CIB files, as `cibadmin --query` prints them; - reads the standard input')
    .option('--json', 'one line of JSON per file: nodes, placements, fencing, actions, their order, scores')
    .option('--simulate', 'run the transition on paper and show where everything is afterwards')
    .option('--why <name>', 'explain why the resource is where it will be (or why a node is fenced)')
    .option('--cluster <file>', 'with --why: the cluster file behind the state, so that places are given in it')
    .option('--on <node>', 'with --why: explain about this node only')
  for (const { name, value, about } of eventOptions) {
    const option = new Option(`${name} <${value}>`, about).argParser((text: string) => {
      words.push(name, text)
      return text
    })
    command.addOption(option)
  }
  return command
    .addHelpText(
      'after',
      `
Examples:
  holdfast schedule cib.xml                              what would happen now
  holdfast schedule cib.xml --node-fail alpha --simulate where everything ends up if alpha dies
  holdfast schedule cib.xml --why db                     why db runs where it runs, and what keeps it from elsewhere
  holdfast schedule cib.xml --op-inject db_monitor_10000@alpha=7
                                                         if db's monitor found it stopped on alpha
  holdfast schedule --json states/*.xml                  one line per state, for programs`,
    )
    .action(async (files: readonly string[], options: Options) => {
      for (const file of files) {
        if (!(await scheduleFile(file, words, options))) process.exitCode = 1
      }
    })
}

async function scheduleFile(file: string, words: readonly string[], options: Options): Promise<boolean> {
  const wrong = badDate(words)
  const read = wrong ? { problems: [wrong] } : readText(file)
  const name = file === '-' ? '(standard input)' : file
  const asked = readEvents(words)
  const { value, problems: found } =
    read.text === undefined
      ? { value: undefined, problems: read.problems }
      : answer(read.text, name, {
          ...asked,
          clock: instant(Date.now()),
          simulate: options.simulate ?? false,
          trace: options.why !== undefined,
          scores: options.json === true || options.why !== undefined,
        })
  const problems = [...asked.problems, ...found]
  if (problems.length > 0) process.stderr.write(showProblems(problems))
  if (value && options.why !== undefined) {
    const { showWhy } = await import('./schedule/why.ts')
    return showWhy(name, value, options.why, options)
  }
  if (options.json) console.log(sortedJson(jsonLine(basename(name), value)))
  else if (value) process.stdout.write(showAnswer(name, value))
  return value !== undefined
}

function badDate(words: readonly string[]): Problem | undefined {
  const at = words.indexOf('--set-datetime')
  if (at < 0 || instantOf(words[at + 1] ?? '') !== undefined) return undefined
  const message = `--set-datetime: "${words[at + 1]}" is no date`
  return { severity: 'error', code: 'no-date', message, hint: 'as 2026-03-01T12:30:00Z' }
}

function jsonLine(file: string, value: Answered | undefined): object {
  return value ? { file, rc: 0, ...canonicalAnswer(value) } : { file, rc: 1 }
}
