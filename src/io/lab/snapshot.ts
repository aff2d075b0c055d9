// The golden machine: booted once from the image, frozen when it waits for its identity. Every machine of every lab
// wakes from this state on a disk overlay of its own, which takes a second where a boot takes half a minute. The state is
// tied to the exact image, hardware and QEMU; the cache keeps one for each.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, ok, type Result } from '../../core/base/result.ts'
import type { Bytes } from '../../core/base/units.ts'
import { intoCache } from './cache.ts'
import type { LabFailure } from './contract.ts'
import { type Image, imageName } from './image.ts'
import { createMachine } from './machine.ts'
import { cacheDirectory, makePrivate } from './paths.ts'
import { run } from './processes.ts'
import type { Report } from './progress.ts'
import { goldenDiskSize, type Hardware, type MachineFiles, macAddress, qemuCommand } from './qemu.ts'

export interface Snapshot {
  readonly directory: string
  readonly image: Image
  readonly hardware: Hardware
  /** What the root disk of each clone lies on. */
  readonly disk: string
}

const rootDisk = 'golden.qcow2'

const files = (image: Image, hardware: Hardware, directory: string): MachineFiles => ({
  isThrowaway: false,
  kernel: image.kernel,
  initrd: image.initrd,
  rootDisk: join(directory, rootDisk),
  disks: Array.from({ length: hardware.disks }, (_, i) => join(directory, `disk${i}.qcow2`)),
  console: join(directory, 'console.log'),
  qmp: join(directory, 'qmp'),
  identity: join(directory, 'id'),
})

const goldenWiring = (hardware: Hardware) => ({
  switchSockets: [],
  macs: Array.from({ length: hardware.cards + 1 }, (_, card) => macAddress(0, 0, card)),
  bmcs: [],
})

export async function createDisk(
  file: string,
  size: Bytes | undefined,
  backing?: { readonly file: string; readonly format: 'raw' | 'qcow2' },
): Promise<Result<void, LabFailure>> {
  const base = backing ? ['-b', backing.file, '-F', backing.format] : []
  const done = await run(['qemu-img', 'create', '-q', '-f', 'qcow2', ...base, file, ...(size ? [String(size)] : [])])
  if (done.exitCode === 0) return ok(undefined)
  return fail({ kind: 'refused', what: `qemu-img create ${file}: ${done.lines.join(' ')}` })
}

async function freezeGolden(image: Image, hardware: Hardware, directory: string): Promise<Result<void, LabFailure>> {
  const its = files(image, hardware, directory)
  const disks = [
    createDisk(its.rootDisk, undefined, { file: image.disk, format: 'raw' }),
    ...its.disks.map(disk => createDisk(disk, goldenDiskSize)),
  ]
  for (const disk of await Promise.all(disks)) if (!disk.ok) return disk
  const machine = createMachine({
    name: 'golden',
    hardware,
    files: its,
    wiring: goldenWiring(hardware),
    snapshotDirectory: directory,
    logFile: join(directory, 'qemu.log'),
  })
  for (const step of [machine.boot, machine.ready, machine.freeze]) {
    const done = await step()
    if (done.ok) continue
    await machine.act('off')
    return done
  }
  for (const leftover of [...its.disks, its.qmp, its.identity]) await rm(leftover, { force: true })
  return ok(undefined)
}

async function keyOf(image: Image, hardware: Hardware): Promise<string> {
  const version = await run(['qemu-system-x86_64', '--version'])
  const command = qemuCommand(hardware, files(image, hardware, '/'), goldenWiring(hardware), false)
  const parts = [image.recipe.hash, version.lines[0], goldenDiskSize, command.join('\n')]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}

/** The snapshot from the cache, or a new one. */
export async function snapshotFor(
  image: Image,
  hardware: Hardware,
  report: Report,
): Promise<Result<Snapshot, LabFailure>> {
  const snapshots = join(cacheDirectory(), 'snapshots')
  const directory = join(snapshots, `${image.recipe.image}-${await keyOf(image, hardware)}`)
  const snapshot = { directory, image, hardware, disk: join(directory, rootDisk) }
  if (existsSync(directory)) return ok(snapshot)
  report(`booting a ${imageName[image.recipe.image]} machine, once, to freeze it (${hardware.accelerator})`)
  makePrivate(snapshots)
  const frozen = await intoCache(directory, building => freezeGolden(image, hardware, building))
  return frozen.ok ? ok(snapshot) : frozen
}
