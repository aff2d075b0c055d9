// `holdfast status FILE`: one screen that begins with the answer. Exit status 0 protected, 1 running but unprotected,
// 2 a service is down, 3 nobody could be asked (the same meaning as a monitoring plugin's). Changes nothing.
import process from 'node:process'
import { Command, Option } from 'commander'
import type { Result } from '../../core/base/result.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import { troubleText } from '../../core/plan/trouble-text.ts'
import type { Difference } from '../../core/plan/types.ts'
import { type PageMemory, remember } from '../../core/view/page.ts'
import { protection } from '../../core/view/protection.ts'
import { type ScreenExtras, statusScreen } from '../../core/view/screen.ts'
import { exitStatus, statusJson } from '../../core/view/status-json.ts'
import { plainText } from '../../core/view/styled.ts'
import type { Look } from '../../io/apply/look.ts'
import { observe } from '../../io/observe/observe.ts'
import { watch } from '../../io/observe/watch.ts'
import { printLines } from '../cli/lines.ts'
import { progress } from '../cli/progress.ts'
import { isTerminal, wantsColour } from '../cli/terminal.ts'
import { openSession, type Session, type Where } from '../session.ts'
import { watchOnTerminal } from '../tui/watch.ts'

interface Options {
  readonly in: Where
  readonly json?: boolean
  readonly watch?: boolean
  readonly drift: boolean
}

type Drift = Pick<ScreenExtras, 'drift' | 'driftUnchecked'>

export function statusCommand(): Command {
  return new Command('status')
    .description('Would a failure now be survived? The answer and why, and all of the cluster on one screen.')
    .argument('<file>', 'the cluster file')
    .addOption(new Option('--in <world>', 'whose machines').choices(['live', 'lab']).default('live'))
    .option('--watch', 'stay, and show every change; q quits')
    .option('--json', 'as JSON (docs/status-json.md); with --watch one line at each change')
    .option('--no-drift', 'do not compare the machines with the cluster file')
    .addHelpText(
      'after',
      `
Exit status: 0 protected; 1 running, but a failure now would not be survived; 2 a service is down;
3 no machine could be asked.

Examples:
  holdfast status cluster.yaml
  holdfast status cluster.yaml --watch
  holdfast status cluster.yaml --json | jq -r .answer`,
    )
    .action(status)
}

async function status(file: string, options: Options): Promise<void> {
  await using session = await openSession(file, options.in)
  if (!session) {
    // A file with errors says nothing about the services: neither 1 nor 2 would be true.
    process.exitCode = 3
    return
  }
  if (options.watch) await stay(session, options)
  else await once(session, options)
}

async function once(session: Session, options: Options): Promise<void> {
  const { cluster, transports } = session
  const looking = showWaiting(`looking at ${cluster.nodes.map(node => node.name).join(' and ')}`)
  const { snapshot, drift } = options.drift
    ? await withDrift(session)
    : { snapshot: await observe(cluster.name, [...transports.values()]), drift: {} }
  looking.end()
  if (options.json) console.log(JSON.stringify(statusJson(cluster, snapshot, drift), null, 2))
  else printLines(statusScreen(cluster, snapshot, drift))
  process.exitCode = exitStatus[protection(cluster, snapshot).answer]
}

/** Only on a terminal, and only where it takes more than a second. */
function showWaiting(task: string): { end(): void } {
  const screen = progress()
  const timer = setTimeout(() => screen.begin(task), 1_000)
  if (!isTerminal) clearTimeout(timer)
  return {
    end: () => {
      clearTimeout(timer)
      screen.done()
    },
  }
}

/** The same look tells what `plan` would change, in its own words. */
async function withDrift(session: Session): Promise<{ readonly snapshot: Snapshot; readonly drift: Drift }> {
  const [{ planOn, seeCluster }, { givenSecrets }] = await Promise.all([
    import('../../io/apply/look.ts'),
    import('../../io/apply/secrets.ts'),
  ])
  const [seen, secrets] = await Promise.all([seeCluster(session, true), givenSecrets(session.cluster, session.folder)])
  const planned = secrets.ok ? await planOn(session, seen, secrets.value) : secrets
  return { snapshot: seen.snapshot, drift: driftOf(planned) }
}

/** `alpha: file /etc/hosts has other content`. */
const driftLine = ({ node, what, name, summary }: Difference): string =>
  [...(node === undefined ? [] : [`${node}:`]), what, name, summary].join(' ')

function driftOf(planned: Result<Look, readonly Trouble[]>): Drift {
  if (planned.ok) return { drift: planned.value.plan.differences.map(driftLine) }
  const [first] = planned.failure
  return { driftUnchecked: first ? troubleText(first).message : 'the machines could not be compared' }
}

async function stay(session: Session, options: Options): Promise<void> {
  const { cluster, transports } = session
  const ending = new AbortController()
  process.once('SIGINT', () => ending.abort()).once('SIGTERM', () => ending.abort())
  const source = (onSnapshot: (snapshot: Snapshot) => void, signal: AbortSignal): Promise<void> =>
    watch(cluster.name, [...transports.values()], onSnapshot, signal)
  const isScreen = process.stdout.isTTY === true && process.stdin.isTTY === true && options.json !== true
  const last = isScreen
    ? await watchOnTerminal({
        cluster,
        source,
        input: process.stdin,
        output: process.stdout,
        colour: wantsColour(process.stdout),
        signal: ending.signal,
      })
    : await print(session, source, options, ending.signal)
  if (last) process.exitCode = exitStatus[protection(cluster, last).answer]
}

/** Into a file or a pipe: the whole again whenever something else than the time has changed. */
async function print(
  { cluster }: Session,
  source: (onSnapshot: (snapshot: Snapshot) => void, signal: AbortSignal) => Promise<void>,
  options: Options,
  signal: AbortSignal,
): Promise<Snapshot | undefined> {
  let memory: PageMemory | undefined
  let shown = ''
  await source(snapshot => {
    memory = remember(cluster, memory, snapshot)
    const before = memory.recent.find(s => s.at < snapshot.at)
    const extras = before ? { before } : {}
    const screen = statusScreen(cluster, snapshot, extras)
    // The first line carries the time.
    const text = screen.slice(1).map(plainText).join('\n')
    if (text === shown) return
    shown = text
    if (options.json) console.log(JSON.stringify(statusJson(cluster, snapshot, extras)))
    else printLines([...screen, []])
  }, signal)
  return memory?.latest
}
