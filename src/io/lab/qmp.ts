// The QEMU Machine Protocol: JSON lines over a unix socket, one answer per command, events in between.
// Source: QEMU "QMP specification".
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Qmp {
  /** Resolves with the `return` value; rejects with QEMU's own description, or when the machine is gone. */
  execute(command: string, arguments_?: Readonly<Record<string, unknown>>): Promise<unknown>
  close(): void
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Waits until somebody listens at the path; `isAlive` tells whether it is still worth waiting. */
export async function connectUnix(path: string, isAlive: () => boolean): Promise<Socket | undefined> {
  while (isAlive()) {
    const socket = await new Promise<Socket | undefined>(resolve => {
      const attempt = connect(path)
      attempt.once('connect', () => resolve(attempt))
      attempt.once('error', () => resolve(undefined))
    })
    if (socket) return socket
    await sleep(20)
  }
  return undefined
}

export async function openQmp(path: string, isAlive: () => boolean): Promise<Qmp | undefined> {
  const socket = await connectUnix(path, isAlive)
  if (!socket) return undefined
  const waiting: { resolve(value: unknown): void; reject(why: Error): void }[] = []
  const answered = (message: unknown): void => {
    if (!isRecord(message)) return
    if ('return' in message) waiting.shift()?.resolve(message['return'])
    if (isRecord(message['error'])) waiting.shift()?.reject(new Error(String(message['error']['desc'])))
  }
  const gone = (): void => {
    for (const each of waiting.splice(0)) each.reject(new Error('the machine is gone'))
  }
  // An Interface tells the socket's errors a second time.
  createInterface({ input: socket })
    .on('line', line => answered(JSON.parse(line)))
    .on('error', gone)
  socket.on('error', gone)
  socket.on('close', gone)
  const execute = (command: string, arguments_?: Readonly<Record<string, unknown>>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('the machine is gone'))
      waiting.push({ resolve, reject })
      socket.write(`${JSON.stringify({ execute: command, ...(arguments_ ? { arguments: arguments_ } : {}) })}\n`)
    })
  await execute('qmp_capabilities')
  return { execute, close: () => socket.destroy() }
}
