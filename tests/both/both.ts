// The scenarios that run in the simulator and in the lab, and the verdict that every line of them has in both:
// verdicts.txt. tests/scenarios/both.test.ts is the half without machines, tests/lab/drills.test.ts the other one.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { found } from '../../src/core/base/assert.ts'
import { catalog } from '../../src/core/drill/catalog.ts'
import type { StepReport } from '../../src/core/drill/report.ts'

export interface Both {
  readonly name: string
  /** As `holdfast drill` is told: a name of the catalog, or a path. */
  readonly argument: string
  readonly text: string
}

const own = ['one-link-cut', 'standby-peer', 'meant-to-fail', 'disk-error']

export const scenarios: readonly Both[] = [
  ...catalog.map(({ name, text }) => ({ name, argument: name, text: found(text('db', 'pgdata'), name) })),
  ...own.map(name => {
    const path = join(import.meta.dirname, `${name}.scenario`)
    return { name, argument: path, text: readFileSync(path, 'utf8') }
  }),
]

/** One line for each statement, with the nodes' parts instead of their names. */
export const verdictsOf = ({ name, text }: Both, steps: readonly Pick<StepReport, 'line' | 'verdict'>[]): string =>
  [
    name,
    ...steps.map(({ line, verdict }) => {
      const statement = text.split('\n')[line - 1] ?? ''
      return `  ${verdict.padEnd(6)} ${statement.trim().replace(/\s+/g, ' ')}`
    }),
    '',
  ].join('\n')

export const verdictsFile: URL = new URL('verdicts.txt', import.meta.url)

/** What the file says of one scenario. */
export function agreed(name: string): string {
  const blocks = readFileSync(verdictsFile, 'utf8').split(/\n(?=\S)/)
  return `${blocks.find(block => block.startsWith(`${name}\n`))?.trimEnd() ?? `${name} is not in verdicts.txt`}\n`
}
