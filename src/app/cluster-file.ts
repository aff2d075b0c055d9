// A cluster file for a command that needs one without errors. No way to any machine is opened here, so that what runs
// without machines (the simulator) can be used anywhere.
import type { Cluster } from '../core/model/types.ts'
import { renderProblems } from '../core/spec/render.ts'
import { colours } from './cli/paint.ts'
import { wantsColour } from './cli/terminal.ts'
import { readClusterFile } from './commands/check.ts'

/** The cluster of a file without errors; otherwise they are shown, and the exit status is 1. */
export function loadCluster(file: string): Cluster | undefined {
  const { value, problems, source } = readClusterFile(file)
  if (value) return value
  console.error(renderProblems(problems, source, wantsColour(process.stderr) ? colours : undefined))
  process.exitCode = 1
  return undefined
}
