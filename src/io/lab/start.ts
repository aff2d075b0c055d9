// Starts a lab in this process: switch, BMCs and machines, and the control socket by which other processes reach them.
// Everything begins here and ends here; what the kernel does not end with this process is recorded in `state.json`.
import { randomInt } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { assert } from '../../core/base/assert.ts'
import { prng } from '../../core/base/prng.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { instant, type NodeName } from '../../core/base/units.ts'
import type { Lab, LabEvent, LabFailure, LabMachineSpec, LabNode, LabOptions, LabStatus } from './contract.ts'
import { serveControl } from './control.ts'
import { type KeyPair, passwordFile, sshKey, type TlsIdentity, tlsIdentity } from './credentials.ts'
import { deviceOf, identityLine } from './identity.ts'
import { imageFor } from './image.ts'
import { accelerator } from './kvm.ts'
import { createMachine, type Machine } from './machine.ts'
import { networkFaults } from './network.ts'
import { checkSocketPath, labDirectory, makePrivate } from './paths.ts'
import { type Bmc, startBmc } from './power.ts'
import { missingTools } from './prerequisites.ts'
import { reporter } from './progress.ts'
import { defaultHardware, goldenDiskSize, type Hardware, type MachineFiles, macAddress, management } from './qemu.ts'
import { createDisk, type Snapshot, snapshotFor } from './snapshot.ts'
import { cleanUp, readState, writeState } from './state.ts'
import { startSwitch, type VirtualSwitch } from './switch.ts'

/** What belongs to one machine of a running lab. */
interface Member {
  readonly spec: LabMachineSpec
  readonly node: LabNode
  readonly machine: Machine
  readonly macs: readonly string[]
  readonly hostKey: KeyPair
  readonly bmc: Bmc | undefined
}

interface Ground {
  readonly options: LabOptions
  readonly directory: string
  readonly snapshot: Snapshot
  readonly network: VirtualSwitch
  readonly loginKey: KeyPair
  readonly tls: TlsIdentity
  readonly seed: number
  readonly record: (event: Omit<LabEvent, 'at'>) => void
  readonly remember: () => void
}

/** Below the range from which the system gives ports to clients, so that a machine's port is still free after a power-off. */
async function freePort(taken: ReadonlySet<number>): Promise<number> {
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

const bmcAddress = (options: LabOptions, name: NodeName): string =>
  management.bmc(options.machines.findIndex(machine => machine.name === name))

const bmcSocket = (directory: string, name: NodeName): string => join(directory, `${name}.bmc`)

function hardwareFor(options: LabOptions, kind: Hardware['accelerator']): Hardware {
  const least = defaultHardware(kind)
  return {
    ...least,
    cards: Math.max(least.cards, ...options.machines.map(machine => machine.plugs.length)),
    disks: Math.max(least.disks, ...options.machines.map(machine => machine.disks.length)),
  }
}

async function createDisks(ground: Ground, files: MachineFiles): Promise<Result<void, LabFailure>> {
  const made = await Promise.all([
    createDisk(files.rootDisk, undefined, { file: ground.snapshot.disk, format: 'qcow2' }),
    ...files.disks.map(disk => createDisk(disk, goldenDiskSize)),
  ])
  return made.find(each => !each.ok) ?? ok(undefined)
}

function filesOf(ground: Ground, name: NodeName): MachineFiles {
  const at = (suffix: string): string => join(ground.directory, `${name}.${suffix}`)
  const { image, hardware } = ground.snapshot
  return {
    kernel: image.kernel,
    initrd: image.initrd,
    rootDisk: at('root.qcow2'),
    disks: Array.from({ length: hardware.disks }, (_, i) => at(`disk${i}.qcow2`)),
    console: at('console.log'),
    qmp: at('qmp'),
    identity: at('id'),
  }
}

async function createMember(
  ground: Ground,
  spec: LabMachineSpec,
  index: number,
  sshPort: number,
): Promise<Result<Member, LabFailure>> {
  const { directory, snapshot, options } = ground
  const files = filesOf(ground, spec.name)
  const hostKey = await sshKey(join(directory, `${spec.name}.hostkey`))
  if (!hostKey.ok) return hostKey
  const disks = await createDisks(ground, files)
  if (!disks.ok) return disks
  const macs = Array.from({ length: snapshot.hardware.cards + 1 }, (_, card) =>
    macAddress(ground.seed, index + 1, card),
  )
  const machine = createMachine({
    name: spec.name,
    hardware: snapshot.hardware,
    files,
    wiring: {
      sshPort,
      macs,
      switchSockets: spec.plugs.map(plug => ground.network.socketPath(spec.name, plug.network)),
      bmcs:
        spec.hasBmc || spec.name === options.client
          ? options.machines
              .filter(each => each.hasBmc)
              .map(each => ({ ip: bmcAddress(options, each.name), socket: bmcSocket(directory, each.name) }))
          : [],
    },
    snapshotDirectory: snapshot.directory,
    logFile: join(directory, `${spec.name}.qemu.log`),
    onChange: (power, why) => {
      ground.record({ kind: 'machine', node: spec.name, what: `${power}: ${why}` })
      ground.remember()
    },
  })
  const secret = join(directory, `${spec.name}.bmc-password`)
  const bmc = spec.hasBmc
    ? await startBmc({
        name: spec.name,
        socket: bmcSocket(directory, spec.name),
        user: 'holdfast',
        password: await passwordFile(secret),
        ...ground.tls,
        machine,
        onRequest: what => ground.record({ kind: 'bmc', node: spec.name, what }),
      })
    : undefined
  const node: LabNode = {
    name: spec.name,
    ssh: {
      host: '127.0.0.1',
      port: sshPort,
      user: 'root',
      identityFile: ground.loginKey.privateFile,
      knownHostsFile: join(directory, 'known_hosts'),
      configFile: join(directory, 'ssh_config'),
    },
    ...(bmc ? { bmc: { ip: bmcAddress(options, spec.name), port: 443, user: 'holdfast', passwordFile: secret } } : {}),
    plugs: spec.plugs,
    disks: spec.disks.map((disk, i) => ({ ...disk, device: deviceOf(i) })),
    consoleFile: files.console,
  }
  return ok({ spec, node, machine, macs, hostKey: hostKey.value, bmc })
}

async function wake(ground: Ground, member: Member, client: LabMachineSpec): Promise<Result<void, LabFailure>> {
  const { machine, spec } = member
  const woken = await machine.wake()
  if (!woken.ok) return woken
  for (const [index, { size }] of spec.disks.entries()) {
    const resized = await machine.resizeDisk(index, size)
    if (!resized.ok) return resized
  }
  const isClient = spec === client
  const line = identityLine(
    {
      name: spec.name,
      plugs: spec.plugs,
      disks: spec.disks,
      macs: member.macs,
      hostKey: member.hostKey,
      authorizedKey: ground.loginKey.public,
      bmcCertificate: ground.tls.certificate,
      timeServers: isClient ? undefined : client.plugs.map(plug => plug.address.split('/')[0] ?? ''),
    },
    Date.now(),
  )
  return machine.identify(line)
}

async function writeSshFiles(directory: string, members: readonly Member[]): Promise<void> {
  const hosts = members.map(({ node, hostKey }) => `[127.0.0.1]:${node.ssh.port} ${hostKey.public}\n`)
  const config = members.map(({ node: { name, ssh } }) =>
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
    ].join('\n'),
  )
  await writeFile(join(directory, 'known_hosts'), hosts.join(''), { mode: 0o600 })
  await writeFile(join(directory, 'ssh_config'), config.join('\n'), { mode: 0o600 })
}

const unknownMachine = (name: string, members: readonly Member[]): Result<never, LabFailure> =>
  fail({ kind: 'no-such-machine', name, known: members.map(member => member.spec.name) })

export async function startLab(options: LabOptions): Promise<Result<Lab, LabFailure>> {
  const tools = missingTools('run')
  if (tools.length > 0) return fail({ kind: 'missing-tools', tools })
  const directory = labDirectory(options.clusterName)
  const longest = [...options.machines]
    .map(machine => `${machine.name}.management.net`)
    .sort((a, b) => b.length - a.length)
  const fits = checkSocketPath(join(directory, longest[0] ?? ''))
  if (!fits.ok) return fits
  if (readState(directory)?.isRunning) return fail({ kind: 'already-running', directory })
  await cleanUp(directory)

  const progress = reporter(options.onProgress)
  const { report } = progress
  const image = await imageFor(options.image, report)
  if (!image.ok) return image
  const kind = await accelerator(image.value, report)
  const snapshot = await snapshotFor(image.value, hardwareFor(options, kind), report)
  if (!snapshot.ok) return snapshot

  report(`waking ${options.machines.length} machines (${kind})`)
  makePrivate(directory)
  const stack = new AsyncDisposableStack()
  const since = instant(Date.now())
  const events: LabEvent[] = []
  const members: Member[] = []
  const remember = (): void =>
    writeState(
      directory,
      members.map(each => each.machine.process()),
    )
  remember()
  stack.defer(() => rm(directory, { recursive: true, force: true }))

  const loginKey = await sshKey(join(directory, 'id'))
  const tls = await tlsIdentity(
    directory,
    options.machines.map(machine => bmcAddress(options, machine.name)),
  )
  if (!loginKey.ok) return loginKey
  if (!tls.ok) return tls
  const seed = randomInt(2 ** 24)
  const network = await startSwitch({
    directory,
    plugs: options.machines.flatMap(machine =>
      machine.plugs.map(plug => ({ machine: machine.name, network: plug.network })),
    ),
    random: prng(seed),
  })
  stack.use(network)
  const ground: Ground = {
    options,
    directory,
    snapshot: snapshot.value,
    network,
    loginKey: loginKey.value,
    tls: tls.value,
    seed,
    record: event => {
      events.push({ at: instant(Date.now()), ...event })
      if (events.length > 1_000) events.splice(0, 500)
    },
    remember,
  }
  const abandon = async (failed: Result<never, LabFailure>): Promise<Result<never, LabFailure>> => {
    await stack.disposeAsync()
    progress.end()
    return failed
  }
  const ports = new Set<number>()
  for (const [index, spec] of options.machines.entries()) {
    const port = await freePort(ports)
    ports.add(port)
    const member = await createMember(ground, spec, index, port)
    if (!member.ok) return abandon(member)
    members.push(member.value)
    stack.defer(async () => {
      await member.value.machine.act('off')
      await member.value.bmc?.[Symbol.asyncDispose]()
    })
  }
  await writeSshFiles(directory, members)
  const client = members.find(member => member.spec.name === options.client)
  assert(client, 'the client is one of the machines')
  const woken = await Promise.all(members.map(member => wake(ground, member, client.spec)))
  const asleep = woken.find(each => !each.ok)
  if (asleep && !asleep.ok) return abandon(asleep)

  const findMember = (name: string): Member | undefined => members.find(each => each.spec.name === name)
  const status = (): LabStatus => ({
    clusterName: options.clusterName,
    image: options.image,
    accelerator: kind,
    since,
    pid: process.pid,
    machines: members.map(({ spec, machine, bmc }) => {
      const pid = machine.process()?.pid
      return { name: spec.name, power: machine.power(), bmcFault: bmc?.fault() ?? {}, ...(pid ? { pid } : {}) }
    }),
    faults: network.faults(),
    events,
  })
  const down = async (): Promise<Result<void, LabFailure>> => {
    await stack.disposeAsync()
    return ok(undefined)
  }
  const lab: Lab = {
    clusterName: options.clusterName,
    directory,
    nodes: new Map(members.filter(each => each !== client).map(each => [each.spec.name, each.node])),
    client: client.node,
    network: networkFaults(
      network,
      members.map(each => each.spec.name),
      ground.record,
    ),
    power: async (name, action) => {
      const member = findMember(name)
      if (!member) return unknownMachine(name, members)
      ground.record({ kind: 'power', node: name, what: action })
      return member.machine.act(action)
    },
    bmcFault: async (name, fault) => {
      const bmc = findMember(name)?.bmc
      if (!bmc)
        return unknownMachine(
          name,
          members.filter(each => each.bmc),
        )
      bmc.setFault(fault)
      ground.record({ kind: 'bmc', node: name, what: `fault: ${JSON.stringify(fault)}` })
      return ok(undefined)
    },
    status: async () => ok(status()),
    down,
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync()
    },
  }
  stack.use(await serveControl(join(directory, 'control'), lab))
  remember()
  progress.end()
  return ok(lab)
}
