// Who a clone is: everything that must differ between machines that woke from the same snapshot. Written for
// guest/identity.py, which makes it so and keeps it on disk.
import { randomBytes } from 'node:crypto'
import type { NodeName } from '../../core/base/units.ts'
import type { LabDisk, LabPlug } from './contract.ts'
import { management } from './qemu.ts'

export interface IdentityOptions {
  readonly name: NodeName
  readonly plugs: readonly LabPlug[]
  readonly disks: readonly LabDisk[]
  /** eth0 first. */
  readonly macs: readonly string[]
  readonly hostKey: { readonly private: string; readonly public: string }
  readonly authorizedKey: string
  readonly bmcCertificate: string
  /** Whom it asks for the time; absent: it answers others (the client does). */
  readonly timeServers: readonly string[] | undefined
}

function timeService(servers: readonly string[] | undefined): {
  readonly file: { path: string; mode: string; text: string }
  readonly afterwards: readonly (readonly string[])[]
} {
  if (servers) {
    const lines = servers.map(server => `server ${server} iburst minpoll 4 maxpoll 6\n`)
    const file = { path: '/etc/chrony/sources.d/lab.sources', mode: '644', text: lines.join('') }
    return { file, afterwards: [['chronyc', 'reload', 'sources']] }
  }
  const file = { path: '/etc/chrony/conf.d/lab.conf', mode: '644', text: 'local stratum 8\nallow\n' }
  return {
    file,
    afterwards: [
      ['chronyc', 'local', 'stratum', '8'],
      ['chronyc', 'allow'],
    ],
  }
}

/** The name of a blank disk in the guest; /dev/vda is the root disk. */
export const deviceOf = (index: number): string => `/dev/vd${String.fromCharCode('b'.charCodeAt(0) + index)}`

/** udev rules that give disks the names of the cluster file, and the commands that make volume groups. */
function storage(disks: readonly LabDisk[]): {
  readonly rules: string
  readonly commands: readonly (readonly string[])[]
} {
  const rules: string[] = []
  const commands: (readonly string[])[] = []
  for (const [index, { alias, volumeGroup }] of disks.entries()) {
    const device = deviceOf(index)
    if (alias?.startsWith('/dev/') && alias !== device) {
      rules.push(`KERNEL=="${device.slice(5)}", SYMLINK+="${alias.slice(5)}"\n`)
    }
    if (volumeGroup !== undefined) commands.push(['vgcreate', '--quiet', volumeGroup, device])
  }
  const trigger = ['udevadm', 'trigger', '--settle', '--subsystem-match=block', '--sysname-match=vd*']
  return { rules: rules.join(''), commands: [...(rules.length > 0 ? [trigger] : []), ...commands] }
}

/** One line of JSON. `now` in milliseconds since the epoch. */
export function identityLine(options: IdentityOptions, now: number): string {
  const { name } = options
  const time = timeService(options.timeServers)
  const disks = storage(options.disks)
  const file = (path: string, mode: string, text: string) => ({ path, mode, text })
  const trusted = '/usr/local/share/ca-certificates/holdfast-lab.crt'
  return JSON.stringify({
    clock: now / 1000,
    entropy: randomBytes(64).toString('hex'),
    machineId: randomBytes(16).toString('hex'),
    hostname: name,
    files: [
      file('/etc/ssh/ssh_host_ed25519_key', '600', options.hostKey.private),
      file('/etc/ssh/ssh_host_ed25519_key.pub', '644', `${options.hostKey.public}\n`),
      file('/etc/ssh/sshd_config.d/lab.conf', '644', 'HostKey /etc/ssh/ssh_host_ed25519_key\nUseDNS no\n'),
      file('/root/.ssh/authorized_keys', '600', `${options.authorizedKey}\n`),
      // As Debian's installer leaves it, with the trap of 127.0.1.1.
      file(
        '/etc/hosts',
        '644',
        `127.0.0.1\tlocalhost\n127.0.1.1\t${name}\n::1\tlocalhost ip6-localhost ip6-loopback\n`,
      ),
      file(trusted, '644', options.bmcCertificate),
      file('/etc/udev/rules.d/90-lab.rules', '644', disks.rules),
      time.file,
    ],
    append: [{ path: '/etc/ssl/certs/ca-certificates.crt', text: options.bmcCertificate }],
    cards: options.macs.map((mac, index) => {
      const address = index === 0 ? `${management.guest}/24` : options.plugs[index - 1]?.address
      return { name: `eth${index}`, mac, ...(address ? { address } : {}) }
    }),
    // udev keeps the name that the machine had when it started (its unit has ProtectHostname), and tells it to DRBD's rules.
    before: [['systemctl', 'restart', 'systemd-udevd'], ...disks.commands],
    afterwards: [['ping', '-c', '1', '-W', '1', management.host], ...time.afterwards],
  })
}
