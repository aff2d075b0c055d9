// The two streams that tell at once that something has changed on a machine. What has changed is then asked anew, so that
// a picture is always whole; the streams are only the bell.
// Pacemaker: crm_mon as a daemon writes its page at each change (at once, and then at most every two seconds); its file is
// a pipe here. Seen so in 2.1.5 and 3.0.0. DRBD: `drbdsetup events2`.
import { setTimeout as sleep } from 'node:timers/promises'
import { milliseconds } from '../../core/base/units.ts'
import type { Command, Transport } from '../transport/transport.ts'

const forever = milliseconds(Number.POSITIVE_INFINITY)

const crmMonStream = `d=$(mktemp -d -p /dev/shm holdfast.XXXXXXXX 2>/dev/null || mktemp -d -t holdfast.XXXXXXXX) || exit 1
c=
trap 'trap "" HUP INT TERM; kill $c $(cat "$d/pid") 2>/dev/null; rm -rf "$d"' EXIT
trap 'exit 1' HUP INT TERM
mkfifo "$d/page"
exec 4<>"$d/page"
crm_mon --daemonize --pid-file="$d/pid" --interval=1 --output-as=xml --output-to="$d/page" || exit 1
while read -r line; do case $line in '</pacemaker-result>') echo changed;; esac; done <&4 & c=$!
wait`

const commands: readonly Command[] = [
  { program: 'sh', args: ['-c', crmMonStream], asRoot: true, timeout: forever },
  { program: 'drbdsetup', args: ['events2'], asRoot: true, timeout: forever },
]

/** Rings at each change, and when a stream breaks or begins again. Ends with the signal. */
export async function followChanges(transport: Transport, ring: () => void, signal: AbortSignal): Promise<void> {
  await Promise.all(commands.map(command => followForever(transport, command, ring, signal)))
}

async function followForever(
  transport: Transport,
  command: Command,
  ring: () => void,
  signal: AbortSignal,
): Promise<void> {
  for (let pause = 500; !signal.aborted; pause = Math.min(pause * 2, 5_000)) {
    const begun = Date.now()
    await transport.follow(command, ring, signal)
    // A stream that has lasted was healthy: try again soon.
    if (Date.now() - begun > 10_000) pause = 500
    if (signal.aborted) return
    ring()
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
}
