// `schedule --why`: the explanation, and what it needs besides the policy engine. Loaded only where somebody asks.
import { basename } from 'node:path'
import type { Problem } from '../../../core/base/result.ts'
import { closest } from '../../../core/base/suggest.ts'
import type { Resource } from '../../../core/cib/types.ts'
import { explain } from '../../../core/scheduler/explain/explain.ts'
import { showExplanations } from '../../../core/scheduler/explain/show.ts'
import type { Answered } from './answer.ts'
import { readText, sortedJson } from './files.ts'
import { origins } from './origins.ts'
import { showProblems, style } from './text.ts'

export interface Asked {
  readonly json?: boolean
  readonly on?: string
  readonly cluster?: string
}

export function showWhy(file: string, value: Answered, why: string, { on, json, cluster }: Asked): boolean {
  const { cib, now, decision } = value
  const wrong = unknownName(why, namesIn(value), 'resource or node') ?? unknownNode(on, value)
  if (wrong) {
    process.stderr.write(showProblems([wrong]))
    return false
  }
  const source = cluster === undefined ? undefined : readText(cluster)
  if (source?.problems.length) {
    process.stderr.write(showProblems(source.problems))
    return false
  }
  const places = source?.text === undefined ? undefined : origins(source.text, basename(cluster ?? ''), cib)
  const explanations = explain({ subject: why, node: on, cib, now, decision, origins: places })
  if (json) console.log(sortedJson({ file: basename(file), explanations }))
  else process.stdout.write(`${showExplanations(explanations, style).join('\n')}\n`)
  return true
}

const unknownNode = (on: string | undefined, { decision }: Answered): Problem | undefined =>
  on === undefined
    ? undefined
    : unknownName(
        on,
        decision.nodes.map(n => n.node),
        'node',
      )

function unknownName(name: string, known: readonly string[], what: string): Problem | undefined {
  if (known.includes(name)) return undefined
  const near = closest(name, known)
  const hint = near === undefined ? `known: ${known.join(', ')}` : `did you mean "${near}"?`
  return { severity: 'error', code: 'unknown-name', message: `there is no ${what} "${name}"`, hint }
}

/** Everything that can be asked about: what is in the configuration, its instances, what only the history knows, nodes. */
function namesIn({ cib, decision }: Answered): readonly string[] {
  const configured = cib.configuration.resources.flatMap(idsIn)
  const placed = decision.placements.flatMap(p => [p.rsc, p.id])
  return [...new Set([...configured, ...placed, ...decision.nodes.map(n => n.node)])]
}

function idsIn(rsc: Resource): readonly string[] {
  const inside = rsc.kind === 'group' ? rsc.members : rsc.kind === 'clone' ? [rsc.child] : []
  return [rsc.id, ...inside.flatMap(idsIn)]
}
