// One machine of a running lab with all that belongs to it: disks, keys, BMC, ssh port; made, woken, given its identity.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { ok, type Result } from '../../core/base/result.ts'
import type { NodeName } from '../../core/base/units.ts'
import type { LabEvent, LabFailure, LabMachineSpec, LabNode, LabOptions } from './contract.ts'
import { type KeyPair, passwordFile, sshKey, type TlsIdentity } from './credentials.ts'
import { deviceOf, identityLine } from './identity.ts'
import { createMachine, type Machine } from './machine.ts'
import { type Bmc, startBmc } from './power.ts'
import { goldenDiskSize, type MachineFiles, type MachineWiring, macAddress, management } from './qemu.ts'
import { createDisk, type Snapshot } from './snapshot.ts'
import type { VirtualSwitch } from './switch.ts'

export interface Member {
  readonly spec: LabMachineSpec
  readonly node: LabNode
  readonly machine: Machine
  readonly macs: readonly string[]
  readonly hostKey: KeyPair
  readonly bmc: Bmc | undefined
}

/** What all machines of a lab have in common. */
export interface Ground {
  readonly options: LabOptions
  readonly directory: string
  readonly snapshot: Snapshot
  readonly network: VirtualSwitch
  readonly loginKey: KeyPair
  readonly tls: TlsIdentity
  /** The lab's part of the hardware addresses. */
  readonly seed: number
  readonly record: (event: Omit<LabEvent, 'at'>) => void
  /** Called at every change of a machine's process. */
  readonly remember: () => void
}

const bmcUser = 'holdfast'

export const bmcAddress = (options: LabOptions, name: NodeName): string =>
  management.bmc(options.machines.findIndex(machine => machine.name === name))

const bmcSocket = (directory: string, name: NodeName): string => join(directory, `${name}.bmc`)

/** Below the range from which the system gives ports to clients, so that a machine's port is still free after a power-off. */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    if (taken.has(port)) continue
    const isFree = await new Promise<boolean>(resolve => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}

function filesOf({ directory, snapshot }: Ground, name: NodeName): MachineFiles {
  const at = (suffix: string): string => join(directory, `${name}.${suffix}`)
  return {
    isThrowaway: true,
    kernel: snapshot.image.kernel,
    initrd: snapshot.image.initrd,
    rootDisk: at('root.qcow2'),
    disks: Array.from({ length: snapshot.hardware.disks }, (_, i) => at(`disk${i}.qcow2`)),
    console: at('console.log'),
    qmp: at('qmp'),
    identity: at('id'),
  }
}

async function createDisks(ground: Ground, files: MachineFiles): Promise<Result<void, LabFailure>> {
  const made = await Promise.all([
    createDisk(files.rootDisk, undefined, { file: ground.snapshot.disk, format: 'qcow2' }),
    ...files.disks.map(disk => createDisk(disk, goldenDiskSize)),
  ])
  return made.find(each => !each.ok) ?? ok(undefined)
}

/** Every machine reaches every BMC: the nodes to fence each other, the client as an administrator would. */
function wiringOf(ground: Ground, spec: LabMachineSpec, sshPort: number, macs: readonly string[]): MachineWiring {
  const { directory, options, network } = ground
  return {
    sshPort,
    macs,
    switchSockets: spec.plugs.map(plug => network.socketPath(spec.name, plug.network)),
    bmcs: options.machines
      .filter(each => each.hasBmc)
      .map(each => ({ ip: bmcAddress(options, each.name), socket: bmcSocket(directory, each.name) })),
  }
}

async function createBmc(ground: Ground, name: NodeName, machine: Machine, secret: string): Promise<Bmc> {
  return startBmc({
    name,
    socket: bmcSocket(ground.directory, name),
    user: bmcUser,
    password: await passwordFile(secret),
    ...ground.tls,
    machine,
    onRequest: what => ground.record({ kind: 'bmc', node: name, what }),
  })
}

export async function createMember(
  ground: Ground,
  spec: LabMachineSpec,
  index: number,
  sshPort: number,
): Promise<Result<Member, LabFailure>> {
  const { directory, snapshot, options } = ground
  const { name } = spec
  const files = filesOf(ground, name)
  const hostKey = await sshKey(join(directory, `${name}.hostkey`))
  if (!hostKey.ok) return hostKey
  const disks = await createDisks(ground, files)
  if (!disks.ok) return disks
  const macs = Array.from({ length: snapshot.hardware.cards + 1 }, (_, card) =>
    macAddress(ground.seed, index + 1, card),
  )
  const machine = createMachine({
    name,
    hardware: snapshot.hardware,
    files,
    wiring: wiringOf(ground, spec, sshPort, macs),
    snapshotDirectory: snapshot.directory,
    logFile: join(directory, `${name}.qemu.log`),
    onChange: (power, why) => {
      ground.record({ kind: 'machine', node: name, what: `${power}: ${why}` })
      ground.remember()
    },
  })
  const secret = join(directory, `${name}.bmc-password`)
  const bmc = spec.hasBmc ? await createBmc(ground, name, machine, secret) : undefined
  const node: LabNode = {
    name,
    ssh: {
      host: '127.0.0.1',
      port: sshPort,
      user: 'root',
      identityFile: ground.loginKey.privateFile,
      knownHostsFile: join(directory, 'known_hosts'),
      configFile: join(directory, 'ssh_config'),
    },
    ...(bmc ? { bmc: { ip: bmcAddress(options, name), port: 443, user: bmcUser, passwordFile: secret } } : {}),
    plugs: spec.plugs,
    disks: spec.disks.map((disk, i) => ({ ...disk, device: deviceOf(i) })),
    consoleFile: files.console,
  }
  return ok({ spec, node, machine, macs, hostKey: hostKey.value, bmc })
}

/** From the snapshot to a machine of its own. `client` gives the others the time. */
export async function wakeMember(
  ground: Ground,
  member: Member,
  client: LabMachineSpec,
): Promise<Result<void, LabFailure>> {
  const { machine, spec } = member
  const woken = await machine.wake()
  if (!woken.ok) return woken
  for (const [index, { size }] of spec.disks.entries()) {
    const resized = await machine.resizeDisk(index, size)
    if (!resized.ok) return resized
  }
  const identity = {
    name: spec.name,
    plugs: spec.plugs,
    disks: spec.disks,
    macs: member.macs,
    hostKey: member.hostKey,
    authorizedKey: ground.loginKey.public,
    bmcCertificate: ground.tls.certificate,
    timeServers: spec === client ? undefined : client.plugs.map(plug => plug.address.split('/')[0] ?? ''),
  }
  return machine.identify(() => identityLine(identity, Date.now()))
}
