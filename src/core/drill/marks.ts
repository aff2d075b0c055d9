// The machines' own journals → the marks that split an outage. A journal entry is what the engine itself said, with a
// time stamp of microseconds, so the split does not depend on how often we looked.
// Source of the wordings: observed with Pacemaker 2.1.5 and 3.0.0, Corosync 3.1, kernel drbd 8.4.11; see marks.test.ts.
// Of the agents' own messages only one is read: IPaddr2 has set its address seconds before its start is over, and a client is
// back by then.
import type { Instant, NodeName } from '../base/units.ts'
import type { Phase, WorldEvent } from './world.ts'

export interface JournalEntry {
  readonly at: Instant
  readonly node: NodeName
  /** The syslog identifier: `corosync`, `pacemaker-controld`, `kernel`. */
  readonly identifier: string
  readonly message: string
}

/** Which phase the start of a resource ends, and of which service. */
export type ResourcePhase = ReadonlyMap<string, { readonly phase: Phase; readonly service: string }>

export function markOf(entry: JournalEntry, resources: ResourcePhase): WorldEvent | undefined {
  for (const { identifier, pattern, make } of wordings) {
    if (!identifier.test(entry.identifier)) continue
    const match = pattern.exec(entry.message)
    if (match) return make(entry, match, resources)
  }
  return undefined
}

interface Wording {
  readonly identifier: RegExp
  readonly pattern: RegExp
  readonly make: (entry: JournalEntry, match: RegExpExecArray, resources: ResourcePhase) => WorldEvent | undefined
}

const done: Readonly<Record<string, string>> = {
  start: 'started',
  stop: 'stopped',
  promote: 'promoted',
  demote: 'demoted',
}

const wordings: readonly Wording[] = [
  {
    // A new membership that lost somebody: Corosync is sure now.
    identifier: /^corosync$/,
    pattern: /\[TOTEM *\] A new membership \(\S+\) was formed\. Members left: (.+)$/,
    make: entry => ({
      at: entry.at,
      node: entry.node,
      source: 'corosync',
      text: 'a node left the membership',
      mark: { phase: 'detection' },
    }),
  },
  {
    identifier: /^pacemaker-fenced$/,
    pattern: /Operation '(off|reboot)' targeting (\S+) by \S+ for \S+: (?:OK|Done)/,
    make: (entry, match) => ({
      at: entry.at,
      node: entry.node,
      source: 'fencing',
      text: `${match[2]} is fenced (${match[1]})`,
      mark: { phase: 'fencing' },
    }),
  },
  {
    identifier: /^pacemaker-controld$/,
    pattern: /Result of (start|stop|promote|demote) operation for (\S+?)(?::\d+)? on (\S+): (?:ok|0)\b/i,
    make: (entry, match, resources) => {
      const [, operation = '', resource = '', node] = match
      const known = resources.get(resource)
      const text = `${resource} ${done[operation] ?? operation} on ${node}`
      const ends =
        known !== undefined &&
        known.phase !== 'address' &&
        operation === (known.phase === 'promotion' ? 'promote' : 'start')
      return { at: entry.at, node: entry.node, source: 'pacemaker', text, ...(ends ? { mark: known } : {}) }
    },
  },
  {
    identifier: /^IPaddr2\(.+\)$/,
    pattern: /Adding inet address/,
    make: ({ at, node, identifier }, _match, resources) => {
      const resource = identifier.slice('IPaddr2('.length, -1)
      const known = resources.get(resource)
      return { at, node, source: 'pacemaker', text: `${resource} started on ${node}`, ...(known && { mark: known }) }
    },
  },
  {
    identifier: /^kernel$/,
    pattern: /(?:block )?drbd (\S+?):? .*\brole\( ?(\w+) -> (\w+) ?\)/,
    make: (entry, match) => ({
      at: entry.at,
      node: entry.node,
      source: 'drbd',
      text: `${match[1]} becomes ${match[3]}`,
    }),
  },
]
