// Several nodes' views → one snapshot. While all are in one partition they agree, and the coordinator's view is taken.
// In a split each side is the witness for its own nodes: that is how a resource is seen active on both sides. About nodes
// that no side counts as its own, a quorate side is believed before the others. Nothing is filled in by guessing.
import { found } from '../base/assert.ts'
import type { Instant, NodeName } from '../base/units.ts'
import { isFenceDevice, type PacemakerView } from './crm-mon.ts'
import type { NodeView } from './node-view.ts'
import type {
  FenceDeviceState,
  FencingAction,
  FencingState,
  NodeState,
  OperationFailure,
  ResourceState,
  Snapshot,
  Unseen,
} from './snapshot.ts'

/** What a node answered, or why it did not. */
export type Heard = { readonly view: NodeView } | { readonly silent: NodeName; readonly why: string }

/** One side of a split, as its best witness sees it. */
interface Side {
  readonly view: PacemakerView
  readonly witness: NodeName
  readonly own: ReadonlySet<NodeName>
}

export function merge(cluster: string, names: readonly NodeName[], heard: readonly Heard[], at: Instant): Snapshot {
  const views = heard.flatMap(each => ('view' in each ? [each.view] : []))
  const silent = heard.flatMap((each): Unseen[] =>
    'silent' in each ? [{ node: each.silent, what: 'everything', why: each.why }] : [],
  )
  const sides = sidesOf(views)
  return {
    at,
    cluster,
    nodes: names.map(name => nodeState(name, views, sides)),
    quorum: views.flatMap(view => view.quorum ?? []),
    links: views.flatMap(view => view.links),
    resources: resourcesOf(sides),
    replicas: views.flatMap(view => view.replicas),
    fencing: fencingOf(views, sides),
    failures: unique(
      sides.flatMap(side => side.view.failures),
      failureKey,
    ),
    leftovers: unique(
      views.flatMap(view => view.configuration?.leftovers ?? []),
      id => id,
    ),
    unseen: [...silent, ...views.flatMap(view => view.unseen)],
  }
}

/** The believed one first: quorate before not, larger before smaller, then by name. */
function sidesOf(views: readonly NodeView[]): readonly Side[] {
  const sides: Side[] = []
  const witnesses = views
    .flatMap(({ node, pacemaker }) => (pacemaker ? [{ node, pacemaker }] : []))
    .sort((a, b) => Number(b.pacemaker.coordinator === b.node) - Number(a.pacemaker.coordinator === a.node))
  for (const { node, pacemaker } of witnesses) {
    if (sides.some(side => side.own.has(node))) continue
    const online = pacemaker.nodes.filter(each => each.membership === 'online' || each.membership === 'pending')
    sides.push({ view: pacemaker, witness: node, own: new Set([node, ...online.map(each => each.name)]) })
  }
  return sides.sort(
    (a, b) =>
      Number(b.view.quorate) - Number(a.view.quorate) || b.own.size - a.own.size || (a.witness < b.witness ? -1 : 1),
  )
}

function nodeState(name: NodeName, views: readonly NodeView[], sides: readonly Side[]): NodeState {
  const view = views.find(each => each.node === name)
  const own = sides.find(side => side.own.has(name)) ?? sides[0]
  const told = own?.view.nodes.find(each => each.name === name)
  // A quorate side that waits for this node to be fenced is about to do it, whatever the node thinks of itself.
  const isAwaited = sides.some(
    side => side.view.quorate && side.view.nodes.some(each => each.name === name && each.membership === 'unclean'),
  )
  return {
    name,
    reachable: view !== undefined,
    membership: isAwaited ? 'unclean' : (told?.membership ?? 'unknown'),
    standby: told?.standby ?? false,
    maintenance: told?.maintenance ?? false,
    coordinator: told?.coordinator ?? false,
    ...(view?.bootId === undefined ? {} : { bootId: view.bootId }),
    ...(view?.clockOffset === undefined ? {} : { clockOffset: view.clockOffset }),
  }
}

function resourcesOf(sides: readonly Side[]): readonly ResourceState[] {
  const [first, ...others] = sides
  if (!first) return []
  if (others.length === 0) return first.view.resources
  const elsewhere = new Set(others.flatMap(side => [...side.own]))
  const claimed = [
    ...first.view.resources.flatMap(row => narrowed(row, node => !elsewhere.has(node))),
    ...others.flatMap(side => side.view.resources.flatMap(row => narrowed(row, node => side.own.has(node)))),
  ]
  return [...merged(claimed), ...stopped(first.view.resources, claimed)]
}

/** The row for these nodes only; none where it is active on none of them. */
function narrowed(row: ResourceState, keep: (node: NodeName) => boolean): readonly ResourceState[] {
  const nodes = row.nodes.filter(keep)
  return nodes.length === 0 ? [] : [{ ...row, nodes }]
}

/** A primitive that is active on two sides is one row with both nodes; instances of a clone stay rows of their own. */
function merged(rows: readonly ResourceState[]): readonly ResourceState[] {
  const byKey = new Map<string, ResourceState>()
  for (const row of rows) {
    const key = [row.id, row.role, ...(row.role === 'Started' ? [] : row.nodes)].join(' ')
    const same = byKey.get(key)
    byKey.set(key, same ? { ...same, nodes: [...new Set([...same.nodes, ...row.nodes])] } : row)
  }
  return [...byKey.values()]
}

/** Rows that are active nowhere, by as many as the believed side has beyond the claimed ones. */
function stopped(rows: readonly ResourceState[], claimed: readonly ResourceState[]): readonly ResourceState[] {
  return [...new Set(rows.map(row => row.id))].flatMap(id => {
    const ofId = rows.filter(row => row.id === id)
    const active = new Set(claimed.filter(row => row.id === id).flatMap(row => row.nodes)).size
    const row = found(ofId[0], id)
    return Array.from(
      { length: Math.max(0, ofId.length - active) },
      (): ResourceState => ({ ...row, role: 'Stopped', nodes: [] }),
    )
  })
}

function fencingOf(views: readonly NodeView[], sides: readonly Side[]): FencingState {
  const history = unique(
    sides.flatMap(side => side.view.history).sort((a, b) => b.at - a.at),
    action => [action.target, action.action, action.state, action.at].join(' '),
  )
  const resources = resourcesOf(sides).filter(isFenceDevice)
  return {
    enabled: sides[0]?.view.fencingEnabled ?? false,
    devices: resources.flatMap(row => devicesOf(row, views, sides, history)),
    history,
  }
}

/** A device that switches several nodes is told once for each of them. */
function devicesOf(
  row: ResourceState,
  views: readonly NodeView[],
  sides: readonly Side[],
  history: readonly FencingAction[],
): readonly FenceDeviceState[] {
  const targets = views.find(view => view.configuration)?.configuration?.targets.get(row.id) ?? []
  const known = sides[0]?.view.nodes.map(node => node.name) ?? []
  const proofs = views.flatMap(view => view.proofs).filter(proof => proof.device === row.id)
  const answered = sides.flatMap(side => side.view.answered.get(row.id) ?? [])
  return known
    .filter(name => targets.length === 0 || targets.includes(name))
    .map(target => {
      const tried = history.filter(action => action.target === target && action.state !== 'pending')
      const switched = tried.filter(action => action.state === 'success')
      const proven = proofs.filter(proof => proof.target === target)
      const instants = [...answered, ...switched.map(action => action.at), ...proven.map(proof => proof.at)]
      const lastProven = instants.toSorted((a, b) => b - a)[0]
      // The last attempt to switch the target failed, and nothing has worked since.
      const hasRefused = tried[0]?.state === 'failed' && tried[0].at > (lastProven ?? 0)
      const runningOn = row.nodes[0]
      return {
        id: row.id,
        target,
        ...(runningOn ? { runningOn } : {}),
        healthy: runningOn !== undefined && row.role === 'Started' && !row.failed && !hasRefused,
        ...(lastProven === undefined ? {} : { lastProven }),
      }
    })
}

const failureKey = (failure: OperationFailure): string => [failure.resource, failure.node, failure.operation].join(' ')

function unique<T>(rows: readonly T[], key: (row: T) => string): readonly T[] {
  const byKey = new Map(rows.map(row => [key(row), row] as const).reverse())
  return [...byKey.values()].reverse()
}
