// The one place that knows QEMU's command line. A machine's hardware must be the same bit by bit in the golden machine,
// in its clones and after a real boot, or the snapshot does not load: so everything comes from one `Hardware`.
import type { Bytes, NodeName } from '../../core/base/units.ts'
import { mebibytes } from '../../core/base/units.ts'

export interface Hardware {
  readonly accelerator: 'kvm' | 'tcg'
  readonly memory: Bytes
  /** Network cards on the lab's switch; eth0 comes in addition. */
  readonly cards: number
  /** Blank disks; the root disk comes in addition. */
  readonly disks: number
}

export const defaultHardware = (accelerator: 'kvm' | 'tcg'): Hardware => ({
  accelerator,
  memory: mebibytes(768),
  cards: 3,
  disks: 2,
})

/** The size a blank disk has in the golden machine; a clone's disk is resized right after it wakes. */
export const goldenDiskSize: Bytes = mebibytes(64)

/** The lab's private management network inside each machine's QEMU; it leads nowhere but to ssh and the BMCs. */
export const management = {
  network: '198.18.0.0/24',
  host: '198.18.0.2',
  guest: '198.18.0.15',
  bmc: (index: number): string => `198.18.0.${101 + index}`,
} as const

export interface MachineFiles {
  /** The disks need not survive a crash of the host: what a guest flushes goes to the host's memory and no further. A
   *  pulled plug of the machine loses exactly what it had not flushed, either way. */
  readonly isThrowaway: boolean
  readonly kernel: string
  readonly initrd: string
  readonly rootDisk: string
  readonly disks: readonly string[]
  readonly console: string
  readonly qmp: string
  readonly identity: string
}

export interface MachineWiring {
  readonly sshPort?: number
  /** One per card; absent: a card with no cable. */
  readonly switchSockets: readonly (string | undefined)[]
  readonly macs: readonly string[]
  readonly bmcs: readonly { readonly ip: string; readonly socket: string }[]
}

/** A comma ends a value in QEMU's options; doubled, it is a comma. */
const value = (text: string): string => text.replaceAll(',', ',,')

// Without the protections that cost an emulated processor a look-up each; guests run nothing but our own tests.
const tcgProcessor = 'max,-la57,-pku,-smap,-smep,-umip'

/** QEMU would take 1 GiB of the host for each machine's translated code; a whole boot fits in half of it. */
const translationCacheMiB = 512

// net.ifnames=0: eth0, eth1 … in the order of the cards. mitigations: there is no neighbour to protect from.
// no_timer_check: on a busy host an emulated timer misses the kernel's probe at boot, which then panics (seen).
const kernelLine = [
  'root=/dev/vda rw console=ttyS0 net.ifnames=0 mitigations=off init_on_alloc=0 loglevel=4 no_timer_check',
  'systemd.show_status=0 rcupdate.rcu_expedited=1 8250.nr_uarts=1',
].join(' ')

function processor(accelerator: Hardware['accelerator']): readonly string[] {
  return accelerator === 'kvm'
    ? ['-accel', 'kvm', '-cpu', 'host']
    : ['-accel', `tcg,thread=multi,tb-size=${translationCacheMiB}`, '-cpu', tcgProcessor]
}

function drive(id: string, file: string, isThrowaway: boolean): readonly string[] {
  const cache = isThrowaway ? 'cache.no-flush=on,' : ''
  return [
    '-blockdev',
    `driver=qcow2,node-name=${id},${cache}discard=unmap,file.driver=file,file.filename=${value(file)}`,
    '-device',
    `virtio-blk-pci,drive=${id},id=dev-${id}`,
  ]
}

// A clone that wakes is told to announce itself; a network card that goes down at that moment waits for the announcement
// and the announcement for it, for ever (Linux 6.12, seen at one waking in 25).
const card = (netdev: string, mac: string | undefined): string =>
  `virtio-net-pci,netdev=${netdev},mac=${mac},guest_announce=off`

function managementCard(wiring: MachineWiring): readonly string[] {
  const forward = wiring.sshPort ? `,hostfwd=tcp:127.0.0.1:${wiring.sshPort}-${management.guest}:22` : ''
  const bmcs = wiring.bmcs.map(bmc => `,guestfwd=tcp:${bmc.ip}:443-cmd:socat STDIO UNIX-CONNECT:${value(bmc.socket)}`)
  return [
    '-netdev',
    `user,id=net0,restrict=on,ipv6=off,net=${management.network},dhcpstart=${management.guest}${forward}${bmcs.join('')}`,
    '-device',
    card('net0', wiring.macs[0]),
  ]
}

function switchCard(index: number, socket: string | undefined, mac: string | undefined): readonly string[] {
  const backend = socket
    ? `stream,id=net${index},server=off,addr.type=unix,addr.path=${value(socket)}`
    : `hubport,id=net${index},hubid=${index}`
  return ['-netdev', backend, '-device', card(`net${index}`, mac)]
}

/** The whole command. `incoming`: wake from the snapshot in the working directory instead of booting. */
export function qemuCommand(
  hardware: Hardware,
  files: MachineFiles,
  wiring: MachineWiring,
  incoming: boolean,
): readonly string[] {
  const cards = Array.from({ length: hardware.cards }, (_, i) =>
    switchCard(i + 1, wiring.switchSockets[i], wiring.macs[i + 1]),
  )
  return [
    'qemu-system-x86_64',
    // One processor: with two, an emulated guest's kernel panicked now and then (QEMU 7.2, Linux 6.12).
    ...['-machine', 'q35', ...processor(hardware.accelerator), '-smp', '1'],
    ...['-m', `${hardware.memory / 2 ** 20}`, '-display', 'none', '-nodefaults', '-no-user-config'],
    ...['-kernel', files.kernel, '-initrd', files.initrd, '-append', kernelLine],
    ...['-chardev', `file,id=console,append=on,path=${value(files.console)}`, '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=qmp,server=on,wait=off,path=${value(files.qmp)}`, '-mon', 'chardev=qmp,mode=control'],
    ...['-device', 'virtio-serial-pci', '-device', 'virtio-rng-pci'],
    ...['-chardev', `socket,id=identity,server=on,wait=off,path=${value(files.identity)}`],
    ...['-device', 'virtserialport,chardev=identity,name=holdfast.identity'],
    ...drive('root', files.rootDisk, files.isThrowaway),
    ...files.disks.flatMap((file, i) => drive(`disk${i}`, file, files.isThrowaway)),
    ...managementCard(wiring),
    ...cards.flat(),
    ...(incoming ? ['-incoming', 'exec:cat state'] : []),
  ]
}

/** A hardware address of the locally administered kind, from the lab's own numbers. */
export function macAddress(seed: number, machine: number, card: number): string {
  const bytes = [0x52, (seed >> 16) & 0xff, (seed >> 8) & 0xff, seed & 0xff, machine & 0xff, card & 0xff]
  return bytes.map(byte => byte.toString(16).padStart(2, '0')).join(':')
}

export const machineLabel = (name: NodeName | 'golden'): string => (name === 'golden' ? 'the golden machine' : name)
