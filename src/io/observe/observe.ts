// One look at the cluster: every node is asked for everything in one round trip, all nodes at once.
import { instant, type Milliseconds, milliseconds, type NodeName, seconds } from '../../core/base/units.ts'
import { type Heard, merge } from '../../core/live/merge.ts'
import { type Answer, type NodeView, type Question, readNode } from '../../core/live/node-view.ts'
import { proofsFile } from '../../core/live/proofs.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import { readTexts } from '../../core/live/texts.ts'
import { troubleText } from '../../core/plan/trouble-text.ts'
import { type Asked, type BatchOutcome, runBatch, type Words } from '../transport/batch.ts'
import type { Transport } from '../transport/transport.ts'
import { textsOf } from './texts.ts'

const bootFile = '/proc/sys/kernel/random/boot_id'
export const liveTexts: readonly string[] = [bootFile, proofsFile]

type LiveTool = Exclude<Question, 'boot' | 'configuration' | 'proofs'>

export const liveCommands: Readonly<Record<LiveTool, Words>> = {
  // Some of its times carry no zone; a batch runs in UTC.
  monitor: ['crm_mon', '--output-as=xml', '--inactive', '--fence-history=3'],
  quorum: ['corosync-quorumtool', '-s'],
  links: ['corosync-cfgtool', '-s'],
  nodelist: ['corosync-cmapctl', 'nodelist.'],
  drbd: ['drbdsetup', 'events2', '--now', '--statistics'],
  drbdShow: ['drbdsetup', 'show'],
}

/** Without what only a plan has to know. */
const commands: Readonly<Record<LivePart, Asked>> = {
  texts: textsOf(liveTexts),
  cib: ['cibadmin', '--query', '--local', '--scope', 'configuration'],
  ...liveCommands,
}

export type LivePart = LiveTool | 'texts' | 'cib'

/** Of all or of more than these. */
export function viewOf(
  node: NodeName,
  names: readonly NodeName[],
  { outcomes, clock }: BatchOutcome<LivePart>,
): NodeView {
  const texts = readTexts(outcomes.texts.stdout)
  const file = (path: string): Answer => ({
    exitCode: texts.has(path) ? 0 : 1,
    stdout: texts.get(path) ?? '',
    stderr: '',
  })
  const answers = { ...outcomes, boot: file(bootFile), proofs: file(proofsFile), configuration: outcomes.cib }
  // What lies within the error of measurement is no difference.
  const offset = Math.abs(clock.offset) <= clock.uncertainty ? milliseconds(0) : clock.offset
  return readNode(node, names, answers, offset)
}

export interface Bounds {
  /** Of one command on a machine. */
  readonly limit: Milliseconds
  /** Of a machine's answer as a whole, the connection included. */
  readonly timeout: Milliseconds
}
export const usualBounds: Bounds = { limit: seconds(15), timeout: seconds(30) }

export async function observe(
  cluster: string,
  transports: readonly Transport[],
  bounds: Bounds = usualBounds,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const names = transports.map(transport => transport.node)
  using patience = untilLate()
  const heard = await Promise.all(
    transports.map(transport => {
      const hearing = hear(transport, names, bounds, signal).then(one => patience.hears(one))
      return Promise.race([hearing, patience.over.then(() => silent(transport.node))])
    }),
  )
  return merge(cluster, names, heard, instant(Date.now()))
}

export const silent = (node: NodeName): Heard => ({ silent: node, why: `${node} does not answer` })

const leastPatience = seconds(2)

export interface Patience extends Disposable {
  readonly over: Promise<void>
  hears(heard: Heard): Heard
}

/** When the first machine has answered, the others get twice its time again, but at least two seconds: one that is gone must
 *  not hold up the picture. */
export function untilLate(): Patience {
  const begun = Date.now()
  const over = Promise.withResolvers<void>()
  let timer: NodeJS.Timeout | undefined
  return {
    over: over.promise,
    hears: heard => {
      if ('view' in heard) timer ??= setTimeout(over.resolve, Math.max(leastPatience, 2 * (Date.now() - begun)))
      return heard
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

export async function hear(
  transport: Transport,
  names: readonly NodeName[],
  bounds: Bounds,
  signal?: AbortSignal,
): Promise<Heard> {
  const answer = await runBatch(transport, commands, bounds, signal)
  if (!answer.ok) return { silent: transport.node, why: troubleText(answer.failure).message }
  return { view: viewOf(transport.node, names, answer.value) }
}
