// A drill's report on disk: HTML with its picture for people, JSON for programs, the timeline as SVG for elsewhere.
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { DrillReport } from '../../core/drill/report.ts'
import { drillReport, timelineSvg } from '../../core/view/report.ts'

export interface ReportFiles {
  readonly html: string
  readonly json: string
  readonly svg: string
}

export function writeReport(report: DrillReport, folder: string): ReportFiles {
  mkdirSync(folder, { recursive: true })
  const files: ReportFiles = {
    html: join(folder, 'report.html'),
    json: join(folder, 'report.json'),
    svg: join(folder, 'timeline.svg'),
  }
  writeFileSync(files.html, drillReport(report))
  writeFileSync(files.json, `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(files.svg, timelineSvg(report))
  return files
}

/** ~/.local/state/holdfast/reports/shop-power-loss-20260102T030405Z; a simulated run is named by its seed: shop-power-loss-simulated-1 */
export function reportFolder(report: DrillReport): string {
  const state = process.env['XDG_STATE_HOME']
  const base = state?.startsWith('/') ? state : join(homedir(), '.local', 'state')
  const stamp = report.simulation
    ? `simulated-${report.simulation.seed}`
    : new Date(report.started).toISOString().replace(/[-:]|\.\d+/g, '')
  return join(base, 'holdfast', 'reports', `${report.cluster}-${report.scenario}-${stamp}`)
}
