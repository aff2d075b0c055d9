// The machines' journals since an instant, as events with marks. A machine that does not answer contributes nothing: its
// survivors tell what happened. Each machine's clock is compared with ours first, and its entries are shifted by that.
import { elapsed, type Instant, instant, milliseconds, type NodeName, seconds } from '../../core/base/units.ts'
import { type JournalEntry, markOf, type ResourcePhase } from '../../core/drill/marks.ts'
import type { WorldEvent } from '../../core/drill/world.ts'
import type { Transport } from '../transport/transport.ts'

const identifiers = ['corosync', 'pacemaker-fenced', 'pacemaker-controld', 'kernel']

export async function journalEvents(
  transports: ReadonlyMap<NodeName, Transport>,
  phases: ResourcePhase,
  since: Instant,
): Promise<WorldEvent[]> {
  const addresses = [...phases].flatMap(([id, { phase }]) => (phase === 'address' ? [`IPaddr2(${id})`] : []))
  const wanted = [...identifiers, ...addresses]
  const perNode = await Promise.all([...transports.values()].map(transport => entriesOf(transport, since, wanted)))
  return perNode.flat().flatMap(entry => {
    const event = markOf(entry, phases)
    return event ? [event] : []
  })
}

async function entriesOf(transport: Transport, since: Instant, wanted: readonly string[]): Promise<JournalEntry[]> {
  const asked = instant(Date.now())
  const clock = await transport.run({ program: 'date', args: ['+%s%3N'], timeout: seconds(10) })
  if (!clock.ok || clock.value.exitCode !== 0) return []
  const answered = instant(Date.now())
  const ahead = milliseconds(Number(clock.value.stdout) - (asked + elapsed(asked, answered) / 2))
  const from = ((since + ahead) / 1_000).toFixed(3)
  const fields = '--output-fields=MESSAGE,SYSLOG_IDENTIFIER'
  const result = await transport.run({
    program: 'journalctl',
    args: ['--no-pager', '-q', '-o', 'json', fields, '--since', `@${from}`, ...wanted.flatMap(id => ['-t', id])],
    asRoot: true,
    timeout: seconds(60),
  })
  if (!result.ok || result.value.exitCode !== 0) return []
  return result.value.stdout.split('\n').flatMap(line => entryOf(line, transport.node, ahead))
}

function entryOf(line: string, node: NodeName, ahead: number): JournalEntry[] {
  if (line === '') return []
  const entry: unknown = JSON.parse(line)
  if (typeof entry !== 'object' || entry === null) return []
  const field = (name: string): unknown => Object.entries(entry).find(([key]) => key === name)?.[1]
  const [message, identifier, time] = [field('MESSAGE'), field('SYSLOG_IDENTIFIER'), field('__REALTIME_TIMESTAMP')]
  // A message with bytes that are no text comes as a list of numbers; none of ours does.
  if (typeof message !== 'string' || typeof identifier !== 'string' || typeof time !== 'string') return []
  // The clocks are compared to a few milliseconds at best: no digit behind that means anything.
  return [{ at: instant(Math.round(Number(time) / 1_000 - ahead)), node, identifier, message }]
}
