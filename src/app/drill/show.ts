// A drill on the screen: its progress line by line, what kept it from running, and its report.
import type { DrillReport } from '../../core/drill/report.ts'
import { renderProblems } from '../../core/spec/render.ts'
import { drillLines } from '../../core/view/drill.ts'
import { printLines } from '../cli/lines.ts'
import { colours } from '../cli/paint.ts'
import { progress } from '../cli/progress.ts'
import { wantsColour } from '../cli/terminal.ts'
import { reportFolder, writeReport } from './files.ts'
import type { DrillHooks } from './lab-drill.ts'
import type { DrillTrouble } from './scenarios.ts'

/** `clock` in milliseconds: a simulation's own. */
export function drillHooks(clock?: () => number): DrillHooks {
  const shown = progress(clock)
  return {
    preparing: what => shown.begin(what),
    stopped: () => shown.failed(),
    step: (statement, verdict, why) => {
      const text = statement.text.replace(/\s+/g, ' ')
      if (verdict === 'begun') shown.begin(text)
      else if (verdict === 'failed') shown.failed(why === undefined ? text : `${text}: ${why}`)
      else shown.done(text)
    },
  }
}

export function showDrillTrouble(trouble: DrillTrouble): void {
  if (trouble.kind === 'problems')
    console.error(renderProblems(trouble.problems, trouble.text, wantsColour(process.stderr) ? colours : undefined))
  else console.error(`holdfast drill: ${trouble.why}\n  ${trouble.hint}`)
}

export function showReport(report: DrillReport, options: { readonly report?: string; readonly json?: boolean }): void {
  const files = writeReport(report, options.report ?? reportFolder(report))
  if (options.json) console.log(JSON.stringify(report, null, 2))
  else {
    printLines(drillLines(report))
    console.log(`\nreport  ${files.html}\n        ${files.json}\n        ${files.svg}`)
  }
}
