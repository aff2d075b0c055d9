// What is done on the machine itself, the same for ssh.ts and local.ts: the words of a command with its root, environment
// and bound, and two small fixed scripts for files. The scripts take their data as arguments and on standard input.
import { fail, ok, type Result } from '../../core/base/result.ts'
import { type NodeName, seconds } from '../../core/base/units.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'
import type { Command, Outcome, RemoteFile } from './transport.ts'

/** Messages in English and text in UTF-8, whatever the login's locale is. */
const locale = { LC_ALL: 'C.UTF-8' }

/** Ends the command when standard input ends, which happens too when this program is killed. */
const untilInputEnds = `exec 3<&0
"$@" </dev/null 3<&- & p=$!
{ cat <&3 >/dev/null; kill "$p"; } >/dev/null 2>&1 & c=$!
exec 3<&-
wait "$p"; s=$?
kill "$c" 2>/dev/null
exit "$s"`

/** The full words: sudo outermost, then environment, then the bound that ends what we have given up on. */
export function wordsOf(command: Command, how: { sudo: boolean; follow: boolean }): readonly [string, ...string[]] {
  const variables = Object.entries({ ...locale, ...command.environment }).map(([name, value]) => `${name}=${value}`)
  const bound = Number.isFinite(command.timeout) ? ['timeout', '-k', '10', String(command.timeout / 1_000 + 3)] : []
  const wrapped = how.follow ? ['sh', '-c', untilInputEnds, 'sh'] : bound
  const words = ['env', ...variables, ...wrapped, command.program, ...command.args] as const
  return how.sudo ? ['sudo', '-n', '--', ...words] : words
}

type Run = (command: Command) => Promise<Result<Outcome, TransportFailure>>

const read = `[ -e "$1" ] || exit 0
[ -f "$1" ] || exit 0
stat -L -c '%a %U:%G' -- "$1" && cat -- "$1"`

/** As root, because files of a cluster are. */
export async function readFileBy(
  run: Run,
  node: NodeName,
  path: string,
): Promise<Result<RemoteFile | undefined, TransportFailure>> {
  const result = await run({ program: 'sh', args: ['-c', read, 'sh', path], asRoot: true, timeout: seconds(30) })
  if (!result.ok) return result
  const { exitCode, stdout, stderr } = result.value
  if (exitCode !== 0) return fail({ kind: 'unreadable', node, path, detail: stderr.trim() })
  const head = /^([0-7]+) (\S+)\n/.exec(stdout)
  if (!head) return ok(undefined)
  const [line, mode = '', owner = ''] = head
  return ok({ content: stdout.slice(line.length), mode: Number.parseInt(mode, 8), owner })
}

/** The size is checked, so that a connection lost in the middle leaves the old file as it was. */
const write = `set -eu
umask 077
path=$1 mode=$2 owner=$3 size=$4
folder=$(dirname -- "$path")
mkdir -p -m 755 -- "$folder"
new=$(mktemp -- "$folder/.holdfast.XXXXXXXX")
trap 'trap "" HUP INT TERM; rm -f -- "$new"' EXIT
trap 'exit 1' HUP INT TERM
cat >"$new"
[ "$(wc -c <"$new")" -eq "$size" ] || { echo "only a part of $path arrived" >&2; exit 1; }
chown -- "$owner" "$new"
chmod -- "$mode" "$new"
sync -- "$new"
mv -fT -- "$new" "$path"
trap - EXIT
sync -- "$folder"`

export function writeFileBy(run: Run, path: string, file: RemoteFile): Promise<Result<Outcome, TransportFailure>> {
  // "root" alone takes the login group of root along.
  const owner = file.owner.includes(':') ? file.owner : `${file.owner}:`
  const size = Buffer.byteLength(file.content)
  return run({
    program: 'sh',
    args: ['-c', write, 'sh', path, file.mode.toString(8), owner, String(size)],
    input: file.content,
    asRoot: true,
    timeout: seconds(30),
  })
}
