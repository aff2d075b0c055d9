import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { visitorDoor } from './visitor.ts'

/** A service on a unix socket that treats each connection as told. */
async function served(onConnection: (socket: Socket) => void, visit: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-visitor-'))
  const path = join(folder, 's')
  const server: Server = createServer(socket => onConnection(socket.on('error', () => undefined)))
  await new Promise<void>(resolve => server.listen(path, resolve))
  try {
    await visit(path)
  } finally {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const signal = new AbortController().signal

test('any answer to the request is one, also an error page', async () => {
  const asked: string[] = []
  const answer = (socket: Socket): void => {
    socket.on('data', chunk => {
      asked.push(String(chunk))
      socket.end('HTTP/1.0 503 Service Unavailable\r\n\r\n')
    })
  }
  await served(answer, async path => {
    const connection = await visitorDoor(path).open(signal)
    await connection.write(1)
    await connection.write(2)
    assert.deepEqual(await connection.rows(), [1, 2])
  })
  assert.deepEqual(asked, ['GET / HTTP/1.0\r\n\r\n', 'GET / HTTP/1.0\r\n\r\n'])
})

test('a connection that is taken and closed again is no answer', async () => {
  await served(
    socket => socket.end(),
    async path => {
      const connection = await visitorDoor(path).open(signal)
      await assert.rejects(connection.write(1), /closed without an answer|EPIPE|ECONNRESET/)
      assert.deepEqual(await connection.rows(), [])
    },
  )
})

test('where nobody listens, the reason is told', async () => {
  const connection = await visitorDoor('/nonexistent/socket').open(signal)
  await assert.rejects(connection.write(1), /ENOENT/)
})
