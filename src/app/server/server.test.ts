// The page's server without a browser: headers on every answer, refusals, the stream. The page itself: tests/web.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { milliseconds } from '../../core/base/units.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import { pair } from '../../core/view/testdata/clusters.ts'
import { healthyPair, withResource } from '../../core/view/testdata/snapshots.ts'
import type { Assets } from './assets.ts'
import { contentSecurityPolicy } from './guard.ts'
import { type PageServer, startPageServer } from './server.ts'

const assets: Assets = new Map([['/', { body: Buffer.from('<!doctype html>'), type: 'text/html; charset=utf-8' }]])

interface Scripted {
  readonly server: PageServer
  readonly show: (snapshot: Snapshot) => void
}

async function scripted(): Promise<Scripted> {
  let show: (snapshot: Snapshot) => void = () => undefined
  const started = await startPageServer({
    cluster: pair,
    assets,
    port: 0,
    beat: milliseconds(50),
    source: async (onSnapshot, signal) => {
      show = onSnapshot
      await once(signal, 'abort')
    },
  })
  assert.ok(started.ok)
  return { server: started.value, show: snapshot => show(snapshot) }
}

/** A request with a Host of our choosing, which fetch does not allow. */
async function raw(url: string, head: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.end(`${head}\r\nConnection: close\r\n\r\n`)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

const statusLine = (answer: string): string => answer.slice(0, answer.indexOf('\r\n'))

test('every answer carries the policy and the other headers, errors included', async () => {
  const { server } = await scripted()
  await using _ = server
  for (const path of ['', 'status.json', 'nothing-here', '..%2f..%2fetc/passwd']) {
    const response = await fetch(`${server.url}${path}`)
    assert.equal(response.headers.get('content-security-policy'), contentSecurityPolicy)
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(response.headers.get('cache-control'), 'no-store')
    await response.text()
  }
  assert.doesNotMatch(contentSecurityPolicy, /unsafe|\*|https?:|data:/)
})

test('another name in Host is refused, so a rebound name cannot read the page', async () => {
  const { server, show } = await scripted()
  await using _ = server
  show(healthyPair)
  const port = new URL(server.url).port
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example:80',
    'user@localhost',
    '',
  ]) {
    const answer = await raw(server.url, `GET /status.json HTTP/1.1\r\nHost: ${host}`)
    assert.match(statusLine(answer), /421/, host)
    assert.doesNotMatch(answer, /alpha/)
  }
  // The second is how it looks through `ssh -L 9000:127.0.0.1:PORT`.
  for (const host of [`localhost:${port}`, '127.0.0.1:9000']) {
    assert.match(statusLine(await raw(server.url, `GET /status.json HTTP/1.1\r\nHost: ${host}`)), /200/)
  }
  assert.match(statusLine(await raw(server.url, 'GET /status.json HTTP/1.0')), /421/)
})

test('a foreign Origin, a cross-site request and any method but GET and HEAD are refused', async () => {
  const { server } = await scripted()
  await using _ = server
  const refused = async (init: RequestInit): Promise<number> => (await fetch(`${server.url}events`, init)).status
  assert.equal(await refused({ headers: { Origin: 'http://evil.example' } }), 403)
  assert.equal(await refused({ headers: { Origin: 'null' } }), 403)
  assert.equal(await refused({ headers: { 'Sec-Fetch-Site': 'cross-site' } }), 403)
  assert.equal(await refused({ headers: { 'Sec-Fetch-Site': 'same-site' } }), 403)
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) assert.equal(await refused({ method }), 405)
})

test('odd request lines are answered, and do not end the server', async () => {
  const { server } = await scripted()
  await using _ = server
  const port = new URL(server.url).port
  for (const target of ['//', '/\\', 'http://evil.example/', '*', '/%zz']) {
    assert.match(statusLine(await raw(server.url, `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}`)), /404/, target)
  }
  assert.equal((await fetch(server.url)).status, 200)
})

test('the stream gives the state at once, each change, and beats in between', async () => {
  const { server, show } = await scripted()
  await using _ = server
  show(healthyPair)
  const response = await fetch(`${server.url}events`)
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const answers: string[] = []
  let beats = 0
  assert.ok(response.body)
  for await (const line of lines(response.body)) {
    const { page } = JSON.parse(line)
    if (page) answers.push(page.answer)
    else beats += 1
    if (answers.length === 1 && beats === 1) show(withResource(healthyPair, 'db-ip', { failed: true }))
    if (answers.length === 2 && beats > 1) break
  }
  assert.deepEqual(answers, ['protected', 'down'])
})

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const parts = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part.startsWith('data: ')) yield part.slice('data: '.length)
  }
}

test('status.json is the documented status, and says when nobody has looked yet', async () => {
  const { server, show } = await scripted()
  await using _ = server
  assert.equal((await fetch(`${server.url}status.json`)).status, 503)
  show(healthyPair)
  const json: unknown = await (await fetch(`${server.url}status.json`)).json()
  assert.ok(typeof json === 'object' && json !== null && 'answer' in json && json.answer === 'protected')
})

test('a port in use is a failure, not a crash', async () => {
  const { server } = await scripted()
  await using _ = server
  const port = Number(new URL(server.url).port)
  const second = await startPageServer({ cluster: pair, assets, port, source: async () => undefined })
  assert.ok(!second.ok)
  assert.equal(second.failure.port, port)
})
