// The live page: HTTP on loopback only, read-only. It serves the built files, `/status.json`, and `/events`, a stream
// (server-sent events) of the page's whole state whenever the cluster changes, with a beat in between, so that the
// page can tell silence from a lost connection.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { instant, type Milliseconds, seconds } from '../../core/base/units.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Cluster } from '../../core/model/types.ts'
import { type PageMemory, type PageMessage, pageState, remember } from '../../core/view/page.ts'
import { statusJson } from '../../core/view/status-json.ts'
import type { Assets } from './assets.ts'
import { refusal, securityHeaders } from './guard.ts'

/** Where snapshots come from: calls `onSnapshot` at each change (and now and then without one) until aborted. */
export type SnapshotSource = (onSnapshot: (snapshot: Snapshot) => void, signal: AbortSignal) => Promise<void>

export interface PageServerOptions {
  readonly cluster: Cluster
  readonly source: SnapshotSource
  readonly assets: Assets
  /** 0: any free one. */
  readonly port: number
  readonly beat?: Milliseconds
}

export interface PageServer extends AsyncDisposable {
  readonly url: string
}

export type ServeFailure = { readonly kind: 'port'; readonly port: number; readonly why: string }

const streamsAtMost = 50

export async function startPageServer(options: PageServerOptions): Promise<Result<PageServer, ServeFailure>> {
  const page = new Page(options)
  const server = createServer((request, response) => page.answer(request, response))
  const failure = await listen(server, options.port)
  if (failure !== undefined) return fail({ kind: 'port', port: options.port, why: failure })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  const running = page.run()
  return ok({
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      page.stop()
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await Promise.all([running, closed])
    },
  })
}

function listen(server: Server, port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    server.once('error', error => resolve(error.message))
    server.listen(port, '127.0.0.1', () => resolve(undefined))
  })
}

/** The page's memory and its readers. A class because it lives: it starts, gathers readers, and stops. */
class Page {
  readonly #options: PageServerOptions
  readonly #stopped = new AbortController()
  readonly #streams = new Set<ServerResponse>()
  #memory: PageMemory | undefined

  constructor(options: PageServerOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const { cluster, source } = this.#options
    const signal = this.#stopped.signal
    const take = (snapshot: Snapshot): void => {
      this.#memory = remember(cluster, this.#memory, snapshot)
      this.#broadcast(this.#message())
    }
    await Promise.all([source(take, signal), this.#beats(signal)])
  }

  stop(): void {
    this.#stopped.abort()
    for (const stream of this.#streams) stream.end()
    this.#streams.clear()
  }

  async #beats(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(this.#options.beat ?? seconds(5), undefined, { signal, ref: false }).catch(() => undefined)
      this.#broadcast(message({ now: instant(Date.now()) }))
    }
  }

  #message(): string {
    const now = instant(Date.now())
    const { cluster } = this.#options
    return message(this.#memory ? { now, page: pageState(cluster, this.#memory) } : { now })
  }

  #broadcast(text: string): void {
    for (const stream of this.#streams) {
      // A reader that does not read is let go; it connects again when it wakes up.
      if (stream.writableLength > 1_000_000) stream.destroy()
      else stream.write(text)
    }
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const refused = refusal(request)
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const asset = this.#options.assets.get(path)
    if (refused) send(response, refused.status, plain, `${refused.why}\n`)
    else if (path === '/events') this.#stream(request, response)
    else if (path === '/status.json') this.#status(response)
    else if (asset) send(response, 200, asset.type, asset.body)
    else send(response, 404, plain, 'there is nothing here\n')
  }

  #status(response: ServerResponse): void {
    const memory = this.#memory
    const status = memory ? statusJson(this.#options.cluster, memory.latest) : { error: 'nobody has looked yet' }
    send(response, memory ? 200 : 503, 'application/json; charset=utf-8', `${JSON.stringify(status, null, 2)}\n`)
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (this.#streams.size >= streamsAtMost) {
      send(response, 503, plain, 'too many readers\n')
      return
    }
    response.writeHead(200, { ...securityHeaders, 'Content-Type': 'text/event-stream; charset=utf-8' })
    response.write(`retry: 1000\n\n${this.#message()}`)
    this.#streams.add(response)
    request.on('close', () => this.#streams.delete(response))
  }
}

const plain = 'text/plain; charset=utf-8'
const message = (m: PageMessage): string => `data: ${JSON.stringify(m)}\n\n`

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...securityHeaders, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}
