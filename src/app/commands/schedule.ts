// `holdfast schedule FILE…`: what Pacemaker would do with a cluster state, asked of Holdfast's own policy engine; with
// events as crm_simulate injects them. Text for people, or one line of JSON per file in the canonical form.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Command, Option } from 'commander'
import type { Problem } from '../../core/base/result.ts'
import { closest } from '../../core/base/suggest.ts'
import { instant } from '../../core/base/units.ts'
import type { Resource } from '../../core/cib/types.ts'
import { explain } from '../../core/scheduler/explain/explain.ts'
import { showExplanations } from '../../core/scheduler/explain/show.ts'
import { type Answered, answer, canonicalAnswer } from './schedule/answer.ts'
import { eventOptions, instantOf, readEvents } from './schedule/events.ts'
import { origins } from './schedule/origins.ts'
import { showAnswer, showProblems, style } from './schedule/text.ts'

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
    .action((files: readonly string[], options: Options) => {
      for (const file of files) {
        if (!scheduleFile(file, words, options)) process.exitCode = 1
      }
    })
}

function scheduleFile(file: string, words: readonly string[], options: Options): boolean {
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
        })
  const problems = [...asked.problems, ...found]
  if (problems.length > 0) process.stderr.write(showProblems(problems))
  if (value && options.why !== undefined) return showWhy(name, value, options.why, options)
  if (options.json) console.log(sortedJson(jsonLine(basename(name), value)))
  else if (value) process.stdout.write(showAnswer(name, value))
  return value !== undefined
}

interface Read {
  readonly text?: string
  readonly problems: readonly Problem[]
}

function readText(file: string): Read {
  try {
    return { text: readFileSync(file === '-' ? 0 : file, 'utf8'), problems: [] }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = `${file} cannot be read: ${why}`
    return {
      problems: [
        { severity: 'error', code: 'unreadable', message, hint: 'on a cluster node: cibadmin --query > cib.xml' },
      ],
    }
  }
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

/** Keys sorted at every depth, so that equal answers are equal text. */
const sortedJson = (value: object): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )

function showWhy(file: string, value: Answered, why: string, { on, json, cluster }: Options): boolean {
  const { cib, now, decision } = value
  const wrong = unknownName(why, namesIn(value), 'resource or node') ?? unknownNode(on, value)
  if (wrong) {
    process.stderr.write(showProblems([wrong]))
    return false
  }
  const source = cluster === undefined ? undefined : readText(cluster)
  if (source?.problems.length) {
    process.stderr.write(showProblems(source.problems))
    return false
  }
  const places = source?.text === undefined ? undefined : origins(source.text, basename(cluster ?? ''), cib)
  const explanations = explain({ subject: why, node: on, cib, now, decision, origins: places })
  if (json) console.log(sortedJson({ file: basename(file), explanations }))
  else process.stdout.write(`${showExplanations(explanations, style).join('\n')}\n`)
  return true
}

const unknownNode = (on: string | undefined, { decision }: Answered): Problem | undefined =>
  on === undefined
    ? undefined
    : unknownName(
        on,
        decision.nodes.map(n => n.node),
        'node',
      )

function unknownName(name: string, known: readonly string[], what: string): Problem | undefined {
  if (known.includes(name)) return undefined
  const near = closest(name, known)
  const hint = near === undefined ? `known: ${known.join(', ')}` : `did you mean "${near}"?`
  return { severity: 'error', code: 'unknown-name', message: `there is no ${what} "${name}"`, hint }
}

/** Everything that can be asked about: what is in the configuration, its instances, what only the history knows, nodes. */
function namesIn({ cib, decision }: Answered): readonly string[] {
  const configured = cib.configuration.resources.flatMap(idsIn)
  const placed = decision.placements.flatMap(p => [p.rsc, p.id])
  return [...new Set([...configured, ...placed, ...decision.nodes.map(n => n.node)])]
}

function idsIn(rsc: Resource): readonly string[] {
  const inside = rsc.kind === 'group' ? rsc.members : rsc.kind === 'clone' ? [rsc.child] : []
  return [rsc.id, ...inside.flatMap(idsIn)]
}
