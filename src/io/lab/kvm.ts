// KVM is used only where it works: a /dev/kvm that exists may still hang every guest. Proven once by a real boot of the
// lab's own kernel that must say a word within its time; the answer is remembered until kernel or QEMU changes.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import type { Image } from './image.ts'
import { cacheDirectory, makePrivate } from './paths.ts'
import { run } from './processes.ts'
import type { Report } from './progress.ts'

const probeLimitMs = 12_000
/** What guest/init.sh prints when the kernel line holds `holdfast.probe`. */
const answer = 'holdfast-probe-answers'

function mayUse(): boolean {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

function bootsWithKvm(image: Image): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', '-machine', 'q35', '-accel', 'kvm', '-cpu', 'host'],
        ...['-m', '256', '-display', 'none', '-nodefaults', '-no-user-config', '-no-reboot', '-serial', 'stdio'],
        ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', 'console=ttyS0 holdfast.probe'],
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    let heard = ''
    const end = (works: boolean): void => {
      clearTimeout(limit)
      child.kill('SIGKILL')
      child.stdout.destroy()
      child.unref()
      resolve(works)
    }
    const limit = setTimeout(() => end(false), probeLimitMs)
    child.stdout.on('data', chunk => {
      heard += String(chunk)
      if (heard.includes(answer)) end(true)
    })
    child.once('error', () => end(false))
    child.once('exit', () => end(heard.includes(answer)))
  })
}

export async function accelerator(image: Image, report: Report): Promise<'kvm' | 'tcg'> {
  if (!mayUse()) return 'tcg'
  const version = (await run(['qemu-system-x86_64', '--version'])).lines[0]
  const key = createHash('sha256').update(`${release()}|${version}`).digest('hex').slice(0, 16)
  const memory = join(cacheDirectory(), `kvm-${key}`)
  if (existsSync(memory)) return readFileSync(memory, 'utf8').trim() === 'kvm' ? 'kvm' : 'tcg'
  report('trying out KVM with a real boot, once (at most 12 s)')
  const chosen = (await bootsWithKvm(image)) ? 'kvm' : 'tcg'
  makePrivate(cacheDirectory())
  writeFileSync(memory, `${chosen}\n`)
  return chosen
}
