// `holdfast switchover FILE SERVICE`: move a service on purpose, and say what a client saw of it. Exit status: 0 it runs
// there, 1 it may not or could not be moved, 130 interrupted.
import { Command, Option } from 'commander'
import { closest } from '../../core/base/suggest.ts'
import { type Milliseconds, minutes, type NodeName, seconds, showDuration } from '../../core/base/units.ts'
import type { Cluster } from '../../core/model/types.ts'
import { progress } from '../cli/progress.ts'
import { bold, red, wantsColour, yellow } from '../cli/terminal.ts'
import { openSession, type Where } from '../session.ts'
import type { Outage } from '../switchover/outage.ts'
import { type SwitchoverFailure, type SwitchoverReport, switchOver } from '../switchover/run.ts'

interface Options {
  readonly to?: string
  readonly in: Where
  readonly timeout: Milliseconds
  readonly json?: boolean
}

export function switchoverCommand(): Command {
  return new Command('switchover')
    .description('Move a service to another node on purpose, and show the outage that a client saw.')
    .argument('<file>', 'the cluster file')
    .argument('<service>', 'the service to move')
    .option('--to <node>', 'where to (default: the first node that can take over)')
    .addOption(
      new Option('--in <world>', 'the machines of the file, or the running lab')
        .choices(['live', 'lab'])
        .default('live'),
    )
    .option('--timeout <duration>', 'how long to wait for it to arrive: 90s, 10m', durationOf, minutes(10))
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
The target is checked first: online, not in standby, quorate, replica UpToDate, no ban. Nothing is left behind: the
location constraint of the move is removed at the end, also after Ctrl-C or a failure, and would expire by itself.`,
    )
    .action(run)
}

function durationOf(text: string): Milliseconds {
  const match = /^(\d+)\s*(s|m|min)$/.exec(text)
  if (!match) throw new Error(`${text} is not a duration like 90s or 10m`)
  return match[2] === 's' ? seconds(Number(match[1])) : minutes(Number(match[1]))
}

async function run(file: string, serviceName: string, options: Options): Promise<void> {
  await using session = await openSession(file, options.in)
  if (!session) return
  const { cluster } = session
  const to = cluster.nodes.find(node => node.name === options.to)?.name
  const complaint = wrongName(cluster, serviceName, options.to, to)
  if (complaint) {
    console.error(`holdfast: ${complaint}`)
    process.exitCode = 1
    return
  }
  const interrupt = new AbortController()
  const onInterrupt = (): void => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onInterrupt)
  const shown = progress()
  const result = await switchOver(session, serviceName, to, {
    timeout: options.timeout,
    hooks: shown,
    signal: interrupt.signal,
  })
  process.off('SIGINT', onInterrupt)
  process.off('SIGTERM', onInterrupt)
  if (result.ok) shown.done()
  else shown.failed()
  if (options.json)
    console.log(
      JSON.stringify(result.ok ? { ok: true, ...result.value } : { ok: false, ...result.failure }, undefined, 2),
    )
  else if (result.ok) for (const line of linesOf(result.value)) console.log(line)
  else for (const line of complaintsOf(serviceName, result.failure)) console.error(line)
  if (!result.ok) process.exitCode = result.failure.kind === 'interrupted' ? 130 : 1
}

function wrongName(
  cluster: Cluster,
  service: string,
  wanted: string | undefined,
  to: NodeName | undefined,
): string | undefined {
  const services = cluster.services.map(each => each.name)
  if (!services.includes(service))
    return `${service} is not a service of ${cluster.name}${suggestion(service, services)}`
  const nodes = cluster.nodes.map(each => each.name)
  if (wanted !== undefined && to === undefined)
    return `${wanted} is not a node of ${cluster.name}${suggestion(wanted, nodes)}`
  return undefined
}

function suggestion(word: string, known: readonly string[]): string {
  const near = closest(word, known)
  return near === undefined ? `; there is ${known.join(', ')}` : `; did you mean ${near}?`
}

export function linesOf(report: SwitchoverReport): readonly string[] {
  const colour = wantsColour(process.stdout)
  const cleared = report.cleared.map(each => `removed ${each}, which an earlier switchover had left behind`)
  if (!report.moved) return [`${bold(report.service, colour)} runs on ${report.to} already`, ...cleared]
  const took = report.took === undefined ? '' : ` in ${showDuration(report.took)}`
  return [
    `${bold(report.service, colour)} runs on ${report.to}${took}, moved from ${report.from}`,
    ...(report.outage ? [outageLine(report.outage)] : ['no outage was measured: the service has no address']),
    ...cleared,
  ]
}

function outageLine({ address, port, from, longest, tries }: Outage): string {
  const what = `${address}:${port}, a TCP connection every 100 ms from ${from}, ${tries} tries`
  return longest === undefined
    ? `no outage could be measured: no connection was accepted at the end (${what})`
    : `outage for clients: ${showDuration(longest)}, the longest time without an accepted connection (${what})`
}

function complaintsOf(service: string, failure: SwitchoverFailure): readonly string[] {
  const colour = wantsColour(process.stderr)
  if (failure.kind !== 'refused') return [`${red('not moved', colour)}: ${failure.why}`, `  ${failure.hint}`]
  const reasons = failure.reasons.flatMap(({ text, hint }) => [`  ${text}`, ...(hint ? [`    ${hint}`] : [])])
  return [`${yellow('refused', colour)}: ${service} stays where it is`, ...reasons]
}
