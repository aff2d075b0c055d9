// `holdfast apply FILE`: makes the machines as the cluster file says. Safe to repeat and safe to interrupt: every time it
// looks first, and does only what is not so yet.
import { performance } from 'node:perf_hooks'
import { Command, Option } from 'commander'
import { showTrouble } from '../../core/plan/show.ts'
import { givenSecrets, redactor } from '../../io/apply/secrets.ts'
import { type Applied, applySession, type Stops } from '../apply/apply.ts'
import { type ApplyEvent, jsonText, jsonView, resultOf } from '../apply/json.ts'
import { paintLines } from '../apply/paint.ts'
import { applyView } from '../apply/view.ts'
import { wantsColour } from '../cli/terminal.ts'
import { openSession, type Session, type Where } from '../session.ts'

interface Options {
  readonly in: Where
  readonly yes?: boolean
  readonly diff: boolean
  readonly json?: boolean
}

export function applyCommand(): Command {
  return new Command('apply')
    .description(
      'Make the machines as the cluster file says. Does only what is not so yet; safe to interrupt and repeat.',
    )
    .argument('<file>', 'the cluster file')
    .addOption(new Option('--in <world>', 'whose machines').choices(['live', 'lab']).default('live'))
    .option('--yes', 'do not ask, also where a step means an outage or destroys what the file says may be destroyed')
    .option('--no-diff', 'without the exact differences of files and CIB')
    .option('--json', 'what happens as JSON, an object on each line, the last one with the result (docs/apply-json.md)')
    .addHelpText(
      'after',
      `
Exit status: 0 all is as the file says, and it works; 1 it is not, and the reason was told; 130 interrupted.
Ctrl-C lets the running steps end and begins no other; a second Ctrl-C cuts them off. Afterwards: apply again.

Examples:
  holdfast apply cluster.yaml
  holdfast apply cluster.yaml --yes --no-diff     from a pipeline
  holdfast apply cluster.yaml --yes --json        for a program`,
    )
    .action(run)
}

async function run(file: string, options: Options): Promise<void> {
  await using session = await openSession(file, options.in)
  if (!session) {
    if (options.json) writeEvent({ event: 'result', ...resultOf({ kind: 'failed', troubles: [], begun: false }) }, same)
    return
  }
  const secrets = await givenSecrets(session.cluster, session.folder)
  const redact = secrets.ok ? redactor(secrets.value) : same
  if (options.json) return await asJson(session, options, redact)
  const view = applyView({ yes: options.yes === true, diffs: options.diff, redact })
  const signals = interruptible(() =>
    console.error('\nStopping when the running steps have ended; Ctrl-C once more cuts them off.'),
  )
  try {
    const applied = await applySession(session, view, signals)
    if (applied.kind === 'done') view.end(doneText(session, applied.changed))
    tell(session, applied, redact)
  } finally {
    signals.release()
  }
}

const same = (text: string): string => text

function writeEvent(event: ApplyEvent, redact: (text: string) => string): void {
  const at = new Date().toISOString()
  process.stdout.write(`${jsonText({ ...event, at }, redact)}\n`)
}

async function asJson(session: Session, options: Options, redact: (text: string) => string): Promise<void> {
  const tell = (event: ApplyEvent): void => writeEvent(event, redact)
  const signals = interruptible(() => tell({ event: 'stopping' }))
  let isRead = true
  // Nobody reads any more. What runs comes to its end; it is not cut in two for that.
  process.stdout.on('error', () => {
    if (isRead) signals.onSignal()
    isRead = false
  })
  try {
    const view = jsonView({
      yes: options.yes === true,
      tell: event => isRead && tell(event),
      now: () => performance.now(),
    })
    const result = resultOf(await applySession(session, view, signals))
    process.exitCode = result.exitStatus
    if (isRead) tell({ event: 'result', ...result })
  } finally {
    signals.release()
  }
}

/** The first Ctrl-C stops after the running steps, the second cuts them off. */
function interruptible(stopping: () => void): Stops & { onSignal(): void; release(): void } {
  const [stop, abort] = [new AbortController(), new AbortController()]
  const onSignal = (): void => {
    if (stop.signal.aborted) abort.abort()
    else stopping()
    stop.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const release = (): void => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
  return { stop: stop.signal, abort: abort.signal, onSignal, release }
}

const doneText = (session: Session, changed: boolean): string =>
  `${session.cluster.name}: ${changed ? 'applied, and it works' : 'nothing had to be changed, and it works'}`

/** What went wrong, and how to go on; sets the exit status. */
export function tell(session: Session, applied: Applied, redact: (text: string) => string): void {
  const colour = wantsColour(process.stderr)
  if (applied.kind === 'done') return
  if (applied.kind === 'failed') {
    for (const trouble of applied.troubles) console.error(redact(paintLines(showTrouble(trouble, 'bad'), colour)))
    process.exitCode = 1
  } else process.exitCode = 130
  const again = `holdfast apply ${session.file}${session.where === 'lab' ? ' --in lab' : ''}`
  console.error(applied.begun ? `Not finished. It goes on from here with: ${again}` : 'Nothing was changed.')
}
