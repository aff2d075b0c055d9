// Starts a lab in this process: switch, BMCs and machines, and the control socket by which other processes reach them.
// Everything begins here and ends here; what the kernel does not end with this process is recorded in `state.json`.
import { randomInt } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { found } from '../../core/base/assert.ts'
import { prng } from '../../core/base/prng.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { instant } from '../../core/base/units.ts'
import type { Lab, LabEvent, LabFailure, LabOptions } from './contract.ts'
import { serveControl } from './control.ts'
import { sshKey, tlsIdentity } from './credentials.ts'
import { holder } from './holder.ts'
import { imageFor } from './image.ts'
import { accelerator } from './kvm.ts'
import { bmcAddress, createMember, freePort, type Ground, type Member, wakeMember } from './member.ts'
import { checkSocketPath, labDirectory, makePrivate } from './paths.ts'
import { missingTools } from './prerequisites.ts'
import { type Report, reporter } from './progress.ts'
import { defaultHardware, type Hardware } from './qemu.ts'
import { type Snapshot, snapshotFor } from './snapshot.ts'
import { writeSshFiles } from './ssh-files.ts'
import { cleanUp, readState, writeState } from './state.ts'
import { startSwitch } from './switch.ts'

function hardwareFor(options: LabOptions, kind: Hardware['accelerator']): Hardware {
  const least = defaultHardware(kind)
  return {
    ...least,
    cards: Math.max(least.cards, ...options.machines.map(machine => machine.plugs.length)),
    disks: Math.max(least.disks, ...options.machines.map(machine => machine.disks.length)),
  }
}

/** What may be refused before anything is begun. */
function mayStart(options: LabOptions, directory: string): Result<void, LabFailure> {
  const tools = missingTools('run')
  if (tools.length > 0) return fail({ kind: 'missing-tools', tools })
  const sockets = options.machines.flatMap(each => each.plugs.map(plug => `${each.name}.${plug.network}.net`))
  const longest = sockets.toSorted((a, b) => b.length - a.length)[0]
  const fits = checkSocketPath(join(directory, longest ?? 'control'))
  if (!fits.ok) return fits
  return readState(directory)?.isRunning ? fail({ kind: 'already-running', directory }) : ok(undefined)
}

async function frozenMachine(options: LabOptions, report: Report): Promise<Result<Snapshot, LabFailure>> {
  const image = await imageFor(options.image, report)
  if (!image.ok) return image
  const kind = await accelerator(image.value, report)
  return snapshotFor(image.value, hardwareFor(options, kind), report)
}

export async function startLab(options: LabOptions): Promise<Result<Lab, LabFailure>> {
  const directory = labDirectory(options.clusterName)
  const allowed = mayStart(options, directory)
  if (!allowed.ok) return allowed
  await cleanUp(directory)
  const progress = reporter(options.onProgress)
  const snapshot = await frozenMachine(options, progress.report)
  if (!snapshot.ok) return snapshot
  const how = snapshot.value.hardware.accelerator === 'kvm' ? 'KVM' : 'emulated: there is no KVM that works'
  progress.report(`waking ${options.machines.length} machines (${how})`)
  await using stack = new AsyncDisposableStack()
  makePrivate(directory)
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const lab = await assemble(options, directory, snapshot.value, stack)
  progress.end()
  // What was built outlives this function only if all of it stands.
  if (lab.ok) lab.value.own(stack.move())
  return lab.ok ? ok(lab.value.lab) : lab
}

interface Assembled {
  readonly lab: Lab
  own(stack: AsyncDisposableStack): void
}

async function assemble(
  options: LabOptions,
  directory: string,
  snapshot: Snapshot,
  stack: AsyncDisposableStack,
): Promise<Result<Assembled, LabFailure>> {
  const events: LabEvent[] = []
  const members: Member[] = []
  const remember = (): void =>
    writeState(
      directory,
      members.map(each => each.machine.process()),
    )
  remember()
  const loginKey = await sshKey(join(directory, 'id'))
  if (!loginKey.ok) return loginKey
  const addresses = options.machines.map(machine => bmcAddress(options, machine.name))
  const tls = await tlsIdentity(directory, addresses)
  if (!tls.ok) return tls
  const seed = randomInt(2 ** 24)
  const plugs = options.machines.flatMap(({ name, plugs }) => plugs.map(({ network }) => ({ machine: name, network })))
  const network = stack.use(await startSwitch({ directory, plugs, random: prng(seed) }))
  const ground: Ground = {
    options,
    directory,
    snapshot,
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
  const ports = new Set<number>()
  for (const [index, spec] of options.machines.entries()) {
    const port = await freePort(ports)
    ports.add(port)
    const member = await createMember(ground, spec, index, port)
    if (!member.ok) return member
    members.push(member.value)
    stack.defer(async () => {
      await member.value.machine.act('off')
      await member.value.bmc?.[Symbol.asyncDispose]()
    })
  }
  await writeSshFiles(directory, members)
  const client = found(
    options.machines.find(machine => machine.name === options.client),
    'the client among the machines',
  )
  const woken = await Promise.all(members.map(member => wakeMember(ground, member, client)))
  const asleep = woken.find(each => !each.ok)
  if (asleep && !asleep.ok) return asleep
  const assembled = holder(ground, members, events)
  stack.use(await serveControl(join(directory, 'control'), assembled.lab))
  return ok(assembled)
}
