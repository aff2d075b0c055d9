// One look at the cluster: every node is asked for everything in one round trip, all nodes at once.
import { instant, type Milliseconds, milliseconds, type NodeName, seconds } from '../../core/base/units.ts'
import { type Heard, merge } from '../../core/live/merge.ts'
import { type Question, readNode } from '../../core/live/node-view.ts'
import { proofsFile } from '../../core/live/proofs.ts'
import type { Snapshot } from '../../core/live/snapshot.ts'
import { runBatch, type Words } from '../transport/batch.ts'
import { showTransportFailure } from '../transport/failure-text.ts'
import type { Transport } from '../transport/transport.ts'

export const commands: Readonly<Record<Question, Words>> = {
  boot: ['cat', '/proc/sys/kernel/random/boot_id'],
  // Some of its times carry no zone.
  monitor: ['env', 'TZ=UTC', 'crm_mon', '--output-as=xml', '--inactive', '--fence-history=3'],
  configuration: ['cibadmin', '--query', '--local', '--scope', 'configuration'],
  quorum: ['corosync-quorumtool', '-s'],
  links: ['corosync-cfgtool', '-s'],
  nodelist: ['corosync-cmapctl', 'nodelist.'],
  drbd: ['drbdsetup', 'events2', '--now', '--statistics'],
  drbdShow: ['drbdsetup', 'show'],
  proofs: ['cat', proofsFile],
}

export interface Bounds {
  /** Of one command on a machine. */
  readonly limit: Milliseconds
  /** Of a machine's answer as a whole, the connection included. */
  readonly timeout: Milliseconds
}
export const usualBounds: Bounds = { limit: seconds(15), timeout: seconds(30) }
/** When the first machine has answered, the others get twice its time again, but at least this: one that is gone must not
 *  hold up the picture. */
const leastPatience = seconds(2)

export async function observe(
  cluster: string,
  transports: readonly Transport[],
  bounds: Bounds = usualBounds,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const names = transports.map(transport => transport.node)
  const begun = Date.now()
  const late = Promise.withResolvers<void>()
  let timer: NodeJS.Timeout | undefined
  const answers = transports.map(async (transport): Promise<Heard> => {
    const hearing = hear(transport, names, bounds, signal).then(heard => {
      if ('view' in heard) timer ??= setTimeout(late.resolve, Math.max(leastPatience, 2 * (Date.now() - begun)))
      return heard
    })
    const silent: Heard = { silent: transport.node, why: `${transport.node} does not answer` }
    return Promise.race([hearing, late.promise.then(() => silent)])
  })
  const heard = await Promise.all(answers)
  clearTimeout(timer)
  return merge(cluster, names, heard, instant(Date.now()))
}

export async function hear(
  transport: Transport,
  names: readonly NodeName[],
  bounds: Bounds,
  signal?: AbortSignal,
): Promise<Heard> {
  const answer = await runBatch(transport, commands, bounds, signal)
  if (!answer.ok) return { silent: transport.node, why: showTransportFailure(answer.failure) }
  const { outcomes, clock } = answer.value
  // What lies within the error of measurement is no difference.
  const offset = Math.abs(clock.offset) <= clock.uncertainty ? milliseconds(0) : clock.offset
  return { view: readNode(transport.node, names, outcomes, offset) }
}
