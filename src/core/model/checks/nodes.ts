// The machines and the links between them.
// Source: best practice, "one ring"; corosync.conf(5), nodelist: every node has the same number of links.
import { parseAddress, sameAddress, sameNetwork, unusable } from '../addresses.ts'
import { error, type Finding, repeated, warning } from '../finding.ts'
import type { Cluster, Node } from '../types.ts'

export const checkNodes = (cluster: Cluster): readonly Finding[] => [
  ...checkCount(cluster),
  ...repeated(cluster.nodes, managementKey).map(({ item, first }) =>
    error(
      'management-twice',
      ['nodes', item.name, 'management'],
      `${item.name} and ${first.name} are reached at the same place, ${item.management.host}`,
      'each node is a machine of its own',
    ),
  ),
  ...cluster.nodes.flatMap(checkAddresses),
  ...checkUnique(cluster),
  ...checkLinkCounts(cluster),
  ...checkFamilies(cluster),
]

const managementKey = ({ management }: Node): string => `${management.host.toLowerCase()}:${management.port ?? 22}`

function checkCount({ nodes }: Cluster): readonly Finding[] {
  if (nodes.length < 2)
    return [error('too-few-nodes', ['nodes'], 'a cluster needs two nodes at least', 'add a second machine')]
  if (nodes.length > 16)
    return [
      error('too-many-nodes', ['nodes'], `${nodes.length} nodes: Corosync carries 16`, 'make two clusters of them'),
    ]
  return []
}

const checkAddresses = (node: Node): readonly Finding[] =>
  node.links.flatMap((link, index) => {
    const path = ['nodes', node.name, 'links', index]
    const address = parseAddress(link)
    if (address === undefined)
      return [
        error(
          'bad-address',
          path,
          `\`${link}\` is not an IP address`,
          'links are told by address, so that the cluster depends on no name service',
        ),
      ]
    const why = unusable(address)
    return why === undefined ? [] : [error('unusable-address', path, `${link} is ${why}: no other node can reach it`)]
  })

function checkUnique(cluster: Cluster): readonly Finding[] {
  const all = cluster.nodes.flatMap(node => node.links.map((link, index) => ({ node, link, index })))
  return repeated(all, ({ link }) => String(parseAddress(link)?.value ?? link)).map(({ item, first }) =>
    error(
      'address-twice',
      ['nodes', item.node.name, 'links', item.index],
      `${item.link} is already link ${first.index} of ${first.node.name}`,
    ),
  )
}

function checkLinkCounts({ nodes }: Cluster): readonly Finding[] {
  const [first] = nodes
  if (first === undefined) return []
  const uneven = nodes.filter(node => node.links.length !== first.links.length)
  if (uneven.length > 0)
    return uneven.map(node =>
      error(
        'link-count',
        ['nodes', node.name, 'links'],
        `${node.name} has ${node.links.length} link(s), ${first.name} has ${first.links.length}`,
        'every node has an address on every link, in the same order',
      ),
    )
  if (first.links.length === 1)
    return [
      warning(
        'no-second-link',
        ['nodes', first.name, 'links'],
        'only one link: when it fails, the nodes lose each other and one of them is switched off',
        'a second, independent network: `links: [FIRST, SECOND]` on every node',
      ),
    ]
  return nodes.flatMap(linksInOneNetwork)
}

/** The prefix is not told; /24 and /64 are what nearly every link has. */
function linksInOneNetwork(node: Node): readonly Finding[] {
  const [a, b] = node.links.map(parseAddress)
  if (a === undefined || b === undefined || sameAddress(a, b) || !sameNetwork(a, b, a.bits === 32 ? 24 : 64)) return []
  return [
    warning(
      'links-share-network',
      ['nodes', node.name, 'links'],
      `both links of ${node.name} seem to be in one network, so they would fail together`,
      'a link is worth having on its own switch and cable',
    ),
  ]
}

const checkFamilies = ({ nodes }: Cluster): readonly Finding[] =>
  nodes.slice(1).flatMap(node =>
    node.links.flatMap((link, index) => {
      const [mine, first] = [parseAddress(link), parseAddress(nodes[0]?.links[index] ?? '')]
      return mine === undefined || first === undefined || mine.bits === first.bits
        ? []
        : [
            error(
              'mixed-families',
              ['nodes', node.name, 'links', index],
              `link ${index} is IPv4 on one node and IPv6 on another`,
            ),
          ]
    }),
  )
