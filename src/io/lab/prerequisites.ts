// The programs of the host that the lab stands on, and the Debian package of each.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Tool {
  readonly command: string
  readonly package: string
}

/** To start machines from an image that is already there. */
const toRun: readonly Tool[] = [
  { command: 'qemu-system-x86_64', package: 'qemu-system-x86' },
  { command: 'qemu-img', package: 'qemu-utils' },
  { command: 'socat', package: 'socat' },
  { command: 'openssl', package: 'openssl' },
  { command: 'ssh-keygen', package: 'openssh-client' },
  { command: 'setpriv', package: 'util-linux' },
]
/** To build an image, in addition. */
const toBuild: readonly Tool[] = [
  { command: 'mmdebstrap', package: 'mmdebstrap' },
  { command: 'mke2fs', package: 'e2fsprogs' },
]

/** Everything, for whoever installs. */
export const labTools: readonly Tool[] = [...toRun, ...toBuild]

export function isInstalled(command: string): boolean {
  // mke2fs lives in a folder that is not on everybody's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some(folder => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

export const missingTools = (purpose: 'run' | 'build'): readonly Tool[] =>
  [...toRun, ...(purpose === 'build' ? toBuild : [])].filter(tool => !isInstalled(tool.command))
