// Two answers side by side, by group of features: what agrees, and for the rest the lines that only one of them has.
import { type Answer, canonical, type Placement, sortKey } from './answer.ts'
import { isReal, label, literalEdges, orderings } from './closure.ts'

/** The groups that are judged, then those that are shown for information. */
export const judged = ['placements', 'fencing', 'actions', 'ordering', 'scores', 'final'] as const
export const informative = ['nodes', 'pseudo', 'edges'] as const
export type Group = (typeof judged)[number] | (typeof informative)[number]
export const groups: readonly Group[] = [...judged, ...informative]

export interface Difference {
  readonly group: Group
  /** In the expected answer only. */
  readonly missing: readonly string[]
  /** In our answer only. */
  readonly extra: readonly string[]
}

const showPlacement = ({ rsc, instance, node, role }: Placement): string =>
  `${rsc}${instance === null ? '' : ` no. ${instance}`} ${role}${node === null ? '' : ` on ${node}`}`

const lines: Readonly<Record<Group, (answer: Answer) => string[]>> = {
  placements: a => a.placements.map(showPlacement),
  fencing: a => a.fencing.map(f => `${f.op} ${f.node}: ${f.reason}`),
  actions: a => a.actions.filter(isReal).map(label),
  ordering: a => orderings(a.actions, a.edges),
  scores: a => [...a.scores, ...a.promotion.map(p => ['promotion', ...p])].map(s => s.join(' ')),
  final: a => a.final?.map(showPlacement) ?? ['(no final state)'],
  nodes: a => canonical(a.nodes).map(sortKey),
  pseudo: a => a.actions.filter(action => !isReal(action)).map(label),
  edges: a => literalEdges(a.actions, a.edges),
}

/** What a group of features is about, a line each, sorted. */
export const linesOf = (answer: Answer, group: Group): string[] => lines[group](answer).sort()

export function compare(expected: Answer, ours: Answer, which: readonly Group[] = groups): Difference[] {
  return which.flatMap(group => {
    const [missing, extra] = subtract(linesOf(expected, group), linesOf(ours, group))
    return missing.length + extra.length === 0 ? [] : [{ group, missing, extra }]
  })
}

/** What only the one and what only the other of two sorted lists holds, counted. */
function subtract(left: readonly string[], right: readonly string[]): [string[], string[]] {
  const onlyLeft: string[] = []
  const onlyRight: string[] = []
  let l = 0
  let r = 0
  while (l < left.length || r < right.length) {
    const [a, b] = [left[l], right[r]]
    if (a === b) {
      l += 1
      r += 1
    } else if (b === undefined || (a !== undefined && a < b)) {
      if (a !== undefined) onlyLeft.push(a)
      l += 1
    } else {
      onlyRight.push(b)
      r += 1
    }
  }
  return [onlyLeft, onlyRight]
}

/** For people: at most `limit` lines per group and side. */
export function showDifferences(differences: readonly Difference[], limit = 12): string {
  const cut = (sign: string, all: readonly string[]) => [
    ...all.slice(0, limit).map(line => `  ${sign} ${line}`),
    ...(all.length > limit ? [`  ${sign} … and ${all.length - limit} more`] : []),
  ]
  return differences.flatMap(d => [`${d.group}:`, ...cut('−', d.missing), ...cut('+', d.extra)]).join('\n')
}
