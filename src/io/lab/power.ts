// The lab's BMCs: for each machine a Redfish service of its own, over HTTPS with a password, that works the power of that
// machine through QEMU. The guests' real fence_redfish talks to it. It listens on a private unix socket; inside each
// machine's QEMU the BMC's address leads there and nowhere else. Failure and delay are injected here.
// Source: DMTF Redfish, DSP0266 and the ComputerSystem schema (Reset action, PowerState).
import { createHash, timingSafeEqual } from 'node:crypto'
import { chmodSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BmcFault, PowerAction, PowerState } from './contract.ts'

export interface BmcOptions {
  readonly name: string
  readonly socket: string
  readonly user: string
  readonly password: string
  readonly certificate: string
  readonly key: string
  readonly machine: { power(): PowerState; act(action: PowerAction): Promise<unknown> }
  readonly onRequest?: (what: string) => void
}

export interface Bmc extends AsyncDisposable {
  fault(): BmcFault
  setFault(fault: BmcFault): void
}

/** Redfish ResetType → what a hand would do. */
const resetTypes: ReadonlyMap<string, readonly PowerAction[]> = new Map([
  ['On', ['on']],
  ['ForceOn', ['on']],
  ['ForceOff', ['off']],
  ['GracefulShutdown', ['off']],
  ['ForceRestart', ['reset']],
  ['GracefulRestart', ['reset']],
  ['PowerCycle', ['off', 'on']],
] as const)

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The JSON of a request; undefined where it is none, or where the caller hung up in the middle (an agent that ran out of time). */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  try {
    for await (const chunk of request) {
      text += String(chunk)
      if (text.length > 65_536) return undefined
    }
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const resetTypeIn = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'ResetType' in body ? String(body.ResetType) : undefined

export async function startBmc(options: BmcOptions): Promise<Bmc> {
  let fault: BmcFault = {}
  /** While it lies: what it claims. */
  let claimed: 'On' | 'Off' | undefined
  const connections = new Set<Socket>()
  const expected = digest(`Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`)
  const system = `/redfish/v1/Systems/${options.name}`
  const action = `${system}/Actions/ComputerSystem.Reset`
  const powerState = (): 'On' | 'Off' => claimed ?? (options.machine.power() === 'off' ? 'Off' : 'On')

  const resources = (): Readonly<Record<string, unknown>> => ({
    '/redfish/v1': {
      '@odata.id': '/redfish/v1',
      Name: 'Holdfast lab',
      Systems: { '@odata.id': '/redfish/v1/Systems' },
    },
    '/redfish/v1/Systems': { Name: 'Systems', 'Members@odata.count': 1, Members: [{ '@odata.id': system }] },
    [system]: {
      '@odata.id': system,
      Id: options.name,
      Name: options.name,
      PowerState: powerState(),
      Actions: {
        '#ComputerSystem.Reset': { target: action, 'ResetType@Redfish.AllowableValues': [...resetTypes.keys()] },
      },
    },
  })

  const reset = async (request: IncomingMessage): Promise<number> => {
    const type = resetTypeIn(await bodyOf(request))
    const actions = type === undefined ? undefined : resetTypes.get(type)
    options.onRequest?.(`BMC: ${type ?? 'reset without a type'}`)
    if (!actions) return 400
    if (fault.fail === 'error') return 500
    if (fault.fail === 'lie') {
      claimed = actions.at(-1) === 'off' ? 'Off' : 'On'
      return 204
    }
    for (const each of actions) await options.machine.act(each)
    return 204
  }

  const answer = (response: ServerResponse, status: number, body?: unknown): void => {
    const challenge = status === 401 ? { 'WWW-Authenticate': 'Basic realm="BMC"' } : {}
    response.writeHead(status, { 'Content-Type': 'application/json', 'OData-Version': '4.0', ...challenge })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (fault.delay) await sleep(fault.delay)
    const path = (request.url ?? '').replace(/\/+$/, '')
    const isAllowed = timingSafeEqual(digest(request.headers.authorization ?? ''), expected)
    if (!isAllowed || fault.fail === 'refuse') {
      options.onRequest?.('BMC: password refused')
      return answer(response, 401, { error: { message: 'the password is refused' } })
    }
    if (request.method === 'POST' && path === action) return answer(response, await reset(request))
    if (fault.fail === 'error') return answer(response, 500, { error: { message: 'injected failure' } })
    const resource = request.method === 'GET' ? resources()[path] : undefined
    return resource
      ? answer(response, 200, resource)
      : answer(response, 404, { error: { message: 'no such resource' } })
  }

  const server = createServer({ cert: options.certificate, key: options.key }, (request, response) => {
    void handle(request, response)
  })
  server.on('connection', (socket: Socket) => {
    if (fault.fail === 'unreachable') return socket.destroy()
    connections.add(socket)
    return socket.once('close', () => connections.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.socket, resolve)
  })
  chmodSync(options.socket, 0o600)
  return {
    fault: () => fault,
    setFault: next => {
      fault = next
      if (next.fail !== 'lie') claimed = undefined
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of connections) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
