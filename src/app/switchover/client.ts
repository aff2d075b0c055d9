// The place from which the outage is measured: in the lab its client machine; at home a node that the service does not come
// from, best a third one. Not the administrator's machine: it may be in another network, behind something that accepts
// every connection.
import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeName } from '../../core/base/units.ts'
import { planOf } from '../../core/blueprints/registry.ts'
import type { Service } from '../../core/model/types.ts'
import { sshTransport } from '../../io/transport/ssh.ts'
import type { Transport } from '../../io/transport/transport.ts'
import type { Session } from '../session.ts'
import { type Outage, startProbe } from './outage.ts'

/** Begins to measure; the answer ends it. Undefined where the service has no address or port to come to. */
export async function watchAsClient(
  session: Session,
  service: Service,
  { from, to }: { readonly from: NodeName; readonly to: NodeName },
): Promise<(() => Promise<Outage>) | undefined> {
  const address = service.addresses[0]?.address
  const [port] = planOf(session.cluster, service).ports
  const transport = placeOf(session, from, to)
  if (address === undefined || port === undefined || !transport) return undefined
  const probe = startProbe(transport, address, port)
  await probe.ready
  // The outage ends for the client when it is let in again, a moment after the last part runs.
  return async () => {
    await Promise.race([probe.next(accepted => accepted), sleep(3_000)])
    const outage = await probe.stop()
    if (session.lab) await transport[Symbol.asyncDispose]()
    return outage
  }
}

/** In the lab a connection of its own, which is disposed of with the measurement. */
function placeOf({ lab, transports }: Session, from: NodeName, to: NodeName): Transport | undefined {
  if (lab) return sshTransport(lab.client.name, { host: lab.client.name, configFile: lab.client.ssh.configFile })
  const third = [...transports.keys()].find(name => name !== from && name !== to)
  return transports.get(third ?? to)
}
