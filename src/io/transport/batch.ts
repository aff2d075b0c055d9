// Many commands on one machine in one round trip, all at once there, each with its own outcome; and, because it costs
// nothing, by how much the machine's clock differs from ours. The commands are argument lists; the script around them is
// fixed and goes in on standard input. The answers are told apart by a mark that the machine makes up itself.
import { assert } from '../../core/base/assert.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { type Milliseconds, milliseconds } from '../../core/base/units.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'
import { quoteCommand } from './quoting.ts'
import type { Outcome, Transport } from './transport.ts'

export type Words = readonly [program: string, ...args: string[]]
/** Fixed text that runs in the batch's own shell, with its arguments: no process is started for it. */
export interface Script {
  readonly script: string
  readonly args: readonly string[]
}
export type Asked = Words | Script

/** The kernel tells how long it is up in steps of 10 ms. */
const uptimeGrain = 10

export interface BatchOutcome<K extends string> {
  /** 124: it took longer than the limit. 127: there is no such program. */
  readonly outcomes: Readonly<Record<K, Outcome>>
  readonly clock: { readonly offset: Milliseconds; readonly uncertainty: Milliseconds }
}

// As few processes as can be: on a slow machine they are what the answer waits for. Besides the commands themselves there
// are five: one watches over all of them, one prints everything. In memory where there is room: the disk may be full or dead.
const before = `export TZ=UTC
d=$(mktemp -d -p /dev/shm holdfast.XXXXXXXX 2>/dev/null || mktemp -d -t holdfast.XXXXXXXX) || exit 1
trap 'trap "" HUP INT TERM; rm -rf "$d"' EXIT
trap 'exit 1' HUP INT TERM
read -r m </proc/sys/kernel/random/uuid
printf '\\n%s\\n' "$m" >"$d/m"
pids= n=0
ask() { "$@" >"$d/$n.o" 2>"$d/$n.e" </dev/null & pids="$pids $!" n=$((n + 1)); }
a=$(date +%s%N)
read -r u rest </proc/uptime
`
const after = `{ trap 'kill "$s"; exit' TERM; sleep "$limit" & s=$!; wait "$s" && : >"$d/late" && kill -9 $pids; } >"$d/w" 2>&1 &
w=$!
n=0 all=
for p in $pids; do
  wait "$p"; s=$?
  [ "$s" -lt 128 ] || [ ! -e "$d/late" ] || s=124
  echo "$s" >"$d/$n.s"
  all="$all $d/$n.o $d/m $d/$n.e $d/m $d/$n.s"
  n=$((n + 1))
done 2>/dev/null
kill "$w"
read -r v rest </proc/uptime
echo "$m $a $u $v"
cat $all
`

/** As root. Each command may take `limit`; the round trip as a whole `timeout`. */
export async function runBatch<K extends string>(
  transport: Transport,
  commands: Readonly<Record<K, Asked>>,
  bounds: { readonly limit: Milliseconds; readonly timeout: Milliseconds },
  signal?: AbortSignal,
): Promise<Result<BatchOutcome<K>, TransportFailure>> {
  const keys = keysOf(commands)
  const asked = keys.map((key, n) => asking(commands[key], `part_${n}`))
  const settings = `limit=${bounds.limit / 1_000}\n`
  const input = settings + before + asked.join('') + after
  const sent = Date.now()
  const command = { program: 'sh', args: ['-s'], input, asRoot: true, timeout: bounds.timeout }
  const result = await transport.run(command, signal)
  if (!result.ok) return result
  const { exitCode, stderr } = result.value
  if (exitCode === 0) return ok(read(keys, result.value, sent, Date.now()))
  return fail({ kind: 'no-room', node: transport.node, detail: stderr.trim() })
}

function asking(command: Asked, name: string): string {
  if (!('script' in command)) return `${quoteCommand(['ask', ...command])}\n`
  return `${name}() {\n${command.script}\n}\n${quoteCommand(['ask', name, ...command.args])}\n`
}

// `Object.keys` forgets the type of the keys.
const keysOf = <K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] => {
  const isKey = (key: string): key is K => Object.hasOwn(record, key)
  return Object.keys(record).filter(isKey)
}

function read<K extends string>(keys: readonly K[], told: Outcome, sent: number, received: number): BatchOutcome<K> {
  const head = /^(\S+) (\d+) ([\d.]+) ([\d.]+)\n/.exec(told.stdout)
  assert(head, `a batch without its head: ${told.stdout.slice(0, 80)} ${told.stderr}`)
  const [line, mark = '', begun, upThen, upNow] = head
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
  const theirStart = Number(begun) / 1e6
  const theirEnd = theirStart + (Number(upNow) - Number(upThen)) * 1_000
  return {
    outcomes,
    clock: {
      offset: milliseconds(Math.round((theirStart - sent + theirEnd - received) / 2)),
      uncertainty: milliseconds(Math.ceil((received - sent - (theirEnd - theirStart)) / 2) + uptimeGrain),
    },
  }
}
