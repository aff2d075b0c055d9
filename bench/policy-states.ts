// Cluster states of a chosen size for the benchmark: primitives in groups of four, every second group colocated with
// and ordered after its neighbour, some clones and promotable clones; as they run steadily, just after a node failed,
// and before anything was ever probed. Made directly as text: a large one has hundreds of thousands of history entries.
import { createHash } from 'node:crypto'

export interface Size {
  readonly nodes: number
  readonly resources: number
}

export const states = ['steady', 'node failed', 'cold start'] as const
export type State = (typeof states)[number]

/** The sizes of the table, smallest first. */
export const sizes: readonly Size[] = [
  { nodes: 2, resources: 10 },
  { nodes: 4, resources: 100 },
  { nodes: 8, resources: 500 },
  { nodes: 16, resources: 1_000 },
  { nodes: 16, resources: 3_000 },
  { nodes: 32, resources: 5_000 },
]

export const showSize = ({ nodes, resources }: Size): string => `${nodes}×${resources}`

interface Layout {
  readonly nodes: readonly string[]
  readonly groups: readonly (readonly string[])[]
  readonly clones: readonly string[]
  readonly promotables: readonly string[]
}

function layout({ nodes, resources }: Size): Layout {
  const special = Math.max(1, Math.floor(resources / 250))
  const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
  const grouped = names('r', resources - 2 * special)
  return {
    nodes: names('node', nodes),
    groups: Array.from({ length: Math.ceil(grouped.length / 4) }, (_, i) => grouped.slice(4 * i, 4 * i + 4)),
    clones: names('clone', special),
    promotables: names('db', special),
  }
}

export function stateOf(size: Size, state: State): string {
  const plan = layout(size)
  return [
    '<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"',
    ' have-quorum="1" dc-uuid="1" execution-date="1700000000">',
    configuration(plan),
    `<status>${plan.nodes.map((node, at) => nodeState(plan, node, at, state)).join('\n')}</status></cib>\n`,
  ].join('\n')
}

const pair = (owner: string, name: string, value: string): string =>
  `<nvpair id="${owner}-${name}" name="${name}" value="${value}"/>`

function configuration(plan: Layout): string {
  const options = pair('options', 'stonith-enabled', 'true') + pair('options', 'no-quorum-policy', 'ignore')
  const stickiness = pair('defaults', 'resource-stickiness', '100')
  const nodes = plan.nodes.map((uname, at) => `<node id="${at + 1}" uname="${uname}"/>`)
  const groups = plan.groups.map((members, at) => `<group id="g${at}">${members.map(primitive).join('\n')}</group>`)
  const clones = plan.clones.map(name => clone(name, { interleave: 'true' }))
  const promotables = plan.promotables.map(name =>
    clone(name, { promotable: 'true', 'clone-max': '2', notify: 'true' }),
  )
  return `<configuration>
<crm_config><cluster_property_set id="options">${options}</cluster_property_set></crm_config>
<nodes>${nodes.join('')}</nodes>
<resources><primitive id="fencing" class="stonith" type="fence_xvm"/>
${[...groups, ...clones, ...promotables].join('\n')}</resources>
<constraints>${constraints(plan)}</constraints>
<rsc_defaults><meta_attributes id="defaults">${stickiness}</meta_attributes></rsc_defaults>
</configuration>`
}

const primitive = (id: string): string =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"><instance_attributes id="${id}-params">${pair(`${id}-params`, 'fake', id)}` +
  `</instance_attributes><operations><op id="${id}-monitor" name="monitor" interval="10s"/></operations></primitive>`

function clone(id: string, options: Readonly<Record<string, string>>): string {
  const owner = `${id}-clone-meta`
  const meta = Object.entries(options).map(([name, value]) => pair(owner, name, value))
  return `<clone id="${id}-clone"><meta_attributes id="${owner}">${meta.join('')}</meta_attributes>${primitive(id)}</clone>`
}

/** Every second group lives with, and starts after, the one before it; every first one wants a node of its own choice. */
function constraints({ groups, nodes, promotables }: Layout): string {
  return groups
    .map((_, at) => {
      const node = nodes[home(at, nodes.length)] ?? ''
      if (at % 2 === 0) return `<rsc_location id="loc${at}" rsc="g${at}" node="${node}" score="50"/>`
      const database = promotables[at % 40 === 1 ? 0 : -1]
      const order = `<rsc_order id="ord${at}" first="g${at - 1}" then="g${at}"/>`
      const after = database
        ? `<rsc_order id="pro${at}" first="${database}-clone" first-action="promote" then="g${at}"/>`
        : ''
      return `<rsc_colocation id="col${at}" rsc="g${at}" with-rsc="g${at - 1}" score="INFINITY"/>${order}${after}`
    })
    .join('\n')
}

/** Groups live in pairs on the nodes by turns. */
const home = (group: number, nodes: number): number => Math.floor(group / 2) % nodes

function nodeState(plan: Layout, uname: string, at: number, state: State): string {
  const id = String(at + 1)
  const isLost = state === 'node failed' && at === plan.nodes.length - 1
  const membership = isLost
    ? 'in_ccm="false" crmd="offline" join="down" expected="member"'
    : 'in_ccm="true" crmd="online" join="member" expected="member"'
  const history = state === 'cold start' ? '' : histories(plan, at)
  const scores = plan.promotables
    .filter((_, k) => livesHere(k, at, plan.nodes.length))
    .map((name, k) => pair(`status-${id}-${k}`, `master-${name}`, isPromoted(plan, name, at) ? '100' : '10'))
  const transient = `<transient_attributes id="${id}"><instance_attributes id="status-${id}">${scores.join('')}</instance_attributes></transient_attributes>`
  return (
    `<node_state id="${id}" uname="${uname}" ${membership}>${state === 'cold start' ? '' : transient}` +
    `<lrm id="${id}"><lrm_resources>\n${history}</lrm_resources></lrm></node_state>`
  )
}

/** The k-th promotable clone has its two instances on neighbouring nodes; the first of them is promoted. */
const livesHere = (k: number, node: number, nodes: number): boolean => k % nodes === node || (k + 1) % nodes === node
const isPromoted = ({ promotables, nodes }: Layout, name: string, node: number): boolean =>
  promotables.indexOf(name) % nodes.length === node

function histories(plan: Layout, node: number): string {
  const grouped = plan.groups.flatMap((members, at) => {
    const isHere = home(at, plan.nodes.length) === node
    return members.map(name => history(name, isHere ? 'started' : 'stopped'))
  })
  const clones = plan.clones.map(name => history(name, 'started'))
  const promotables = plan.promotables.map((name, k) => {
    if (!livesHere(k, node, plan.nodes.length)) return history(name, 'stopped')
    return history(name, isPromoted(plan, name, node) ? 'promoted' : 'started')
  })
  const fencing = `<lrm_resource id="fencing" class="stonith" type="fence_xvm">${entry('fencing', node === 0 ? 'start' : 'monitor', 0, node === 0 ? 0 : 7)}</lrm_resource>`
  return [fencing, ...grouped, ...clones, ...promotables].join('\n')
}

function history(id: string, now: 'started' | 'stopped' | 'promoted'): string {
  const entries =
    now === 'stopped'
      ? entry(id, 'monitor', 0, 7)
      : now === 'promoted'
        ? entry(id, 'promote', 0, 0)
        : entry(id, 'start', 0, 0) + entry(id, 'monitor', 10_000, 0)
  return `<lrm_resource id="${id}" class="ocf" provider="pacemaker" type="Dummy">${entries}</lrm_resource>`
}

const uuid = '6125a0df-456a-4395-829a-418e9a380d36'

function entry(rsc: string, operation: string, interval: number, code: number): string {
  const id = interval === 0 ? `${rsc}_last_0` : `${rsc}_${operation}_${interval}`
  const key = `1:1:${code}:${uuid}`
  const digest = interval === 0 ? ` op-digest="${digestOf(rsc)}"` : ''
  return (
    `<lrm_rsc_op id="${id}" operation_key="${rsc}_${operation}_${interval}" operation="${operation}"` +
    ` crm_feature_set="3.16.1" transition-key="${key}" transition-magic="0:${code};${key}" exit-reason="" call-id="${interval === 0 ? 1 : 2}"` +
    ` rc-code="${code}" op-status="0" interval="${interval}" last-rc-change="1699999000" exec-time="5" queue-time="0"${digest}/>`
  )
}

const digests = new Map<string, string>()

/** Pacemaker's digest of the parameters that an operation was run with. */
function digestOf(rsc: string): string {
  const known = digests.get(rsc)
  if (known !== undefined) return known
  const digest = createHash('md5')
    .update(rsc === 'fencing' ? ' <parameters/>\n' : ` <parameters fake="${rsc}"/>\n`)
    .digest('hex')
  digests.set(rsc, digest)
  return digest
}
