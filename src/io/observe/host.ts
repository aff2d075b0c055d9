// Asks one machine for everything that a plan has to know about it, in one round trip. The scripts here are fixed and take
// what varies as arguments. A secret file's content stays where it is: only its hash is told.
import { ok, type Result } from '../../core/base/result.ts'
import { instant, type NodeName, seconds } from '../../core/base/units.ts'
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
  readOsRelease,
  readPackages,
  readProbes,
  readUnits,
  readUsers,
  type Slicer,
} from '../../core/live/host-read.ts'
import { readTexts } from '../../core/live/texts.ts'
import type { TransportFailure } from '../../core/live/transport-failure.ts'
import { type Asked, type BatchOutcome, runBatch } from '../transport/batch.ts'
import type { Outcome, Transport } from '../transport/transport.ts'
import { textsOf } from './texts.ts'

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

// DRBD writes past the page cache of its backing device.
const devices = `i=0 there='' numbers=''
for path do
  if [ -b "$path" ]; then there="$there $path" numbers="$numbers $i"; fi
  i=$((i + 1))
done
[ -n "$there" ] || exit 0
real=$(readlink -f -- $there)
blockdev --flushbufs $real 2>/dev/null
set -- $numbers
for path in $real; do echo "$1 $path"; shift; done
echo @wipefs
wipefs --json --output DEVICE,TYPE,LABEL -- $real`

const programs = 'for path do [ -x "$path" ] && echo "$path"; done; true'

// A module that is loaded has told its version already.
const drbdModule = '[ -e /sys/module/drbd/version ] || modinfo -F version drbd'

const volumeGroups = `[ "$1" = yes ] || exit 0
vgs --reportformat json --units b --nosuffix -o vg_name,vg_size,vg_free`

// Asked only where no time service seems to run; waking timedatectl's own takes longer than all the rest.
const synchronised = `for folder in /run/chrony /run/systemd/timesync /run/ntpsec; do [ ! -e "$folder" ] || exit 0; done
timedatectl show --property=NTPSynchronized --value`

// Where neither is in the kernel, nothing is filtered, and nobody has to be started to say so.
const filter = `[ -e /sys/module/nf_tables ] || [ -e /sys/module/ip_tables ] || exit 0
rules=''
[ ! -e /sys/module/nf_tables ] || rules=$(nft --json list ruleset)
printf '%s\\n' "$rules"
case $rules in
  '' | *'"xt"'*) echo @four; iptables-save -t filter; echo @six; ip6tables-save -t filter ;;
esac; true`

const timeServices = ['chrony', 'systemd-timesyncd', 'ntpsec', 'ntp', 'openntpd']
const timeUnits = timeServices.map(name => `${name}.service`)

export type HostPart =
  | 'texts'
  | 'packages'
  | 'drbdModule'
  | 'files'
  | 'units'
  | 'blockDevices'
  | 'devices'
  | 'groups'
  | 'interfaces'
  | 'synchronised'
  | 'listening'
  | 'filter'
  | 'cib'
  | 'users'
  | 'programs'
  | 'free'

const memoryText = '/proc/meminfo'
export const hostTexts: readonly string[] = ['/etc/os-release', '/sys/module/drbd/version', memoryText]

/** By part, so that answers can be recorded and read again. `texts`: small files besides those of the host. */
export function hostCommands(asked: HostQuestions, texts: readonly string[] = []): Readonly<Record<HostPart, Asked>> {
  return {
    texts: textsOf([...hostTexts, ...texts]),
    packages: ['dpkg-query', '-W', '-f', `\${Package}\t\${Version}\t\${db:Status-Status}\n`, ...asked.packages],
    drbdModule: { script: drbdModule, args: [] },
    files: { script: files, args: asked.files.flatMap(file => [file.secret ? 'yes' : 'no', file.path]) },
    units: ['systemctl', 'show', '--property=LoadState,UnitFileState,ActiveState', '--', ...asked.units, ...timeUnits],
    blockDevices: [
      'lsblk',
      '--json',
      '--bytes',
      '--paths',
      '--list',
      '--output',
      'NAME,KNAME,TYPE,SIZE,RO,PKNAME,MOUNTPOINTS',
    ],
    devices: { script: devices, args: asked.devices },
    groups: { script: volumeGroups, args: [asked.lvm ? 'yes' : 'no'] },
    interfaces: ['ip', '-json', 'address'],
    synchronised: { script: synchronised, args: [] },
    listening: ['ss', '-Hlntup'],
    filter: { script: filter, args: [] },
    cib: ['cibadmin', '--query', '--local'],
    users: { script: '[ $# -eq 0 ] || getent passwd -- "$@"', args: asked.users },
    programs: { script: programs, args: asked.programs },
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
  return answer.ok ? ok(factsOf(transport.node, answer.value, asked)) : answer
}

export function factsOf(node: NodeName, { outcomes, clock }: BatchOutcome<HostPart>, asked: HostQuestions): HostFacts {
  const facts = readHost(outcomes, asked)
  return {
    node,
    at: instant(Date.now()),
    ...facts,
    clock: { offset: clock.offset, uncertainty: clock.uncertainty, ...facts.clock },
  }
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
  const cib = readCib(told.cib.stdout)
  if (!cib) unseen.set('cib', told.cib.stderr.trim() || 'no answer')
  if (told.packages.exitCode === 127) unseen.set('packages', 'dpkg-query is not installed')
  if (told.devices.exitCode !== 0) unseen.set('block devices', told.devices.stderr.trim())
  if (told.files.exitCode !== 0) unseen.set('files', told.files.stderr.trim())
  const sync = told.synchronised.stdout.trim()
  const files = part('files', () => readFiles(told.files.stdout, asked.files, slicer), new Map())
  const units = readUnits(told.units.stdout, [...asked.units, ...timeUnits])
  const texts = readTexts(told.texts.stdout)
  const packages = readPackages(told.packages.stdout)
  const memory = readMemory(texts.get(memoryText) ?? '')
  return {
    os: readOsRelease(texts.get('/etc/os-release') ?? ''),
    packages,
    engines: readEngines(packages, texts.get('/sys/module/drbd/version') ?? '', told.drbdModule.stdout),
    files,
    units,
    ...(memory === undefined ? {} : { memory }),
    blockDevices: part(
      'block devices',
      () => readBlockDevices(told.blockDevices.stdout, readProbes(told.devices.stdout, asked.devices)),
      [],
    ),
    lvm: part('lvm', () => readLvm(told.groups.stdout), []),
    interfaces: part('interfaces', () => readInterfaces(told.interfaces.stdout), []),
    clock: {
      ...(sync === '' ? {} : { synchronised: sync === 'yes' }),
      services: timeServices.filter(name => units.get(`${name}.service`)?.active === 'active'),
    },
    listening: readListening(told.listening.stdout),
    firewall: part('firewall', () => firewallOf(told, units, files), { kind: 'none' }),
    ...(cib ? { cib } : {}),
    users: readUsers(told.users.stdout),
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
