// The policy engine's answer for people: nodes, where everything is, what will happen and why, where it ends.
import { styleText } from 'node:util'
import type { Problem } from '../../../core/base/result.ts'
import type { Change, Decision, NodeView, Placement } from '../../../core/scheduler/decision.ts'
import type { Style } from '../../../core/scheduler/explain/show.ts'
import type { Answered } from './answer.ts'

type Colour = 'red' | 'green' | 'yellow' | 'bold' | 'dim'
/** Plain where the output is no terminal, or NO_COLOR is set. */
const colour = (colour: Colour, text: string): string => styleText(colour, text, { stream: process.stdout })

/** For explanations. */
/** Of explanations: bold where the eye should go, as wide as the terminal. */
export const style: Style = {
  width: Math.max(60, Math.min(process.stdout.columns ?? 110, 120)),
  strong: (text: string): string => colour('bold', text),
  weak: (text: string): string => colour('dim', text),
}

export function showProblems(problems: readonly Problem[]): string {
  const place = ({ at }: Problem): string => (at ? `${at.file}:${at.line}:${at.column}: ` : '')
  const line = (p: Problem): string => {
    const kind = styleText(p.severity === 'error' ? 'red' : 'yellow', p.severity, { stream: process.stderr })
    return `${place(p)}${kind}: ${p.message}\n${p.hint === undefined ? '' : `  hint: ${p.hint}\n`}`
  }
  return problems.map(line).join('')
}

export function showAnswer(name: string, { before, decision, after }: Answered): string {
  const sections = [
    colour('bold', name),
    section('Nodes', decision.nodes.map(showNode)),
    section('Resources now', showPlacements((before ?? decision).current)),
    section('What will happen', happenings(decision)),
    ...(after ? [section('Afterwards', showPlacements(after.current))] : []),
  ]
  return `${sections.join('\n\n')}\n`
}

const section = (title: string, lines: readonly string[]): string =>
  [colour('bold', title), ...lines.map(line => `  ${line}`)].join('\n')

function showNode(node: NodeView): string {
  const flags = [
    node.unclean && colour('red', 'unclean'),
    node.pending && colour('yellow', 'pending'),
    node.standby && colour('yellow', 'standby'),
    node.maintenance && colour('yellow', 'maintenance'),
  ].filter(flag => flag !== false)
  const state = node.online ? colour('green', 'online') : colour('red', 'offline')
  const kind = node.type === 'member' ? [] : [`(${node.type})`]
  return [node.node.padEnd(16), state, ...flags, ...kind].join('  ')
}

/** One line per resource; the interchangeable instances of a clone share it. */
function showPlacements(placements: readonly Placement[]): string[] {
  const lines = new Map<string, string[]>()
  for (const { rsc, instance, node, role, forgotten } of placements) {
    if (forgotten) continue
    const name = instance === null ? rsc : `${rsc}:${instance}`
    const where =
      node === null ? colour('dim', 'stopped') : role === 'Started' ? node : `${node} (${role.toLowerCase()})`
    lines.set(name, [...(lines.get(name) ?? []), where])
  }
  if (lines.size === 0) return [colour('dim', 'none')]
  return [...lines].map(([name, where]) => `${name.padEnd(16)}  ${where.join(', ')}`)
}

function happenings({ fencing, changes }: Decision): string[] {
  const acts = changes.filter(change => change.verb !== 'leave')
  const lines = [
    ...fencing.map(f => `${colour('red', f.op.toLowerCase())} ${f.node}: ${f.reason}`),
    ...acts.map(showChange),
  ]
  return lines.length === 0 ? [colour('dim', 'nothing')] : lines
}

function showChange({ rsc, verb, from, to, reason, blocked }: Change): string {
  const way = from !== undefined && to !== undefined && from !== to ? `${from} → ${to}` : (to ?? from ?? '')
  const why = reason === undefined ? '' : colour('dim', ` (${reason})`)
  return `${verb.padEnd(10)} ${rsc.padEnd(16)} ${way}${why}${blocked ? colour('red', '  blocked') : ''}`
}
