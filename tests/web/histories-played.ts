// Plays histories of an example's text and tells their journals: imported by the test, and bundled for the page.
import { found } from '../../src/core/base/assert.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { platforms } from '../../src/core/compile/platforms.ts'
import { planFrom } from '../../src/core/sim/from-artifacts.ts'
import { history, prepare } from '../../src/core/sim/histories.ts'
import { showEntries } from '../../src/core/sim/journal.ts'
import { readCluster } from '../../src/core/spec/read.ts'

export function played(text: string, seeds: readonly number[]): string {
  const cluster = found(readCluster(text, 'cluster.yaml').value, 'cluster')
  const plan = found(planFrom(compile(cluster, platforms.debian13), {}).value, 'plan')
  const booted = prepare(plan, { seed: 1 })
  return seeds.map(seed => showEntries(history(booted, seed, { seed }).journal)).join('\n')
}
