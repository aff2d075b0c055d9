// `ssh_config` and `known_hosts` of a lab: each machine under its name, with its own host key and no other.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Member } from './member.ts'

const hostEntry = ({ node: { name, ssh } }: Member): string =>
  [
    `Host ${name}`,
    `  HostName ${ssh.host}`,
    `  Port ${ssh.port}`,
    `  User ${ssh.user}`,
    `  IdentityFile "${ssh.identityFile}"`,
    `  UserKnownHostsFile "${ssh.knownHostsFile}"`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    '  StrictHostKeyChecking yes',
    '  HostKeyAlgorithms ssh-ed25519',
    '',
  ].join('\n')

export async function writeSshFiles(directory: string, members: readonly Member[]): Promise<void> {
  const keys = members.map(({ node, hostKey }) => `[${node.ssh.host}]:${node.ssh.port} ${hostKey.public}\n`)
  await writeFile(join(directory, 'known_hosts'), keys.join(''), { mode: 0o600 })
  await writeFile(join(directory, 'ssh_config'), members.map(hostEntry).join('\n'), { mode: 0o600 })
}
