// Two clusters for the tests of the views: a PostgreSQL pair, and an HAProxy pair with two addresses and three nodes.
import { gibibytes, type NodeName, nodeName } from '../../base/units.ts'
import type { Cluster, Node } from '../../model/types.ts'

export const alpha: NodeName = nodeName('alpha')
export const beta: NodeName = nodeName('beta')
export const gamma: NodeName = nodeName('gamma')

const node = (name: NodeName, n: number): Node => ({
  name,
  management: { host: name },
  links: [`10.20.1.1${n}`, `10.20.2.1${n}`],
  fence: [{ agent: 'fence_redfish', level: 1, parameters: { ip: `10.0.2.10${n}` }, secrets: {}, sharesPower: false }],
})

export const pair: Cluster = {
  name: 'shop',
  nodes: [node(alpha, 1), node(beta, 2)],
  volumes: [
    {
      name: 'pgdata',
      protocol: 'C',
      nodes: [alpha, beta],
      port: 7789,
      parts: [
        {
          number: 0,
          minor: 0,
          name: '',
          size: gibibytes(8),
          backing: { kind: 'lvm', group: 'vg0', logicalVolume: 'pgdata' },
          filesystem: 'ext4',
          mount: '/var/lib/postgresql',
          eraseExisting: false,
        },
      ],
    },
  ],
  services: [
    {
      name: 'db',
      blueprint: 'postgresql',
      parameters: {},
      volumes: ['pgdata'],
      addresses: [{ address: '10.20.1.100', prefixLength: 24 }],
      prefer: alpha,
      with: [],
      after: [],
    },
  ],
  fencing: { kind: 'required' },
  quorum: { kind: 'two-node' },
  timing: 'balanced',
}

export const pairWithoutFencing: Cluster = {
  ...pair,
  nodes: pair.nodes.map(n => ({ ...n, fence: [] })),
  fencing: { kind: 'none', reason: 'a class room, the data is thrown away every evening' },
}

/** HAProxy on all three nodes, two addresses. */
export const balancers: Cluster = {
  name: 'edge',
  nodes: [node(alpha, 1), node(beta, 2), node(gamma, 3)],
  volumes: [],
  services: [
    {
      name: 'web',
      blueprint: 'haproxy',
      parameters: {},
      volumes: [],
      addresses: [
        { address: '10.20.1.201', prefixLength: 24, prefer: alpha },
        { address: '10.20.1.202', prefixLength: 24, prefer: beta },
      ],
      with: [],
      after: [],
    },
  ],
  fencing: { kind: 'required' },
  quorum: { kind: 'majority' },
  timing: 'balanced',
}
