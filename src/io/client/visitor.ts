// The door to a service that keeps no data: every "row" is a request on a connection of its own, as browsers come to a load
// balancer, and whatever bytes come back are the answer. An error page is one: the service itself has spoken.
// Not checked: that the answer is the right one.
import { connect } from 'node:net'
import { type Milliseconds, milliseconds } from '../../core/base/units.ts'
import type { Connection, Door } from './writer.ts'

/** Nothing is waited for on a socket longer than this. */
const silence: Milliseconds = milliseconds(10_000)

/** `socket`: the path of a unix socket that leads to the service's address and port. */
export function visitorDoor(socket: string): Door {
  const answered: number[] = []
  const connection: Connection = {
    write: async row => {
      await request(socket)
      answered.push(row)
    },
    // What was answered is with the client: the service has nothing that could be lost.
    rows: async () => answered,
    close: () => undefined,
  }
  return { open: async () => connection }
}

/** Resolves at the first byte of an answer. */
function request(path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect(path)
  const end = (why: string): void => {
    reject(new Error(why))
    socket.destroy()
  }
  socket.setTimeout(silence, () => end('no answer'))
  socket.once('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'))
  socket.once('data', () => {
    resolve()
    socket.destroy()
  })
  socket.once('error', error => end(error.message))
  socket.once('close', () => end('closed without an answer'))
  return promise
}
