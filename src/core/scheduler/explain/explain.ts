// Why here, why not there, why stopped, blocked, fenced, waiting: a decision's trace in words that a person reads at three in
// the morning. Every score is shown as the sum of what contributed to it; what would have to change is tried out.
import type { Span } from '../../base/result.ts'
import { INFINITY } from '../../base/score.ts'
import type { Instant } from '../../base/units.ts'
import type { Cib } from '../../cib/types.ts'
import type { Decision, NodeView, Placement } from '../decision.ts'
import { primitivesOf } from '../inject.ts'
import type { Contribution } from '../trace.ts'
import { naturally } from '../unpack/names.ts'
import { type About, chainOf } from './about.ts'
import { partOf } from './causes.ts'
import type { Account, Explanation } from './explanation.ts'
import { explainNode } from './fencing.ts'
import { remedyFor } from './remedies.ts'
import { waits } from './waits.ts'
import { because, verdict } from './why.ts'

export interface Question {
  /** A resource or one of its instances ("db", "db:0"), or a node: why it is fenced. */
  readonly subject: string
  /** Only about this node. */
  readonly node?: string | undefined
  readonly cib: Cib
  readonly now: Instant
  /** Made with `trace: true`. */
  readonly decision: Decision
  /** Where constraints are written in the cluster file, by id. */
  readonly origins?: ReadonlyMap<string, Span> | undefined
}

/** Beyond this many nodes, remedies are only looked for where one node was asked about. */
const manyNodes = 8

/** One for each instance; empty where nothing has that name. */
export function explain({ subject, node, cib, now, decision, origins = new Map() }: Question): readonly Explanation[] {
  const about: About = { cib, now, decision, origins }
  const rsc = chainOf(about, subject).at(-1)
  const members = rsc && rsc.id === subject ? new Set(primitivesOf([rsc]).map(one => one.id)) : new Set<string>()
  const asked = decision.placements.filter(one => one.id === subject || one.rsc === subject || members.has(one.rsc))
  if (asked.length > 0) {
    const isGroup = rsc?.id === subject && rsc.kind === 'group'
    const sorted = isGroup ? asked : asked.toSorted((a, b) => naturally(a.id, b.id))
    return sorted.map((one, at) => ofInstance(about, one, node, at === 0 || !isGroup))
  }
  return decision.nodes.some(n => n.node === subject) ? [explainNode(about, subject)] : []
}

/** Of a group, the scores are those of its first member. */
function ofInstance(about: About, where: Placement, only: string | undefined, inFull: boolean): Explanation {
  const views = about.decision.nodes.filter(n => n.type !== 'ping' && (only === undefined || n.node === only))
  const tries = only !== undefined || views.length <= manyNodes
  const isManaged = where.unmanaged !== true
  return {
    subject: where.id,
    kind: 'resource',
    verdict: verdict(about, where),
    because: because(about, where),
    nodes: inFull && isManaged ? views.flatMap(view => account(about, where, view, tries)) : [],
    promotion: inFull && isManaged ? promotion(about, where, only, tries) : [],
    waits: waits(about, where),
  }
}

const scoreOf = ({ decision }: About, id: string, node: string): number | undefined =>
  decision.scores.findLast(line => line[1] === id && line[2] === node)?.[3]

function account(about: About, where: Placement, view: NodeView, tries: boolean): readonly Account[] {
  const { node } = view
  const score = scoreOf(about, where.id, node)
  const isHere = where.node === node
  if (score === undefined && isInside(view)) return []
  const own = (about.decision.trace ?? []).filter(p => p.about === 'placement' && p.rsc === where.id && p.node === node)
  // An interchangeable instance that is somewhere need not be here.
  const isSettled = where.node !== null && where.instance === null && where.id !== where.rsc
  const remedy = isHere || isSettled || !tries ? undefined : remedyFor(about, where, node, false)
  return [
    {
      node,
      ...(score === undefined ? {} : { score }),
      chosen: isHere,
      parts: parts(
        about,
        own.filter(p => p.dropped === undefined && !p.late && p.score !== 0),
      ),
      aside: parts(
        about,
        own.filter(p => p.dropped !== undefined),
      ),
      but: [
        ...nodeState(view),
        ...(score === undefined ? ['no location constraint allows it, and symmetric-cluster=false'] : []),
        ...late(about, own),
      ],
      remedy: remedy?.steps ?? [],
      ...(remedy ? { remedySuffices: remedy.suffices } : {}),
    },
  ]
}

/** A node inside of a bundle is for what belongs there and for nothing else. */
const isInside = (view: NodeView): boolean => view.type === 'remote'

const late = (about: About, own: readonly Contribution[]): string[] =>
  own.filter(part => part.late && part.score < 0).map(part => partOf(part, about).text)

/** Equal causes are told once with their sum, as for two operations that failed alike. */
function parts(about: About, own: readonly Contribution[]): Account['parts'] {
  const told = own.map(part => partOf(part, about))
  const merged = new Map<string, (typeof told)[number]>()
  for (const part of told) {
    const before = merged.get(part.text)
    const isForever = Math.abs(part.score) >= INFINITY
    merged.set(part.text, before && !isForever ? { ...part, score: before.score + part.score } : part)
  }
  return [...merged.values()]
}

function nodeState(view: NodeView): string[] {
  return [
    view.unclean
      ? 'the node is unclean: nobody knows what it does, it has to be fenced'
      : !view.online && 'the node is offline',
    view.pending && 'the node is joining, and has not finished',
    view.standby && !view.pending && 'the node is in standby',
    view.maintenance && 'the node is in maintenance',
  ].filter(line => line !== false)
}

function promotion(about: About, where: Placement, only: string | undefined, tries: boolean): readonly Account[] {
  const line = about.decision.promotion.find(one => one[0] === where.id)
  if (!line || line[1] === '' || (only !== undefined && line[1] !== only)) return []
  const node = line[1]
  const own = (about.decision.trace ?? []).filter(p => p.about === 'promotion' && p.rsc === where.id && p.node === node)
  const isPromoted = where.role === 'Promoted'
  const remedy = isPromoted || !tries ? undefined : remedyFor(about, where, node, true)
  return [
    {
      node,
      score: line[2],
      chosen: isPromoted,
      parts: parts(
        about,
        own.filter(p => p.dropped === undefined && p.score !== 0),
      ),
      aside: parts(
        about,
        own.filter(p => p.dropped !== undefined),
      ),
      but: [],
      remedy: remedy?.steps ?? [],
      ...(remedy ? { remedySuffices: remedy.suffices } : {}),
    },
  ]
}
