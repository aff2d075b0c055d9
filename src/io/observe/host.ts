// Asks one machine for everything that a plan has to know about it, in one round trip. The scripts here are fixed and take
// what varies as arguments. A secret file's content stays where it is: only its hash is told.
import { ok, type Result } from '../../core/base/result.ts'
import { instant, seconds } from '../../core/base/units.ts'
import { readFirewall } from '../../core/live/firewall/read.ts'
import type { FirewallFact } from '../../core/live/firewall/types.ts'
import type { HostFacts, HostQuestions } from '../../core/live/host.ts'
import {
  readBlockDevices,
  readCib,
  readEngines,
  readFiles,
  readFree,
  readInterfaces,
  readListening,
  readLvm,
  readMemory,
  readNames,
  readOsRelease,
  readPackages,
  readProbes,
  readUnits,
  readUsers,
  type Slicer,
} from '../../core/live/host-read.ts'
import { runBatch, type Words } from '../transport/batch.ts'
import type { Outcome, Transport, TransportFailure } from '../transport/transport.ts'

const script = (text: string, args: readonly string[]): Words => ['sh', '-c', text, 'sh', ...args]

// Four processes however many files there are: where the machine is slow, each costs a tenth of a second.
const files = `nl='
'
there='' regular='' plain=''
while [ $# -gt 0 ]; do
  if [ -e "$2" ]; then there="$there$2$nl"; fi
  if [ -f "$2" ]; then
    regular="$regular$2$nl"
    [ "$1" = yes ] || plain="$plain$2$nl"
  fi
  shift 2
done
IFS=$nl
set -f
[ -z "$there" ] || stat -L -c '%n|%F|%a|%U:%G|%s' -- $there
echo @sums
[ -z "$regular" ] || sha256sum -- $regular
echo @contents
[ -z "$plain" ] || cat -- $plain | base64 -w0`

// DRBD writes past the page cache of its backing device. The minor is one that nobody has: drbdmeta refuses an attached
// device by opening it exclusively.
const devices = `i=0
for path do
  if [ -b "$path" ]; then
    echo "@device $i $(readlink -f -- "$path")"
    blockdev --flushbufs "$path" 2>/dev/null
    wipefs --json --output TYPE,LABEL -- "$path" 2>/dev/null
    echo '@metadata'
    for version in v09 v08; do
      drbdmeta 1048575 "$version" "$path" internal dump-md 2>/dev/null </dev/null && break
    done
  fi
  i=$((i + 1))
done; true`

const names = `i=0
for name do
  getent ahosts "$name" | while read -r address kind rest; do [ "$kind" = STREAM ] && echo "$i $address"; done
  i=$((i + 1))
done; true`

const programs = 'for path do [ -x "$path" ] && echo "$path"; done; true'

// What `timedatectl` would say, without waking its service: a tenth of a second instead of some.
const synchronised = `if [ -e /run/systemd/timesync/synchronized ]; then echo yes
elif command -v chronyc >/dev/null; then chronyc -c tracking | awk -F, '{ print ($NF == "Normal") ? "yes" : "no" }'
else timedatectl show --property=NTPSynchronized --value
fi`

// Where neither is in the kernel, nothing is filtered, and nobody has to be started to say so.
const filter = `[ -e /sys/module/nf_tables ] || [ -e /sys/module/ip_tables ] || exit 0
rules=''
[ ! -e /sys/module/nf_tables ] || rules=$(nft --json list ruleset)
printf '%s\\n' "$rules"
case $rules in
  '' | *'"xt"'*) echo @four; iptables-save -t filter; echo @six; ip6tables-save -t filter ;;
esac; true`

const timeServices = ['chrony', 'systemd-timesyncd', 'ntpsec', 'ntp', 'openntpd']

export type HostPart =
  | 'os'
  | 'uname'
  | 'boot'
  | 'memory'
  | 'packages'
  | 'pacemaker'
  | 'corosync'
  | 'drbdModule'
  | 'drbdLoaded'
  | 'drbdUtils'
  | 'files'
  | 'units'
  | 'blockDevices'
  | 'devices'
  | 'groups'
  | 'volumes'
  | 'names'
  | 'interfaces'
  | 'synchronised'
  | 'timeServices'
  | 'listening'
  | 'filter'
  | 'cib'
  | 'users'
  | 'programs'
  | 'free'

/** By part, so that answers can be recorded and read again. */
export function hostCommands(asked: HostQuestions): Readonly<Record<HostPart, Words>> {
  return {
    os: ['cat', '/etc/os-release'],
    uname: ['uname', '-rm'],
    boot: ['cat', '/proc/sys/kernel/random/boot_id'],
    memory: ['cat', '/proc/meminfo'],
    packages: ['dpkg-query', '-W', '-f', `\${Package}\t\${Version}\t\${db:Status-Status}\n`, ...asked.packages],
    pacemaker: ['pacemakerd', '--version'],
    corosync: ['corosync', '-v'],
    drbdModule: ['modinfo', '-F', 'version', 'drbd'],
    drbdLoaded: ['cat', '/sys/module/drbd/version'],
    drbdUtils: ['drbdadm', '--version'],
    files: script(
      files,
      asked.files.flatMap(file => [file.secret ? 'yes' : 'no', file.path]),
    ),
    units: ['systemctl', 'show', '--property=LoadState,UnitFileState,ActiveState', '--', ...asked.units],
    blockDevices: [
      'lsblk',
      '--json',
      '--bytes',
      '--paths',
      '--list',
      '--output',
      'NAME,KNAME,TYPE,SIZE,RO,PKNAME,MOUNTPOINTS',
    ],
    devices: script(devices, asked.devices),
    groups: ['vgs', '--reportformat', 'json', '--units', 'b', '--nosuffix', '-o', 'vg_name,vg_size,vg_free'],
    volumes: ['lvs', '--reportformat', 'json', '--units', 'b', '--nosuffix', '-o', 'vg_name,lv_name,lv_size'],
    names: script(names, asked.names),
    interfaces: ['ip', '-json', 'address'],
    synchronised: script(synchronised, []),
    timeServices: ['systemctl', 'is-active', '--', ...timeServices.map(name => `${name}.service`)],
    listening: ['ss', '-Hlntup'],
    filter: script(filter, []),
    cib: ['cibadmin', '--query', '--local'],
    users: ['getent', 'passwd', '--', ...asked.users],
    programs: script(programs, asked.programs),
    free: ['df', '--block-size=1', '--output=file,avail', '--', '/', '/etc', '/run', '/var'],
  }
}

export type Told = Readonly<Record<HostPart, Outcome>>

export async function observeHost(
  transport: Transport,
  asked: HostQuestions,
  signal?: AbortSignal,
): Promise<Result<HostFacts, TransportFailure>> {
  const answer = await runBatch(transport, hostCommands(asked), { limit: seconds(60), timeout: seconds(120) }, signal)
  if (!answer.ok) return answer
  const { outcomes, clock } = answer.value
  const facts = readHost(outcomes, asked)
  return ok({
    node: transport.node,
    at: instant(Date.now()),
    ...facts,
    clock: { offset: clock.offset, uncertainty: clock.uncertainty, ...facts.clock },
  })
}

const slicer = (base64: string): Slicer => {
  const bytes = Buffer.from(base64, 'base64')
  return { size: bytes.length, slice: (from, to) => bytes.subarray(from, to).toString('utf8') }
}

type Read = Omit<HostFacts, 'node' | 'at' | 'clock'> & { clock: Pick<HostFacts['clock'], 'synchronised' | 'services'> }

export function readHost(told: Told, asked: HostQuestions): Read {
  const unseen = new Map<string, string>()
  /** One answer, or what stands for it where it could not be read; then `unseen` has the reason. */
  const part = <T>(name: string, what: () => T, otherwise: T): T => {
    try {
      return what()
    } catch (error) {
      unseen.set(name, error instanceof Error ? error.message : String(error))
      return otherwise
    }
  }
  const [kernel = '', architecture = ''] = told.uname.stdout.trim().split(' ')
  const cib = readCib(told.cib.stdout)
  if (!cib) unseen.set('cib', told.cib.stderr.trim() || 'no answer')
  if (told.packages.exitCode === 127) unseen.set('packages', 'dpkg-query is not installed')
  if (told.files.exitCode !== 0) unseen.set('files', told.files.stderr.trim())
  const sync = told.synchronised.stdout.trim()
  const active = told.timeServices.stdout.split('\n')
  const files = part('files', () => readFiles(told.files.stdout, asked.files, slicer), new Map())
  const units = readUnits(told.units.stdout, asked.units)
  return {
    kernel,
    architecture,
    os: readOsRelease(told.os.stdout),
    bootId: told.boot.stdout.trim(),
    memory: readMemory(told.memory.stdout),
    packages: readPackages(told.packages.stdout),
    engines: readEngines({
      pacemaker: told.pacemaker.stdout,
      corosync: told.corosync.stdout,
      module: told.drbdModule.stdout,
      loaded: told.drbdLoaded.stdout,
      utils: told.drbdUtils.stdout,
    }),
    files,
    units,
    blockDevices: part(
      'block devices',
      () => readBlockDevices(told.blockDevices.stdout, readProbes(told.devices.stdout, asked.devices)),
      [],
    ),
    lvm: part('lvm', () => readLvm(told.groups.stdout, told.volumes.stdout), { groups: [], volumes: [] }),
    names: readNames(told.names.stdout, asked.names),
    interfaces: part('interfaces', () => readInterfaces(told.interfaces.stdout), []),
    clock: {
      ...(sync === '' ? {} : { synchronised: sync === 'yes' }),
      services: timeServices.filter((_, i) => active[i] === 'active'),
    },
    listening: readListening(told.listening.stdout),
    firewall: part('firewall', () => firewallOf(told, units, files), { kind: 'none' }),
    ...(cib ? { cib } : {}),
    users: asked.users.length === 0 ? new Map() : readUsers(told.users.stdout),
    programs: new Set(told.programs.stdout.split('\n').filter(path => path !== '')),
    free: readFree(told.free.stdout),
    unseen,
  }
}

function firewallOf({ filter: told }: Told, units: HostFacts['units'], files: HostFacts['files']): FirewallFact {
  const [nft = '', tables = ''] = told.stdout.split(/^@four\n/m)
  const [four = '', six = ''] = tables.split(/^@six\n/m)
  return readFirewall({ units, files, nft, four, six })
}
