// Model → corosync.conf. knet, encrypted, every link of the model; two_node with its wait_for_all, or a majority, or a
// witness. Source: corosync.conf(5), votequorum(5); best practice, "Heartbeat, CMAN, ccs" and "no-quorum-policy".
import type { CorosyncConfig, QuorumConfig } from '../corosync/types.ts'
import type { Cluster } from '../model/types.ts'
import { timingOf } from './timing.ts'

export function toCorosync(cluster: Cluster): CorosyncConfig {
  const { token, consensus } = timingOf(cluster)
  return {
    clusterName: cluster.name,
    transport: 'knet',
    cryptoCipher: 'aes256',
    cryptoHash: 'sha256',
    token,
    consensus,
    nodes: cluster.nodes.map((node, index) => ({ name: node.name, id: index + 1, links: node.links, votes: 1 })),
    quorum: quorumOf(cluster),
  }
}

function quorumOf({ quorum, nodes }: Cluster): QuorumConfig {
  const none: QuorumConfig = { twoNode: false, waitForAll: false, autoTieBreaker: false, lastManStanding: false }
  if (quorum.kind === 'two-node') return { ...none, twoNode: true, waitForAll: true }
  if (quorum.kind === 'majority') return none
  // ffsplit gives one vote to one half; lms needs as many votes as all nodes but one.
  const votes = quorum.algorithm === 'ffsplit' ? 1 : Math.max(1, nodes.length - 1)
  return { ...none, device: { host: quorum.host, algorithm: quorum.algorithm, votes } }
}
