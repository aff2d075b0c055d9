// The port to one machine: run a command, follow one, put a file there, read one. Adapters: ssh.ts (the system's OpenSSH,
// multiplexed), local.ts, recorded.ts; one contract suite for all.
import type { Result } from '../../core/base/result.ts'
import type { Milliseconds, NodeName } from '../../core/base/units.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'

/** An argument list, never a shell string. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  /** Goes to standard input; the only way for a secret. */
  readonly input?: string | Uint8Array
  /** Become root by `sudo -n` where the login is not root. */
  readonly asRoot?: boolean
  /** Not for secrets. `LC_ALL` is C.UTF-8 where nothing else is said. */
  readonly environment?: Readonly<Record<string, string>>
  /** Bounds the whole command. `milliseconds(Infinity)` for one that is followed until it is aborted. */
  readonly timeout: Milliseconds
}

/** A command that ran to its end, whatever its exit status. */
export interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface RemoteFile {
  readonly content: string
  readonly mode: number
  /** "user:group"; a user alone stands for the user with its login group. */
  readonly owner: string
}

export interface Transport extends AsyncDisposable {
  readonly node: NodeName
  run(command: Command, signal?: AbortSignal): Promise<Result<Outcome, TransportFailure>>
  /** Standard input is empty. The command ends when the signal aborts it, and also when this program is killed.
   *  Calls `onLine` for each line of standard output until the command ends or the signal aborts it. */
  follow(
    command: Command,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Outcome, TransportFailure>>
  /** As root. Undefined where there is no such file. */
  readFile(path: string): Promise<Result<RemoteFile | undefined, TransportFailure>>
  /** As root, whole or not at all: a temporary file beside it with its final mode, synced, then renamed. Makes the
   *  folder where it is missing. An exit code other than 0 (disk full, no such owner) means that nothing has changed. */
  writeFile(path: string, file: RemoteFile): Promise<Result<Outcome, TransportFailure>>
}
