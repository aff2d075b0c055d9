// One case put to both: crm_simulate's answer and the engine's, and in which groups they differ.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare, type Group, showDifferences } from './compare.ts'
import { engine } from './engine.ts'
import { oracle } from './oracle.ts'
import { type Case, shrink } from './shrink.ts'
import { print } from './tree.ts'

export type Verdict =
  | { readonly kind: 'same'; readonly output: string }
  /** `groups`: "refused" or "defect" where the engine gave no answer. */
  | { readonly kind: 'differs'; readonly groups: readonly string[]; readonly text: string; readonly output: string }
  /** crm_simulate itself refused the case: the generator's fault, nobody else's. */
  | { readonly kind: 'invalid'; readonly why: string }

export async function verdict(asked: Case, groups: readonly Group[]): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-case-'))
  try {
    const file = join(folder, 'case.xml')
    const text = print(asked.cib)
    writeFileSync(file, text)
    const theirs = await oracle(file, asked.cib, { events: asked.events })
    if (theirs.kind === 'refused') return { kind: 'invalid', why: theirs.why }
    const { output } = theirs
    const ours = engine(text, asked.events)
    if (ours.kind !== 'answer')
      return { kind: 'differs', groups: [ours.kind], text: `${ours.kind}: ${ours.why}`, output }
    const differences = compare(theirs.answer, ours.answer, groups)
    if (differences.length === 0) return { kind: 'same', output }
    return { kind: 'differs', groups: differences.map(d => d.group), text: showDifferences(differences), output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The smallest case that still differs in the same first group. */
export function smallest(start: Case, groups: readonly Group[], differing: readonly string[]): Promise<Case> {
  const first = differing[0]
  return shrink(start, async candidate => {
    const now = await verdict(candidate, groups)
    return now.kind === 'differs' && now.groups[0] === first
  })
}
