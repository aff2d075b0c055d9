// From the name of a cluster file to something that a command can work with: the cluster, and a way to each of its
// machines, the administrator's own or those of the running lab. What is wrong is said on standard error, and the exit
// status is set; the caller only has to stop.
import { dirname, resolve } from 'node:path'
import { found } from '../core/base/assert.ts'
import { type NodeName, nodeName } from '../core/base/units.ts'
import type { Cluster, Node } from '../core/model/types.ts'
import type { Lab } from '../io/lab/contract.ts'
import { sshTransport } from '../io/transport/ssh.ts'
import type { SshTarget } from '../io/transport/ssh-words.ts'
import type { Transport } from '../io/transport/transport.ts'
import { loadCluster } from './cluster-file.ts'

export type Where = 'live' | 'lab'

export interface Session extends AsyncDisposable {
  readonly file: string
  /** What relative paths in the file are relative to. */
  readonly folder: string
  /** As the machines there need it: in the lab with the lab's addresses and fence devices. */
  readonly cluster: Cluster
  readonly where: Where
  readonly transports: ReadonlyMap<NodeName, Transport>
  /** To the witness's machine, where the cluster has one; it bears the name by which the nodes know it. */
  readonly witness?: Transport
  readonly lab?: Lab
}

export async function openSession(file: string, where: Where): Promise<Session | undefined> {
  const cluster = loadCluster(file)
  if (!cluster) return undefined
  if (where === 'live') return sessionOf(file, cluster, undefined)
  const { openLab } = await import('../io/lab/open.ts')
  const lab = await openLab(cluster.name)
  if (lab.ok) return labSession(file, cluster, lab.value)
  const { showLabFailure } = await import('../io/lab/failure.ts')
  console.error(`holdfast: ${showLabFailure(lab.failure)}`)
  if (lab.failure.kind === 'not-running') console.error(`  start it: holdfast lab up ${file}`)
  process.exitCode = 1
  return undefined
}

export async function labSession(file: string, cluster: Cluster, lab: Lab): Promise<Session> {
  const { clusterInLab } = await import('../io/lab/topology.ts')
  return sessionOf(file, clusterInLab(cluster, lab), lab)
}

function sessionOf(file: string, cluster: Cluster, lab: Lab | undefined): Session {
  const transports = new Map(cluster.nodes.map(node => [node.name, sshTransport(node.name, targetOf(node, lab))]))
  const witness = witnessOf(cluster, lab)
  return {
    file,
    folder: dirname(resolve(file)),
    cluster,
    where: lab ? 'lab' : 'live',
    transports,
    ...(witness ? { witness } : {}),
    ...(lab ? { lab } : {}),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        [...transports.values(), ...(witness ? [witness] : [])].map(transport => transport[Symbol.asyncDispose]()),
      )
    },
  }
}

/** In the lab the witness is the machine outside the cluster, which is the client's too. */
function witnessOf({ quorum }: Cluster, lab: Lab | undefined): Transport | undefined {
  if (quorum.kind !== 'witness') return undefined
  const target = lab ? { host: lab.client.name, configFile: lab.client.ssh.configFile } : quorum.management
  return sshTransport(nodeName(quorum.host), target)
}

function targetOf(node: Node, lab: Lab | undefined): SshTarget {
  if (!lab) return node.management
  const { ssh } = found(lab.nodes.get(node.name), `${node.name} in the lab`)
  return { host: node.name, configFile: ssh.configFile }
}
