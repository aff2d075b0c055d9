// How fast the simulated world is: the survivability table of every example, and random histories. Figures only; what is
// right or wrong is judged by the tests. Usage: node bench/sim.ts [histories per example] [first seed]
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { performance } from 'node:perf_hooks'
import { found } from '../src/core/base/assert.ts'
import { compile } from '../src/core/compile/compile.ts'
import { platforms } from '../src/core/compile/platforms.ts'
import { planFrom } from '../src/core/sim/from-artifacts.ts'
import { histories } from '../src/core/sim/histories.ts'
import type { SimPlan } from '../src/core/sim/plan.ts'
import { survivability } from '../src/core/sim/survivability.ts'
import { readCluster } from '../src/core/spec/read.ts'

const count = Number(process.argv[2] ?? '200')
const seed = Number(process.argv[3] ?? '1')

function planOf(file: string): SimPlan {
  const cluster = found(readCluster(readFileSync(file, 'utf8'), file).value, file)
  const platform = cluster.nodes.length > 2 ? platforms['debian13-drbd9'] : platforms.debian13
  return found(planFrom(compile(cluster, platform), {}).value, file)
}

function timed<T>(work: () => T): { result: T; took: number } {
  const started = performance.now()
  const result = work()
  return { result, took: performance.now() - started }
}

console.log(
  'example                 singles (n, ms)      pairs (n, ms)      histories (n, a second, violations, sole copies)',
)
for (const file of globSync('examples/*.yaml').sort()) {
  const plan = planOf(file)
  const single = timed(() => survivability(plan, { seed, pairs: false, budgets: {} }))
  const both = timed(() => survivability(plan, { seed, pairs: true, budgets: {} }))
  const run = timed(() => histories(plan, { histories: count, seed }))
  const columns = [
    basename(file, '.yaml').padEnd(22),
    `${single.result.singles.length}, ${Math.round(single.took)}`.padEnd(20),
    `${both.result.pairs.length}, ${Math.round(both.took)}`.padEnd(18),
    `${count}, ${Math.round((count / run.took) * 1_000)}, ${run.result.violations.length}, ${run.result.soleCopyLosses.length}`,
  ]
  console.log(columns.join(' '))
  for (const v of run.result.violations) console.log(`  seed ${v.seed}: ${v.violation.oracle}: ${v.violation.what}`)
}
