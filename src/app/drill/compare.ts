// `drill --compare`: the same scenario measured in the lab (now, or earlier and saved) and predicted by the simulator,
// side by side on the screen and as files.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Comparison, compare } from '../../core/drill/compare.ts'
import { readReport } from '../../core/drill/read-report.ts'
import type { DrillReport } from '../../core/drill/report.ts'
import { comparisonLines } from '../../core/view/comparison.ts'
import { comparisonReport } from '../../core/view/comparison-report.ts'
import { printLines } from '../cli/lines.ts'
import { reportFolder, writeReport } from './files.ts'

/** What the simulator predicts the lab with, unless it is told otherwise: measured in a lab run. */
export const labCalibration: string = join(import.meta.dirname, '..', '..', '..', 'calibrations', 'lab.json')

/** A report that `drill` or `demo` has written; what is wrong with it is said. */
export function savedReport(file: string): DrillReport | undefined {
  const read = existsSync(file)
    ? readReport(readFileSync(file, 'utf8'))
    : { ok: false as const, failure: 'there is no such file' }
  const wrong = read.ok
    ? read.value.world === 'sim'
      ? 'it is of a simulation; a measured one is wanted'
      : undefined
    : read.failure
  if (read.ok && wrong === undefined) return read.value
  console.error(`holdfast: ${file}: ${wrong}`)
  return undefined
}

/** The folder keeps the measured report as `drill` writes it, and beside it what was predicted, and how they compare. */
export function showComparison(
  predicted: DrillReport,
  measured: DrillReport,
  options: { readonly report?: string; readonly json?: boolean },
): Comparison {
  const comparison = compare(predicted, measured)
  const folder = options.report ?? reportFolder(measured)
  mkdirSync(folder, { recursive: true })
  writeReport(measured, folder)
  writeFileSync(join(folder, 'predicted.json'), `${JSON.stringify(predicted, null, 2)}\n`)
  writeFileSync(join(folder, 'comparison.json'), `${JSON.stringify(comparison, null, 2)}\n`)
  const page = join(folder, 'comparison.html')
  writeFileSync(page, comparisonReport(comparison, predicted, measured))
  if (options.json) console.log(JSON.stringify(comparison, null, 2))
  else {
    printLines(comparisonLines(comparison))
    console.log(`\nreport  ${page}\n        ${join(folder, 'comparison.json')}`)
  }
  return comparison
}
