// What a lab machine is made of: a plain Debian with the cluster's packages installed and nothing configured. The hash of
// the whole recipe, guest files included, names the image in the cache: a changed recipe is another image.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabImage } from './contract.ts'
import { run } from './processes.ts'

export const guestFiles: string = join(import.meta.dirname, 'guest')

/** Where each file of `guest/` goes in the tree. */
export const installed: readonly { readonly file: string; readonly to: string; readonly mode: string }[] = [
  { file: 'init.sh', to: 'usr/lib/holdfast-lab/init.sh', mode: '755' },
  { file: 'identity.py', to: 'usr/lib/holdfast-lab/identity.py', mode: '755' },
  { file: 'warm.sh', to: 'usr/lib/holdfast-lab/warm.sh', mode: '755' },
  { file: 'customize.sh', to: 'usr/lib/holdfast-lab/customize.sh', mode: '755' },
  {
    file: 'holdfast-lab-network.service',
    to: 'etc/systemd/system/holdfast-lab-network.service',
    mode: '644',
  },
  { file: 'holdfast-lab-identity.service', to: 'etc/systemd/system/holdfast-lab-identity.service', mode: '644' },
]

const common = [
  ...['systemd-sysv', 'dbus', 'udev', 'kmod', 'linux-image-amd64', 'initramfs-tools', 'busybox-static'],
  ...['iproute2', 'iputils-ping', 'iputils-arping', 'openssh-server', 'sudo', 'chrony', 'nftables'],
  ...['lvm2', 'dmsetup', 'xfsprogs', 'e2fsprogs', 'psmisc', 'procps', 'less', 'curl', 'netcat-openbsd', 'iperf3'],
  ...['python3', 'ca-certificates', 'libxml2-utils'],
  ...['pacemaker', 'pacemaker-cli-utils', 'corosync', 'resource-agents', 'drbd-utils', 'haproxy'],
  ...['corosync-qdevice', 'corosync-qnetd'],
]

interface Release {
  readonly suite: string
  readonly packages: readonly string[]
}

const releases: Readonly<Record<LabImage, Release>> = {
  // In Debian 13 the package `fence-agents` pulls in every single agent (2.5 GB): take the ones in use.
  debian13: {
    suite: 'trixie',
    packages: [...common, 'postgresql-17', 'fence-agents-redfish', 'fence-agents-ipmilan'],
  },
  debian12: { suite: 'bookworm', packages: [...common, 'postgresql-15', 'fence-agents'] },
}

/** Drivers of hardware that no lab machine has: they cost time at every build and at every boot. */
const leftOut = [
  '/usr/share/man/*',
  '/usr/share/doc/*',
  '/usr/share/locale/*',
  ...['gpu', 'media', 'net/wireless', 'net/ethernet', 'infiniband', 'staging', 'iio', 'isdn', 'bluetooth', 'usb'].map(
    drivers => `/*/modules/*/kernel/drivers/${drivers}/*`,
  ),
  '/*/modules/*/kernel/sound/*',
  // The lab has an initrd of its own (guest/init.sh); the distribution's would be built and thrown away.
  '/etc/kernel/postinst.d/initramfs-tools',
]

export interface Recipe {
  readonly image: LabImage
  readonly suite: string
  readonly packages: readonly string[]
  readonly pathExcludes: readonly string[]
  readonly hash: string
}

/** apt's one-line sources: the mirrors of the host's own configuration, if it is a Debian; else Debian's general address.
 *  Not part of the recipe: a mirror is where the same packages come from. */
export async function sourcesFor(recipe: Recipe): Promise<readonly string[]> {
  const listed = await run(['apt-get', 'indextargets', '--format', '$(LABEL) $(SITE)', 'Created-By: Packages'])
  const site = (label: string): string | undefined =>
    listed.lines.find(line => line.startsWith(`${label} http`))?.slice(label.length + 1)
  const main = site('Debian') ?? 'http://deb.debian.org/debian'
  const security = site('Debian-Security') ?? 'http://deb.debian.org/debian-security'
  return [
    `deb ${main} ${recipe.suite} main`,
    `deb ${main} ${recipe.suite}-updates main`,
    `deb ${security} ${recipe.suite}-security main`,
  ]
}

export function recipeFor(image: LabImage): Recipe {
  const { suite, packages } = releases[image]
  const hash = createHash('sha256').update(JSON.stringify({ suite, packages, leftOut, installed }))
  for (const { file } of installed) hash.update(readFileSync(join(guestFiles, file)))
  return { image, suite, packages, pathExcludes: leftOut, hash: hash.digest('hex').slice(0, 16) }
}
