// Who may go on when the nodes lose each other.
// Source: votequorum(5), "two_node"; corosync-qdevice(8), ffsplit and lms; best practice, "no-quorum-policy=ignore".
import { error, type Finding, warning } from '../finding.ts'
import type { Cluster } from '../types.ts'

export const checkQuorum = (cluster: Cluster): readonly Finding[] => [
  ...checkKind(cluster),
  ...(cluster.timing === 'lan-fast'
    ? [
        warning(
          'lan-fast',
          ['timing'],
          'lan-fast declares a node lost after little more than a second: a machine that pauses for longer is switched off',
          'for machines on real hardware; measure their scheduling gaps first (token ≥ 5 × the worst)',
        ),
      ]
    : []),
]

function checkKind({ quorum, nodes }: Cluster): readonly Finding[] {
  const count = nodes.length
  switch (quorum.kind) {
    case 'two-node':
      return count === 2
        ? []
        : [
            error(
              'two-node-count',
              ['quorum'],
              `two-node quorum is for two nodes; here are ${count}`,
              '`quorum: majority`',
            ),
          ]
    case 'majority':
      if (count === 2)
        return [
          error(
            'majority-of-two',
            ['quorum'],
            'a majority of two is both: either node alone would stop everything',
            '`quorum: two-node`, a third node, or `quorum: { witness: HOST }`',
          ),
        ]
      return count % 2 === 0
        ? [
            warning(
              'even-nodes',
              count === 2 ? ['quorum'] : ['nodes'],
              `${count} nodes can be cut into equal halves, and then neither goes on`,
              'an odd number, or `quorum: { witness: HOST }`',
            ),
          ]
        : []
    case 'witness':
      return checkWitness({ quorum, nodes })
    default:
      return quorum satisfies never
  }
}

function checkWitness({ quorum, nodes }: Pick<Cluster, 'quorum' | 'nodes'>): readonly Finding[] {
  if (quorum.kind !== 'witness') return []
  const host = quorum.host.toLowerCase()
  const inside = nodes.find(node =>
    [node.name, node.management.host, ...node.links].some(name => name.toLowerCase() === host),
  )
  return [
    ...(inside === undefined
      ? []
      : [
          error(
            'witness-inside',
            ['quorum', 'witness'],
            `the witness ${quorum.host} is the node ${inside.name}: it would be lost together with it`,
            'a machine outside the cluster',
          ),
        ]),
    ...(quorum.algorithm === 'ffsplit' && nodes.length % 2 === 1
      ? [
          warning(
            'ffsplit-odd',
            ['quorum'],
            `${nodes.length} nodes are never cut into equal halves: this witness adds nothing`,
            '`algorithm: lms` lets the last one go on alone',
          ),
        ]
      : []),
  ]
}
