// The client from whose place the outage is measured: in the lab its client machine; at home this machine, where it
// reaches the service, and otherwise the node that takes over.
import { setTimeout as sleep } from 'node:timers/promises'
import { type NodeName, nodeName } from '../../core/base/units.ts'
import { blueprintOf } from '../../core/blueprints/registry.ts'
import type { Cluster, Service } from '../../core/model/types.ts'
import { localTransport } from '../../io/transport/local.ts'
import { sshTransport } from '../../io/transport/ssh.ts'
import type { Transport } from '../../io/transport/transport.ts'
import type { Session } from '../session.ts'
import { type Outage, startProbe } from './outage.ts'

/** The first port that clients come to. */
export function portOf(cluster: Cluster, service: Service): number | undefined {
  const volumes = cluster.volumes.filter(volume => service.volumes.includes(volume.name))
  // The distribution does not matter to a port.
  const occasion = { cluster, service, volumes, distribution: { id: 'debian', version: 13 } }
  return blueprintOf(service).build(occasion).ports[0]
}

/** Begins to measure; the answer ends it. Undefined where the service has no address or port to come to. */
export async function watchAsClient(
  session: Session,
  service: Service,
  to: NodeName,
): Promise<(() => Promise<Outage>) | undefined> {
  const address = service.addresses[0]?.address
  const port = portOf(session.cluster, service)
  if (address === undefined || port === undefined) return undefined
  const candidates = clients(session, to)
  for (const [index, { transport, isOurs }] of candidates.entries()) {
    const probe = startProbe(transport, address, port)
    const isLast = index === candidates.length - 1
    if ((await probe.ready) || isLast)
      return () => probe.stop().finally(() => (isOurs ? dispose(transport) : undefined))
    await probe.stop()
    if (isOurs) await dispose(transport)
  }
  return undefined
}

const dispose = (transport: Transport): PromiseLike<void> => transport[Symbol.asyncDispose]()

function clients(session: Session, to: NodeName): readonly { transport: Transport; isOurs: boolean }[] {
  const { lab } = session
  if (lab) {
    const { name, ssh } = lab.client
    const transport = sshTransport(name, { host: name, configFile: ssh.configFile })
    return [{ transport, isOurs: true }]
  }
  const target = session.transports.get(to)
  const here = { transport: localTransport(nodeName('this-machine')), isOurs: true }
  return target ? [here, { transport: target, isOurs: false }] : [here]
}
