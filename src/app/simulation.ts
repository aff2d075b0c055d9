// From a cluster file to a simulated cluster: what is compiled for a platform is what boots there, with durations from
// the built-in table or from a calibration file.
import { existsSync, readFileSync } from 'node:fs'
import { type Checked, hasErrors } from '../core/base/result.ts'
import { compile } from '../core/compile/compile.ts'
import { checkPlatform, type PlatformName, platforms } from '../core/compile/platforms.ts'
import type { Cluster } from '../core/model/types.ts'
import { parseCalibration } from '../core/sim/calibration.ts'
import { calibrated, type Durations, defaultDurations } from '../core/sim/durations.ts'
import { planFrom } from '../core/sim/from-artifacts.ts'
import type { SimPlan } from '../core/sim/plan.ts'

export function planOf(cluster: Cluster, platformName: PlatformName): Checked<SimPlan> {
  const platform = platforms[platformName]
  const problems = checkPlatform(cluster, platform)
  if (hasErrors(problems)) return { problems }
  const sizes = cluster.volumes.map(v => [v.name, v.parts.reduce((sum, part) => sum + part.size, 0)] as const)
  return planFrom(compile(cluster, platform), Object.fromEntries(sizes))
}

/** To be compared with the lab: there every node has one fence device, its BMC. */
export const withOneFenceDevice = (cluster: Cluster): Cluster => ({
  ...cluster,
  nodes: cluster.nodes.map(node => ({ ...node, fence: node.fence.slice(0, 1) })),
})

/** The durations of a calibration file; without one the built-in ones. What is wrong with it is said. */
export function readDurations(file: string | undefined): Durations | undefined {
  if (file === undefined) return defaultDurations
  const parsed = existsSync(file)
    ? parseCalibration(readFileSync(file, 'utf8'))
    : { ok: false as const, failure: 'there is no such file' }
  if (parsed.ok) return calibrated(parsed.value.durations)
  console.error(`holdfast: ${file}: ${parsed.failure}`)
  return undefined
}
