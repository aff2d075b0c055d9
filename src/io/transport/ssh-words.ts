// What is said to the system's OpenSSH, and what its complaints mean. The user's own configuration, keys, agent, jump
// hosts and known_hosts stay in force; host keys are verified as that configuration says, never less.
// Sources: ssh(1), ssh_config(5). Its messages are not translated and are matched here, in one table.
import type { NodeName } from '../../core/base/units.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'

export interface SshTarget {
  /** A host name, an address, or an alias of the user's ssh configuration. */
  readonly host: string
  readonly user?: string
  readonly port?: number
  /** Instead of the user's configuration (`ssh -F`). */
  readonly configFile?: string
  readonly identityFile?: string
  /** The only host keys that are believed. */
  readonly knownHostsFile?: string
}

/** For a multiplexed session over `socket`, or for the master that listens there. */
export function sshWords(
  target: SshTarget,
  socket: string,
  role: 'master' | 'session',
  remote: string,
): readonly [string, ...string[]] {
  const options = [
    ['BatchMode', 'yes'],
    ['ConnectTimeout', '10'],
    ['ServerAliveInterval', '3'],
    ['ServerAliveCountMax', '3'],
    ['LogLevel', 'ERROR'],
    ['RemoteCommand', 'none'],
    ['ControlMaster', role === 'master' ? 'yes' : 'no'],
    ['ControlPath', percent(socket)],
    ['ControlPersist', 'no'],
    ...(target.identityFile ? [['IdentitiesOnly', 'yes']] : []),
    ...(target.knownHostsFile
      ? [
          ['UserKnownHostsFile', `"${percent(target.knownHostsFile)}"`],
          ['GlobalKnownHostsFile', '/dev/null'],
          ['StrictHostKeyChecking', 'yes'],
        ]
      : []),
  ]
  return [
    'ssh',
    '-T',
    ...(target.configFile ? ['-F', target.configFile] : []),
    ...(target.identityFile ? ['-i', target.identityFile] : []),
    ...options.flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(target.user ? ['-l', target.user] : []),
    ...(target.port ? ['-p', String(target.port)] : []),
    '--',
    target.host,
    remote,
  ]
}

/** ssh expands % in some values. */
const percent = (path: string): string => path.replaceAll('%', '%%')

const complaints: readonly (readonly [pattern: RegExp, kind: 'host-key' | 'authentication' | 'unreachable'])[] = [
  [/Host key verification failed|HOST IDENTIFICATION HAS CHANGED|host key is known for/, 'host-key'],
  [/Permission denied|Too many authentication failures|No supported authentication/, 'authentication'],
  [/Could not resolve hostname|^ssh: connect to host|Connection (refused|timed out)|No route to host/m, 'unreachable'],
  [/kex_exchange_identification|banner exchange|Unable to negotiate/, 'unreachable'],
]

/** What kept ssh from a connection; undefined where the text names none of it. */
export function complaintOf(node: NodeName, stderr: string): TransportFailure | undefined {
  const row = complaints.find(([pattern]) => pattern.test(stderr))
  return row && { kind: row[1], node, detail: inShort(stderr) }
}

/** Without the banner of @ signs and the blank lines. */
export const inShort = (stderr: string): string =>
  stderr
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !/^@+/.test(line))
    .join('\n')
