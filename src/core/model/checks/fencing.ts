// A lost node has to be off before its services start elsewhere, and something has to be able to switch it off.
// Source: best practice, "stonith-enabled=false", "IPMI on the host's own power as the only device; ssh fencing";
// security.md: secrets never in the file.
import { closest } from '../../base/suggest.ts'
import { parseAddress, sameAddress } from '../addresses.ts'
import { knownAgents, parametersOf } from '../fence-agents.ts'
import { choice, error, type FilePath, type Finding, repeated, warning } from '../finding.ts'
import type { Cluster, FenceDevice, Node } from '../types.ts'

export function checkFencing(cluster: Cluster): readonly Finding[] {
  const devices = cluster.nodes.flatMap(node =>
    node.fence.map((device, index) => checkDevice(node, device, fencePath(node, index))),
  )
  if (cluster.fencing.kind === 'none') return [...withoutFencing(cluster), ...devices.flat()]
  return [...cluster.nodes.flatMap(checkNode), ...devices.flat(), ...sameOutlet(cluster)]
}

/** One device may stand without a list. The deepest place that the file has answers. */
const fencePath = (node: Node, index: number): FilePath =>
  node.fence.length === 1 ? ['nodes', node.name, 'fence'] : ['nodes', node.name, 'fence', index]

const withoutFencing = (cluster: Cluster): readonly Finding[] => [
  warning(
    'fencing-none',
    ['fencing'],
    'NO FENCING: a node that is lost is only assumed to be off; when it is not, both write, and data is lost',
    'a fence device for every node, and `fencing: required`',
  ),
  ...cluster.nodes
    .filter(node => node.fence.length > 0)
    .map(node =>
      warning(
        'fence-ignored',
        ['nodes', node.name, 'fence'],
        `${node.name} has a fence device, which is not used because of \`fencing: none\``,
      ),
    ),
]

function checkNode(node: Node): readonly Finding[] {
  if (node.fence.length === 0)
    return [
      error(
        'no-fencing',
        ['nodes', node.name],
        `nothing can switch ${node.name} off: when it is lost, its services could not start elsewhere without risking the data`,
        `give it a device under \`fence\`: its management board ({ agent: fence_redfish, ip: …, username: …, password: { file: … } }), a switched outlet, or the hypervisor that runs it; if you really mean to go without: \`fencing: { none: REASON }\``,
      ),
    ]
  if (node.fence.every(device => device.sharesPower))
    return [
      warning(
        'fence-shares-power',
        ['nodes', node.name, 'fence'],
        `every device that can switch ${node.name} off dies with its power supply: a pulled plug could then not be confirmed, and its services would stay down`,
        'a second device that does not, such as a switched outlet; `shares-power: false` where this one has its own supply',
      ),
    ]
  return []
}

/** Parameters of the agents whose value opens something. */
const isSecret = (name: string): boolean =>
  /^(?:password|passwd|passphrase|community|secret|token|api_?key|snmp_priv_passwd)$|_(?:password|passwd|secret|token)$/.test(
    name,
  )
/** Set by the compiler. */
const ours = /^(?:pcmk_(?:host_list|host_map|host_check|delay_base)|action|method)$|_script$/

const provesNothing = /^fence_(?:ssh|dummy|manual|null)$/

function checkDevice(node: Node, device: FenceDevice, path: FilePath): readonly Finding[] {
  const { agent, parameters, secrets } = device
  const names = Object.keys(parameters)
  const self = parseAddress(parameters['ip'] ?? '')
  return [
    ...(provesNothing.test(agent)
      ? [
          error(
            'fence-agent',
            [...path, 'agent'],
            `${agent} proves nothing: it depends on the very node that is lost`,
            'a device outside the node: its board, an outlet, its hypervisor',
          ),
        ]
      : []),
    ...names
      .filter(isSecret)
      .map(name =>
        error(
          'secret-in-file',
          [...path, name],
          `\`${name}\` stands in the cluster file as it is`,
          `\`${name}: { file: PATH }\`, \`{ environment: NAME }\` or \`{ command: [PROGRAM, …] }\``,
        ),
      ),
    ...names
      .filter(name => ours.test(name))
      .map(name => error('fence-parameter', [...path, name], `\`${name}\` is set by Holdfast`, 'take it out')),
    ...checkParameters(device, path),
    ...Object.keys(secrets)
      .filter(name => !hasProgram.includes(name))
      .map(name =>
        warning(
          'secret-in-cib',
          [...path, name],
          `${agent} reads \`${name}\` from the cluster's configuration only, where root and the group haclient can see it`,
          'a user of the device that may do nothing but switch this outlet',
        ),
      ),
    ...(node.links.some(link => isSame(parseAddress(link), self))
      ? [
          error(
            'fence-is-node',
            path,
            `${parameters['ip']} is ${node.name} itself: it would have to answer after it is lost`,
          ),
        ]
      : []),
  ]
}

/** Every key beside `agent`, `level` and `shares-power` is the agent's: it has to know it. */
function checkParameters({ agent, parameters, secrets }: FenceDevice, path: FilePath): readonly Finding[] {
  const known = parametersOf(agent)
  const names = [...Object.keys(parameters), ...Object.keys(secrets)].filter(name => !ours.test(name))
  if (provesNothing.test(agent)) return []
  if (known === undefined) {
    const near = closest(agent, knownAgents)
    const hint =
      near === undefined
        ? 'Holdfast cannot check its parameters; `NAME -o metadata` lists them'
        : `did you mean \`${near}\`?`
    return [
      warning('unknown-fence-agent', [...path, 'agent'], `${agent} is no fence agent that Holdfast knows`, hint),
      ...names
        .filter(name => !/^[A-Za-z][A-Za-z0-9_-]*$/.test(name))
        .map(name => error('fence-parameter', [...path, name], `\`${name}\` is no parameter of a fence agent`)),
    ]
  }
  return [
    ...names
      .filter(name => !known.includes(name))
      .map(name =>
        error(
          'fence-parameter',
          [...path, name],
          `${agent} has no parameter \`${name}\``,
          choice(name, known, 'parameter'),
        ),
      ),
    ...(names.includes('ip')
      ? []
      : [error('fence-no-address', path, `${agent} needs \`ip\`: the address of the device`)]),
  ]
}

/** Secrets that the agents also take from a program (compile/secrets.ts). */
const hasProgram: readonly string[] = ['password', 'passwd', 'snmp_priv_passwd']

const isSame = (a: ReturnType<typeof parseAddress>, b: ReturnType<typeof parseAddress>): boolean =>
  a !== undefined && b !== undefined && sameAddress(a, b)

/** Two nodes behind one outlet or one board: fencing one switches the other off. */
function sameOutlet(cluster: Cluster): readonly Finding[] {
  const all = cluster.nodes.flatMap(node =>
    node.fence.map((device, index) => ({ node, device, path: fencePath(node, index) })),
  )
  const key = ({ device }: (typeof all)[number]): string =>
    JSON.stringify([device.agent, Object.entries(device.parameters).sort(([a], [b]) => (a < b ? -1 : 1))])
  return repeated(all, key)
    .filter(({ item, first }) => item.node !== first.node)
    .map(({ item, first }) =>
      error(
        'fence-twice',
        item.path,
        `${item.node.name} and ${first.node.name} have the very same fence device: it would switch off the wrong one`,
        'tell the outlets apart with `plug`, or the boards by `ip`',
      ),
    )
}
