// Many commands on one machine in one round trip, all at once there, each with its own outcome; and, because it costs
// nothing, by how much the machine's clock differs from ours. The commands are argument lists; the script around them is
// fixed and goes in on standard input. The answers are told apart by a mark that the machine makes up itself.
import { assert } from '../../core/base/assert.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { type Milliseconds, milliseconds } from '../../core/base/units.ts'
import { quoteCommand } from './quoting.ts'
import type { Outcome, Transport, TransportFailure } from './transport.ts'

export type Words = readonly [program: string, ...args: string[]]

export interface BatchOutcome<K extends string> {
  /** 124: it took longer than the limit. 127: there is no such program. */
  readonly outcomes: Readonly<Record<K, Outcome>>
  readonly clock: { readonly offset: Milliseconds; readonly uncertainty: Milliseconds }
}

/** In memory where there is room: the machine's disk may be full or dead. */
const before = `d=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
trap 'exit 1' HUP INT TERM
m=$(cat /proc/sys/kernel/random/uuid)
ask() {
  n=$1; shift
  { timeout -k 1 "$limit" "$@" >"$d/$n.o" 2>"$d/$n.e" </dev/null; echo $? >"$d/$n.s"; } &
}
a=$(date +%s%N)
`
const after = `wait
echo "$m $a $(date +%s%N)"
for n in $names; do
  cat "$d/$n.o"; echo; echo "$m"
  cat "$d/$n.e"; echo; echo "$m"
  cat "$d/$n.s"
done
`

/** As root. Each command may take `limit`; the round trip as a whole `timeout`. */
export async function runBatch<K extends string>(
  transport: Transport,
  commands: Readonly<Record<K, Words>>,
  bounds: { readonly limit: Milliseconds; readonly timeout: Milliseconds },
  signal?: AbortSignal,
): Promise<Result<BatchOutcome<K>, TransportFailure>> {
  const keys = keysOf(commands)
  const asked = keys.map((key, n) => `${quoteCommand(['ask', String(n), ...commands[key]])}\n`)
  const settings = `limit=${bounds.limit / 1_000}\nnames='${keys.map((_, n) => n).join(' ')}'\n`
  const input = settings + before + asked.join('') + after
  const sent = Date.now()
  const command = { program: 'sh', args: ['-s'], input, asRoot: true, timeout: bounds.timeout }
  const result = await transport.run(command, signal)
  if (!result.ok) return result
  const { exitCode, stderr } = result.value
  if (exitCode === 0) return ok(read(keys, result.value, sent, Date.now()))
  // Neither memory nor disk has room for a temporary file.
  return fail({ kind: 'unreadable', node: transport.node, path: 'the answers', detail: stderr.trim() })
}

// `Object.keys` forgets the type of the keys.
const keysOf = <K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] => {
  const isKey = (key: string): key is K => Object.hasOwn(record, key)
  return Object.keys(record).filter(isKey)
}

function read<K extends string>(keys: readonly K[], told: Outcome, sent: number, received: number): BatchOutcome<K> {
  const head = /^(\S+) (\d+) (\d+)\n/.exec(told.stdout)
  assert(head, `a batch without its head: ${told.stdout.slice(0, 80)} ${told.stderr}`)
  const [line, mark = '', begun, ended] = head
  const parts = told.stdout.slice(line.length).split(`\n${mark}\n`)
  const outcomes: Partial<Record<K, Outcome>> = {}
  let stdout = parts[0] ?? ''
  for (const [n, key] of keys.entries()) {
    // The exit status of one command and the output of the next share a part: `0\n<output>`.
    const tail = parts[2 * n + 2] ?? ''
    const end = tail.indexOf('\n')
    outcomes[key] = { exitCode: Number(tail.slice(0, end)), stdout, stderr: parts[2 * n + 1] ?? '' }
    stdout = tail.slice(end + 1)
  }
  const isComplete = (all: Partial<Record<K, Outcome>>): all is Record<K, Outcome> => keys.every(key => all[key])
  assert(isComplete(outcomes), 'a batch with fewer answers than questions')
  const [theirStart, theirEnd] = [Number(begun) / 1e6, Number(ended) / 1e6]
  return {
    outcomes,
    clock: {
      offset: milliseconds(Math.round((theirStart - sent + theirEnd - received) / 2)),
      uncertainty: milliseconds(Math.ceil((received - sent - (theirEnd - theirStart)) / 2)),
    },
  }
}
