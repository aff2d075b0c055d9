// The lab's virtual switch, and every link fault. Each machine's network card is a QEMU `-netdev stream` that connects to
// a unix socket of its own and speaks frames with a four-byte length before each (big endian). The switch learns
// addresses as a real one does, and asks the table of faults before it hands a frame on. No root, no traffic on the host.
// Source: QEMU "Networking", -netdev stream; frame format: net/stream documentation of the socket netdev.
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers'
import { assert } from '../../core/base/assert.ts'
import type { Prng } from '../../core/base/prng.ts'
import type { NodeName } from '../../core/base/units.ts'
import type { LinkFault, Path } from './contract.ts'

export interface SwitchOptions {
  /** A private folder; its path must leave room for the names of sockets (108 bytes in all). */
  readonly directory: string
  readonly plugs: readonly { readonly machine: NodeName; readonly network: string }[]
  readonly random: Prng
}

export interface VirtualSwitch extends AsyncDisposable {
  readonly networks: readonly string[]
  /** Where the card of a machine connects to. */
  socketPath(machine: NodeName, network: string): string
  setFault(path: Path, fault: LinkFault): void
  clearFault(path: Path): void
  clearAllFaults(): void
  faults(): readonly (Path & { readonly network: string; readonly fault: LinkFault })[]
}

/** What may wait for a machine that does not read (paused, or slower than its peer): as much as a real switch port has. */
const portBufferBytes = 1_048_576
const headerBytes = 4
const broadcastBit = 0x01

interface Port {
  readonly machine: NodeName
  readonly network: string
  readonly path: string
  readonly server: Server
  socket: Socket | undefined
  /** The beginning of a frame whose rest has not arrived. */
  partial: Buffer
}

/** Cuts a byte stream into frames, each with its length header still before it, and the unfinished rest. */
export function cutFrames(stream: Buffer): { readonly frames: readonly Buffer[]; readonly rest: Buffer } {
  const frames: Buffer[] = []
  let at = 0
  while (stream.length - at >= headerBytes) {
    const end = at + headerBytes + stream.readUInt32BE(at)
    if (end > stream.length) break
    frames.push(stream.subarray(at, end))
    at = end
  }
  return { frames, rest: stream.subarray(at) }
}

const destinationOf = (frame: Buffer): number => frame.readUIntBE(headerBytes, 6)
const sourceOf = (frame: Buffer): number => frame.readUIntBE(headerBytes + 6, 6)
const isForMany = (frame: Buffer): boolean => ((frame[headerBytes] ?? 0) & broadcastBit) !== 0
const isWhole = (frame: Buffer): boolean => frame.length >= headerBytes + 14

function deliver(port: Port, frames: readonly Buffer[]): void {
  const socket = port.socket
  if (!socket || socket.writableLength > portBufferBytes) return
  socket.cork()
  for (const frame of frames) socket.write(frame)
  socket.uncork()
}

const keyOf = (network: string, from: NodeName, to: NodeName): string => `${network}|${from}|${to}`

export async function startSwitch(options: SwitchOptions): Promise<VirtualSwitch> {
  const networks = [...new Set(options.plugs.map(plug => plug.network))]
  const faults = new Map<string, Path & { network: string; fault: LinkFault }>()
  const learned = new Map<string, Map<number, Port>>(networks.map(network => [network, new Map()]))
  const ports: Port[] = []

  const pass = (from: Port, to: Port, frames: readonly Buffer[]): void => {
    const fault = faults.get(keyOf(from.network, from.machine, to.machine))?.fault
    switch (fault?.kind) {
      case undefined:
        deliver(to, frames)
        break
      case 'cut':
        break
      case 'loss': {
        const lucky = frames.filter(() => !options.random.chance(fault.percent / 100))
        deliver(to, lucky)
        break
      }
      case 'delay': {
        const wait = fault.delay + fault.jitter * options.random.next()
        setTimeout(() => deliver(to, frames), wait).unref()
        break
      }
      default:
        fault satisfies never
    }
  }

  const forward = (from: Port, frames: readonly Buffer[]): void => {
    const table = learned.get(from.network)
    assert(table, `a network of the switch: ${from.network}`)
    const others = ports.filter(port => port !== from && port.network === from.network)
    const batches = new Map<Port, Buffer[]>()
    for (const frame of frames.filter(isWhole)) {
      table.set(sourceOf(frame), from)
      const known = isForMany(frame) ? undefined : table.get(destinationOf(frame))
      for (const to of known ? [known] : others) {
        if (to === from) continue
        const batch = batches.get(to)
        if (batch) batch.push(frame)
        else batches.set(to, [frame])
      }
    }
    for (const [to, batch] of batches) pass(from, to, batch)
  }

  const attach = (port: Port, socket: Socket): void => {
    port.socket?.destroy()
    port.socket = socket
    port.partial = Buffer.alloc(0)
    socket.on('data', chunk => {
      const stream = port.partial.length > 0 ? Buffer.concat([port.partial, chunk]) : chunk
      const { frames, rest } = cutFrames(stream)
      port.partial = rest
      forward(port, frames)
    })
    // A machine that loses its power drops its connection; the port waits for the next one.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (port.socket === socket) port.socket = undefined
    })
  }

  for (const plug of options.plugs) {
    const path = join(options.directory, `${plug.machine}.${plug.network}.net`)
    const server = createServer()
    const port: Port = { ...plug, path, server, socket: undefined, partial: Buffer.alloc(0) }
    server.on('connection', socket => attach(port, socket))
    ports.push(port)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  }

  const onEach = (path: Path, act: (network: string, key: string) => void): void => {
    for (const network of path.network ? [path.network] : networks) act(network, keyOf(network, path.from, path.to))
  }
  return {
    networks,
    socketPath: (machine, network) => {
      const port = ports.find(each => each.machine === machine && each.network === network)
      assert(port, `a plug of the switch: ${machine} on ${network}`)
      return port.path
    },
    setFault: (path, fault) =>
      onEach(path, (network, key) => faults.set(key, { from: path.from, to: path.to, network, fault })),
    clearFault: path => onEach(path, (_, key) => faults.delete(key)),
    clearAllFaults: () => faults.clear(),
    faults: () => [...faults.values()],
    [Symbol.asyncDispose]: async () => {
      for (const port of ports) {
        port.socket?.destroy()
        await new Promise(resolve => port.server.close(resolve))
      }
    },
  }
}
