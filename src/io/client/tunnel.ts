// A way through the lab's client machine: a private unix socket here, whose connections are made by that machine's own
// kernel to the service address, with its own ARP and TCP. It ends with this program, because ssh does when its standard
// input is closed.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail, ok, type Result } from '../../core/base/result.ts'

export interface TunnelTarget {
  /** The ssh_config that knows the machine, and its name in it. */
  readonly configFile: string
  readonly machine: string
  readonly address: string
  readonly port: number
}

export interface Tunnel extends AsyncDisposable {
  /** 0700; holds one socket named as libpq expects it: `.s.PGSQL.<port>`. */
  readonly folder: string
  readonly socket: string
}

export async function openTunnel(target: TunnelTarget): Promise<Result<Tunnel, { readonly detail: string }>> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tunnel-'))
  const socket = join(folder, `.s.PGSQL.${target.port}`)
  const options = ['ExitOnForwardFailure=yes', 'ServerAliveInterval=15', 'ControlMaster=no', 'ControlPath=none']
  const child = spawn(
    'ssh',
    [
      ...['-F', target.configFile, ...options.flatMap(option => ['-o', option])],
      ...['-L', `${socket}:${target.address}:${target.port}`, '--', target.machine],
      // The remote half ends when our standard input does; its first line says that the forward is there.
      'echo ready; exec cat >/dev/null',
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  let complaint = ''
  child.stderr.on('data', chunk => {
    complaint = (complaint + chunk).slice(-2_000)
  })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const ready = await Promise.race([
    new Promise<boolean>(resolve => child.stdout.once('data', () => resolve(true))),
    ended.then(() => false),
  ])
  const close = async (): Promise<void> => {
    child.stdin.destroy()
    child.kill()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  if (ready) return ok({ folder, socket, [Symbol.asyncDispose]: close })
  await close()
  return fail({ detail: complaint.trim() || 'ssh ended before the way was open' })
}
