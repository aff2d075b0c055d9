// Ends a lab by its name: asks its process, or, where that is gone or deaf, ends what is recorded and still runs.
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fail, ok, type Result } from '../../core/base/result.ts'
import type { LabFailure } from './contract.ts'
import { openLab } from './open.ts'
import { labDirectory } from './paths.ts'
import { cleanUp } from './state.ts'

const politeMs = 20_000

/** The ids of processes that had to be ended by force: none where the lab ended itself. */
export async function endLab(clusterName: string): Promise<Result<readonly number[], LabFailure>> {
  const directory = labDirectory(clusterName)
  if (!existsSync(directory)) return fail({ kind: 'not-running', directory })
  const asked = openLab(clusterName).then(lab => (lab.ok ? lab.value.down() : lab))
  await Promise.race([asked, sleep(politeMs, undefined, { ref: false })])
  return ok(existsSync(directory) ? await cleanUp(directory) : [])
}
