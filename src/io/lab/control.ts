// The control socket of a running lab: JSON lines, `{call, arguments}` in and `{ok, value | failure}` out, one at a time per
// connection. The socket lies in the lab's private folder, so whoever reaches it owns the lab already.
import { chmodSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { fail, type Result } from '../../core/base/result.ts'
import { type Milliseconds, milliseconds, type NodeName, nodeName } from '../../core/base/units.ts'
import type { BmcFault, Lab, LabFailure, PowerAction } from './contract.ts'

const name = z.string().transform(nodeName)
const span = z.number().nonnegative().transform(milliseconds)
const network = z.string().optional()
const bmcFault = z.object({
  delay: span.optional(),
  fail: z.enum(['unreachable', 'refuse', 'error', 'lie']).optional(),
})

const callSchema = z.discriminatedUnion('call', [
  z.object({ call: z.literal('describe') }),
  z.object({ call: z.literal('status') }),
  z.object({ call: z.literal('down') }),
  z.object({ call: z.literal('power'), node: name, action: z.enum(['off', 'on', 'reset', 'pause', 'resume']) }),
  z.object({ call: z.literal('bmcFault'), node: name, fault: bmcFault }),
  z.object({ call: z.literal('cut'), a: name, b: name, network }),
  z.object({ call: z.literal('cutOneWay'), a: name, b: name, network }),
  z.object({ call: z.literal('loss'), a: name, b: name, network, percent: z.number().min(0).max(100) }),
  z.object({ call: z.literal('delay'), a: name, b: name, network, delay: span, jitter: span }),
  z.object({ call: z.literal('heal'), a: name, b: name, network }),
  z.object({ call: z.literal('healAll') }),
])

/** Every call there is, as the client (open.ts) writes it. */
export type Call =
  | { readonly call: 'describe' | 'status' | 'down' | 'healAll' }
  | { readonly call: 'power'; readonly node: NodeName; readonly action: PowerAction }
  | { readonly call: 'bmcFault'; readonly node: NodeName; readonly fault: BmcFault }
  | (Pair & { readonly call: 'cut' | 'cutOneWay' | 'heal' })
  | (Pair & { readonly call: 'loss'; readonly percent: number })
  | (Pair & { readonly call: 'delay'; readonly delay: Milliseconds; readonly jitter: Milliseconds })
interface Pair {
  readonly a: NodeName
  readonly b: NodeName
  readonly network?: string | undefined
}

const given = (fault: { delay?: BmcFault['delay'] | undefined; fail?: BmcFault['fail'] | undefined }): BmcFault => ({
  ...(fault.delay === undefined ? {} : { delay: fault.delay }),
  ...(fault.fail === undefined ? {} : { fail: fault.fail }),
})

async function perform(lab: Lab, call: z.output<typeof callSchema>): Promise<Result<unknown, LabFailure>> {
  switch (call.call) {
    case 'describe':
      return {
        ok: true,
        value: {
          clusterName: lab.clusterName,
          directory: lab.directory,
          nodes: [...lab.nodes.values()],
          client: lab.client,
        },
      }
    case 'status':
      return lab.status()
    case 'down':
      return lab.down()
    case 'power':
      return lab.power(call.node, call.action)
    case 'bmcFault':
      return lab.bmcFault(call.node, given(call.fault))
    case 'cut':
      return lab.network.cut(call.a, call.b, call.network)
    case 'cutOneWay':
      return lab.network.cutOneWay(call.a, call.b, call.network)
    case 'loss':
      return lab.network.loss(call.a, call.b, call.percent, call.network)
    case 'delay':
      return lab.network.delay(call.a, call.b, call.delay, call.jitter, call.network)
    case 'heal':
      return lab.network.heal(call.a, call.b, call.network)
    case 'healAll':
      return lab.network.healAll()
    default:
      return call satisfies never
  }
}

async function answer(lab: Lab, socket: Socket, line: string): Promise<void> {
  const refuse = (what: string): Result<never, LabFailure> => fail({ kind: 'refused', what })
  let result: Result<unknown, LabFailure>
  try {
    const call = callSchema.safeParse(JSON.parse(line))
    result = call.success ? await perform(lab, call.data) : refuse(z.prettifyError(call.error))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    result = refuse('not a line of JSON')
  }
  socket.write(`${JSON.stringify(result)}\n`)
}

export async function serveControl(path: string, lab: Lab): Promise<AsyncDisposable> {
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    let turn: Promise<void> = Promise.resolve()
    // An Interface tells the socket's errors a second time.
    createInterface({ input: socket })
      .on('line', line => {
        turn = turn.then(() => answer(lab, socket, line))
      })
      .on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)
  // No more callers; the one that asked for the end still gets its answer.
  return { [Symbol.asyncDispose]: async () => void server.close() }
}
