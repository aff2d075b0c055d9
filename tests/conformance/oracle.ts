// What the installed crm_simulate answers, in the canonical form. It reads the XML report (status before and after,
// actions, scores), the transition graph, and from the log at "info" the resources that stay where they are.
// Areas not verified: with injected events the report's status is the one before them, so that an unmanaged resource's
// placement is read from there.
import {
  type Action,
  type Answer,
  canonical,
  type Edge,
  type Fencing,
  type NodeState,
  type Placement,
} from './answer.ts'
import { crmSimulate, type Options } from './crm-simulate.ts'
import { child, named, parse, type Tree } from './tree.ts'

export type Oracle =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly output: string }
  | { readonly kind: 'refused'; readonly code: number; readonly why: string }

export async function oracle(file: string, cib: Tree, options: Options = {}): Promise<Oracle> {
  const run = await crmSimulate(file, options)
  if (run.timedOut) return { kind: 'refused', code: run.code, why: 'crm_simulate took too long' }
  const report = parse(run.report)
  const before = child(report, 'cluster_status')
  const graph = parse(run.graph)
  // Status 1 with a report: the transition was planned, but a ring of orders kept it from being finished.
  if (run.code > 1 || !report || !before || !graph) return { kind: 'refused', code: run.code, why: lastLines(run.log) }
  const status = readStatus(before, bundled(cib))
  const after = child(report, 'revised_cluster_status')
  const allocations = child(report, 'allocations')?.children ?? []
  const answer: Answer = {
    nodes: canonical(status.nodes),
    placements: canonical(placements(report, run.log, status)),
    fencing: canonical(fencing(report)),
    ...readGraph(graph, status.anonymous),
    scores: allocations
      .filter(row => row.name === 'node_weight')
      .map(({ attributes: a }) => [a['function'] ?? '', a['id'] ?? '', a['node'] ?? '', a['score'] ?? '']),
    promotion: allocations
      .filter(row => row.name === 'promotion_score')
      .map(({ attributes: a }) => [a['id'] ?? '', a['node'] ?? null, a['score'] ?? '']),
    final: after ? canonical(readStatus(after, bundled(cib)).leaves.flatMap(whereabouts)) : null,
  }
  return { kind: 'answer', answer, output: run.output }
}

const lastLines = (log: string): string => log.trimEnd().split('\n').slice(-3).join('; ')

// The report's status

interface Leaf {
  readonly rsc: string
  readonly instance: number | null
  readonly role: string
  readonly nodes: readonly string[]
  readonly orphan: boolean
}

interface Status {
  readonly nodes: readonly NodeState[]
  readonly leaves: readonly Leaf[]
  /** Primitives and groups whose instances are interchangeable. */
  readonly anonymous: ReadonlySet<string>
  readonly promotable: ReadonlySet<string>
}

/** The primitives inside bundles, and whether they can be promoted: the report does not say. */
function bundled(cib: Tree): ReadonlyMap<string, { readonly promotable: boolean }> {
  return new Map(
    named(cib, 'bundle').flatMap(bundle => {
      const most = bundle.children.map(({ attributes: a }) => Number(a['promoted-max'] ?? a['masters'] ?? 0))
      const promotable = most.some(n => n > 0)
      return bundle.children.filter(c => c.name === 'primitive').map(p => [p.attributes['id'] ?? '', { promotable }])
    }),
  )
}

type Within = { readonly kind: 'none' | 'bundle' | 'unique' | 'anonymous'; readonly promotable: boolean }

function readStatus(status: Tree, inBundles: ReturnType<typeof bundled>): Status {
  const leaves: Leaf[] = []
  const anonymous = new Set<string>()
  const promotable = new Set<string>()
  const visit = (tree: Tree, within: Within): void => {
    const inner = inside(tree, within)
    for (const below of tree.children) if (below.name !== 'resource') visit(below, inner)
    if (tree.name === 'group' && inner.kind === 'anonymous') anonymous.add(split(idOf(tree)).base)
    for (const leaf of tree.children) if (leaf.name === 'resource') visitLeaf(leaf, inner)
  }
  const visitLeaf = (tree: Tree, within: Within): void => {
    const { base, number } = split(idOf(tree))
    const own = within.kind === 'bundle' ? inBundles.get(base) : undefined
    const isAnonymous = within.kind === 'anonymous' || own !== undefined
    if (isAnonymous) anonymous.add(base)
    if (within.promotable || own?.promotable) promotable.add(base)
    const isUnique = within.kind === 'unique' && number !== undefined
    leaves.push({
      rsc: isAnonymous || isUnique ? base : idOf(tree),
      instance: isUnique ? number : null,
      role: role(tree.attributes['role']) ?? '',
      nodes: tree.children.filter(c => c.name === 'node').map(c => c.attributes['name'] ?? ''),
      orphan: tree.attributes['orphaned'] === 'true',
    })
  }
  const resources = child(status, 'resources')
  if (resources) visit(resources, { kind: 'none', promotable: false })
  return { nodes: child(status, 'nodes')?.children.map(readNode) ?? [], leaves, anonymous, promotable }
}

function inside(tree: Tree, within: Within): Within {
  const a = tree.attributes
  if (tree.name === 'clone') {
    return { kind: a['unique'] === 'true' ? 'unique' : 'anonymous', promotable: a['multi_state'] === 'true' }
  }
  return tree.name === 'bundle' || tree.name === 'replica' ? { kind: 'bundle', promotable: false } : within
}

function readNode({ attributes: a }: Tree): NodeState {
  const is = (name: string): boolean => a[name] === 'true'
  return {
    node: a['name'] ?? '',
    online: is('online'),
    unclean: is('unclean'),
    pending: is('pending'),
    standby: is('standby') || is('standby_onfail'),
    maintenance: is('maintenance'),
    type: a['type'] ?? '',
  }
}

const idOf = (tree: Tree): string => tree.attributes['id'] ?? ''

/** Pacemaker numbers instances as `rsc:2`. */
function split(id: string): { readonly base: string; readonly number: number | undefined } {
  const match = /^(.*):(\d+)$/.exec(id)
  return match ? { base: match[1] ?? '', number: Number(match[2]) } : { base: id, number: undefined }
}

/** The canonical name: anonymous instances lose their number. */
function naming(
  id: string,
  anonymous: ReadonlySet<string>,
): { readonly rsc: string; readonly instance: number | null } {
  const { base, number } = split(id)
  return { rsc: base, instance: number === undefined || anonymous.has(base) ? null : number }
}

const newNames: Readonly<Record<string, string>> = { Master: 'Promoted', Slave: 'Unpromoted' }
const role = (name: string | undefined): string | undefined =>
  name === undefined ? undefined : (newNames[name] ?? name)

/** A stopped orphan is gone from the configuration and from the nodes: it is nowhere. */
function whereabouts({ rsc, instance, role, nodes, orphan }: Leaf): Placement[] {
  if (nodes.length > 0) return nodes.map(node => ({ rsc, instance, node, role }))
  return orphan ? [] : [{ rsc, instance, node: null, role: 'Stopped' }]
}

// The plan

function placements(report: Tree, log: string, status: Status): Placement[] {
  const actions = child(report, 'actions')?.children.filter(a => a.name === 'rsc_action') ?? []
  const acted = new Set(actions.map(a => a.attributes['resource'] ?? ''))
  const staying = [...left(log)].filter(([id]) => !acted.has(id))
  const unmanaged = new Set(staying.flatMap(([id, { node }]) => (node === 'unmanaged' ? [nameKey(id, status)] : [])))
  return [
    ...actions.map(action => planned(action, status)),
    ...staying
      .filter(([, { node }]) => node !== 'unmanaged')
      .map(([id, { node, role }]) => {
        const isStopped = role === 'Stopped'
        return { ...naming(id, status.anonymous), node: isStopped ? null : node, role }
      }),
    ...status.leaves
      .filter(({ rsc, instance }) => unmanaged.has(`${rsc} ${instance}`))
      .flatMap(leaf => whereabouts({ ...leaf, orphan: false })),
  ]
}

function nameKey(id: string, status: Status): string {
  const { rsc, instance } = naming(id, status.anonymous)
  return `${rsc} ${instance}`
}

function planned({ attributes: a }: Tree, { anonymous, promotable }: Status): Placement {
  const name = naming(a['resource'] ?? '', anonymous)
  if (a['action'] === 'stop') return { ...name, node: null, role: 'Stopped' }
  const next = role(a['next-role'] ?? a['role']) ?? (promotable.has(name.rsc) ? 'Unpromoted' : 'Started')
  return { ...name, node: a['dest'] ?? a['node'] ?? a['source'] ?? null, role: next }
}

/** What the log says stays as it is: instance → role and node; the last word counts. */
function left(log: string): Map<string, { readonly role: string; readonly node: string | null }> {
  const lines = log.matchAll(/rsc_action_default\)\s+info: Leave\s+(\S+)\s+\((\w+)(?: (\S+))?\)/g)
  return new Map([...lines].map(m => [m[1] ?? '', { role: role(m[2]) ?? '', node: m[3] ?? null }]))
}

function fencing(report: Tree): Fencing[] {
  const rows = child(report, 'actions')?.children.filter(a => a.name === 'node_action') ?? []
  return rows.map(({ attributes: a }) => ({
    node: a['node'] ?? '',
    op: a['task'] ?? a['action'] ?? '',
    reason: a['reason'] ?? null,
  }))
}

// The graph

function readGraph(graph: Tree, anonymous: ReadonlySet<string>): { actions: Action[]; edges: Edge[] } {
  const found: { readonly action: Action; readonly id: string; readonly inputs: readonly string[] }[] = []
  for (const synapse of graph.children.filter(c => c.name === 'synapse')) {
    const inputs = child(synapse, 'inputs')?.children.flatMap(t => t.children.map(idOf)) ?? []
    for (const tree of child(synapse, 'action_set')?.children ?? []) {
      found.push({ action: readAction(tree, anonymous), id: idOf(tree), inputs })
    }
  }
  const order = canonical(found, ({ action }) => action)
  const place = new Map(order.map(({ id }, at) => [id, at]))
  const edges = found.flatMap(({ id, inputs }) =>
    inputs.flatMap((input): Edge[] => {
      const [before, then] = [place.get(input), place.get(id)]
      return before === undefined || then === undefined ? [] : [[before, then]]
    }),
  )
  const unique = new Map(edges.map(edge => [edge.join(), edge]))
  const sorted = [...unique.values()].sort(([a, b], [c, d]) => a - c || b - d)
  return { actions: order.map(({ action }) => action), edges: sorted }
}

type Kind = 'rsc' | 'pseudo' | 'cluster'
const kinds: Readonly<Record<string, Kind>> = { rsc_op: 'rsc', pseudo_event: 'pseudo', crm_event: 'cluster' }

function readAction(tree: Tree, anonymous: ReadonlySet<string>): Action {
  const { operation: op = '', operation_key: key, on_node: node } = tree.attributes
  const kind = kinds[tree.name] ?? 'pseudo'
  const meta = child(tree, 'attributes')?.attributes ?? {}
  const subject = kind === 'cluster' || key === undefined ? {} : subjectOf(tree, kind, op, key, anonymous)
  return {
    kind,
    op,
    ...subject,
    ...(node === undefined ? {} : { node }),
    ...((kind === 'cluster' || op === 'stonith') && given('fence', meta['CRM_meta_stonith_action'])),
    ...(op === 'cancel' && meta['CRM_meta_interval'] !== undefined
      ? { ...given('cancel', meta['CRM_meta_operation']), interval: Number(meta['CRM_meta_interval']) }
      : {}),
    ...(op === 'notify' && meta['CRM_meta_notify_key_type'] !== undefined
      ? { what: `${meta['CRM_meta_notify_key_type']}-${meta['CRM_meta_notify_key_operation']}` }
      : {}),
  }
}

const given = <K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> =>
  value === undefined ? {} : ({ [name]: value } as Partial<Record<K, string>>)

/** Keys are RESOURCE_OPERATION_INTERVAL; those of notifications name type and operation before the interval. */
function subjectOf(tree: Tree, kind: Kind, op: string, key: string, anonymous: ReadonlySet<string>): Action {
  const notice = '(?:pre|post|confirmed-pre|confirmed-post)_(?:notify|notified)_\\w+'
  const match = new RegExp(`^(.*)_(${notice}|${escapePattern(op)})_(\\d+)$`).exec(key)
  const primitive = child(tree, 'primitive')?.attributes
  const name = match?.[1] ?? (kind === 'rsc' && primitive ? (primitive['long-id'] ?? primitive['id']) : undefined)
  if (name === undefined) return { key }
  const { rsc, instance } = naming(match ? name : (name.split('@')[0] ?? ''), anonymous)
  const what = kind !== 'rsc' && match?.[2] !== op ? match?.[2] : undefined
  return {
    rsc,
    ...(instance === null ? {} : { instance }),
    ...(Number(match?.[3] ?? 0) > 0 ? { interval: Number(match?.[3]) } : {}),
    ...(what === undefined ? {} : { what }),
  }
}

const escapePattern = (text: string): string => text.replaceAll(/[^\w]/g, c => `\\${c}`)
