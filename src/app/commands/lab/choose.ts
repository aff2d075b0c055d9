// Which lab is meant: by name, by cluster file, or the only one there is.
import { existsSync, readdirSync } from 'node:fs'
import { Option } from 'commander'
import type { Lab, LabFailure } from '../../../io/lab/contract.ts'
import { showLabFailure } from '../../../io/lab/failure.ts'
import { openLab } from '../../../io/lab/open.ts'
import { labsDirectory } from '../../../io/lab/paths.ts'
import { loadCluster } from '../../cluster-file.ts'

export const labOption = (): Option =>
  new Option('-l, --lab <lab>', 'cluster name or file; not needed where one lab runs')

export function complain(failure: LabFailure): void {
  console.error(`holdfast: ${showLabFailure(failure)}`)
  process.exitCode = 1
}

const labsThere = (): readonly string[] =>
  existsSync(labsDirectory())
    ? readdirSync(labsDirectory(), { withFileTypes: true })
        .filter(entry => entry.isDirectory())
        .map(entry => entry.name)
        .sort()
    : []

/** The name of the lab; where it cannot be told, that is said, and the exit status is 1. */
export function theLab(given: string | undefined): string | undefined {
  if (given !== undefined && /[./]/.test(given)) return loadCluster(given)?.name
  if (given !== undefined) return given
  const labs = labsThere()
  if (labs.length === 1) return labs[0]
  console.error(
    labs.length === 0
      ? 'holdfast: there is no lab\n  start one: holdfast lab up FILE'
      : `holdfast: which lab? There are ${labs.join(', ')}`,
  )
  process.exitCode = 1
  return undefined
}

export async function openChosenLab(given: string | undefined): Promise<Lab | undefined> {
  const name = theLab(given)
  if (name === undefined) return undefined
  const lab = await openLab(name)
  if (lab.ok) return lab.value
  complain(lab.failure)
  return undefined
}
