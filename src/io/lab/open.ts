// A lab that runs in another process, through its control socket: the same interface as the one that started it.

import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { milliseconds } from '../../core/base/units.ts'
import type { Lab, LabFailure, LabNode, LabStatus } from './contract.ts'
import type { Call } from './control.ts'
import { labDirectory } from './paths.ts'
import { connectUnix } from './qmp.ts'
import { readState } from './state.ts'

/** What both ends of the socket are built from is the same program: the value is trusted to have its declared shape. */
type Answer<T> = Result<T, LabFailure>

async function callLab<T>(directory: string, call: Call): Promise<Answer<T>> {
  const attempts = [1, 2, 3, 4, 5]
  const socket = await connectUnix(join(directory, 'control'), () => attempts.pop() !== undefined)
  if (!socket) return fail({ kind: 'not-running', directory })
  socket.write(`${JSON.stringify(call)}\n`)
  try {
    for await (const line of createInterface({ input: socket })) return JSON.parse(line)
  } finally {
    socket.destroy()
  }
  return fail({ kind: 'refused', what: `the lab ended while it was asked to ${call.call}` })
}

interface Description {
  readonly clusterName: string
  readonly directory: string
  readonly nodes: readonly LabNode[]
  readonly client: LabNode
}

export async function openLab(clusterName: string): Promise<Result<Lab, LabFailure>> {
  const directory = labDirectory(clusterName)
  if (!readState(directory)?.isRunning) return fail({ kind: 'not-running', directory })
  const described = await callLab<Description>(directory, { call: 'describe' })
  if (!described.ok) return described
  const { nodes, client } = described.value
  const ask = (call: Call): Promise<Answer<void>> => callLab<void>(directory, call)
  return ok({
    clusterName,
    directory,
    nodes: new Map(nodes.map(node => [node.name, node])),
    client,
    network: {
      cut: (a, b, network) => ask({ call: 'cut', a, b, network }),
      cutOneWay: (a, b, network) => ask({ call: 'cutOneWay', a, b, network }),
      loss: (a, b, percent, network) => ask({ call: 'loss', a, b, percent, network }),
      delay: (a, b, delay, jitter = milliseconds(0), network) => ask({ call: 'delay', a, b, delay, jitter, network }),
      heal: (a, b, network) => ask({ call: 'heal', a, b, network }),
      healAll: () => ask({ call: 'healAll' }),
    },
    power: (node, action) => ask({ call: 'power', node, action }),
    bmcFault: (node, fault) => ask({ call: 'bmcFault', node, fault }),
    status: () => callLab<LabStatus>(directory, { call: 'status' }),
    down: () => ask({ call: 'down' }),
    // Another process holds the machines; letting go of the handle leaves them running.
    [Symbol.asyncDispose]: async () => undefined,
  })
}
