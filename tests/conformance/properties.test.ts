// Properties of the policy engine on generated clusters:
// - what the documentation calls unordered may be written in any order: pairs of a set, node states, location constraints;
// - the state after a simulated transition needs nothing more: scheduling it again gives no real action.
// Where one does not hold, Pacemaker is asked the same question: only a difference from it is a fault. The bar is none; until
// it is reached, as many clusters may be exceptions as floor.json lets generated states differ.
// Source: "Pacemaker Explained" 2.1: "Deciding Which Nodes a Resource Can Run On" (scores are summed).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { prng } from '../../src/core/base/prng.ts'
import { isReal, label } from './closure.ts'
import { isInstalled } from './crm-simulate.ts'
import { engine, engineFinal } from './engine.ts'
import { generate } from './generate.ts'
import { drawer, type Level, levels } from './parts/draw.ts'
import { mapTree, parse, print, type Tree, withChildren } from './tree.ts'
import { verdict } from './verdict.ts'

const floor: { readonly fuzz: readonly number[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'floor.json'), 'utf8'),
)
const skip: string | false = isInstalled() ? false : 'crm_simulate is not installed: nobody to ask about exceptions'
const clusters = 40
const first = Math.floor(Date.now() / 1000) % 1e8
const unordered = new Set(['instance_attributes', 'meta_attributes', 'cluster_property_set', 'utilization', 'status'])

/** The same state, written in another order. */
function permuted(cib: Tree, seed: number): Tree {
  const draw = drawer(prng(seed), 1)
  const shuffled = (trees: readonly Tree[]): Tree[] => draw.sample(trees, trees.length)
  return mapTree(cib, tree => {
    if (unordered.has(tree.name)) return withChildren(tree, shuffled(tree.children))
    if (tree.name !== 'constraints') return tree
    const isLocation = (t: Tree): boolean => t.name === 'rsc_location'
    const locations = shuffled(tree.children.filter(isLocation))
    return withChildren(tree, [...locations, ...tree.children.filter(t => !isLocation(t))])
  })
}

const placementsOf = (cib: Tree): string => {
  const ours = engine(print(cib))
  return ours.kind === 'answer' ? JSON.stringify(ours.answer.placements) : ours.why
}

async function agreesWithPacemaker(cib: Tree): Promise<boolean> {
  return (await verdict({ cib, events: [] }, ['placements', 'actions'])).kind === 'same'
}

const each = async (level: Level, check: (cib: Tree, name: string, seed: number) => Promise<void>): Promise<void> => {
  for (let seed = first; seed < first + clusters; seed += 1) {
    await check(generate(seed, level).cib, `generate(${seed}, ${level})`, seed)
  }
}

/** At most as many as floor.json says are known to differ. */
function few(t: TestContext, exceptions: readonly string[], level: Level): void {
  for (const one of exceptions) t.diagnostic(one)
  const allowed = (1 - (floor.fuzz[level - 1] ?? 1)) * clusters
  assert.ok(exceptions.length <= allowed, `${exceptions.length} exceptions in ${clusters}; ${allowed} are known`)
}

for (const level of levels) {
  test(`level ${level}: the order of what is unordered does not matter`, { skip }, async t => {
    const changed: string[] = []
    await each(level, async (cib, name, seed) => {
      const other = permuted(cib, seed)
      if (placementsOf(cib) === placementsOf(other)) return
      if ((await agreesWithPacemaker(cib)) && (await agreesWithPacemaker(other))) return
      changed.push(`${name}: placements changed`)
    })
    few(t, changed, level)
  })

  test(`level ${level}: the simulated final state needs nothing more`, { skip }, async t => {
    const unsettled: string[] = []
    await each(level, async (cib, name) => {
      const final = parse(engineFinal(print(cib)))
      const again = final && engine(print(final))
      if (!final || again?.kind !== 'answer') {
        unsettled.push(`${name}: the final state is not accepted`)
        return
      }
      const left = again.answer.actions.filter(isReal)
      if (left.length === 0 || (await agreesWithPacemaker(final))) return
      unsettled.push(`${name}: still to do: ${left.map(label).join('; ')}`)
    })
    few(t, unsettled, level)
  })
}
