// Bad input: generated CIBs, spoilt as text and as trees. Whatever they say, the engine has to answer or to refuse with
// problems; it must not throw, and not loop. Prints the seed of each before trying it, so that an endless loop has a name:
//   node tests/conformance/mutants.ts [--seed S] [--count N]
import { parseArgs } from 'node:util'
import { prng } from '../../src/core/base/prng.ts'
import { engine } from './engine.ts'
import { generate } from './generate.ts'
import { type Draw, drawer, levels } from './parts/draw.ts'
import { all, mapTree, print, type Tree, withAttributes, withChildren } from './tree.ts'

const oddValues = [
  '',
  '-1',
  '0',
  '1e99',
  'NaN',
  'INFINITY',
  '-INFINITY',
  'true',
  '99999999999999999999',
  '%s',
  'n1',
  'r1',
  'g1',
  'c1',
  '../..',
  '\u0000',
  'PT',
  '2026-13-45',
  '1:2:3;4',
  ':',
]

/** An attribute gets another value: an odd one, or that of another element, so that references lead astray or in a ring. */
function oddAttribute(draw: Draw, tree: Tree): Tree {
  const trees = [...all(tree)].filter(t => Object.keys(t.attributes).length > 0)
  const [target, other] = [draw.pick(trees), draw.pick(trees)]
  const name = draw.pick(Object.keys(target.attributes))
  const foreign = draw.pick(Object.values(other.attributes))
  const value = draw.percent(50) ? foreign : draw.pick(oddValues)
  return mapTree(tree, t => (same(t, target) ? withAttributes(t, { [name]: draw.percent(10) ? undefined : value }) : t))
}

const same = (a: Tree, b: Tree): boolean =>
  a.name === b.name && JSON.stringify(a.attributes) === JSON.stringify(b.attributes)

/** An element is lost, doubled, or comes to lie somewhere else, even in its own like. */
function oddElement(draw: Draw, tree: Tree): Tree {
  const trees = [...all(tree)]
  const [target, place] = [draw.pick(trees), draw.pick(trees)]
  switch (draw.between(0, 3)) {
    case 0:
      return mapTree(tree, t => (same(t, target) && t.name !== 'cib' ? undefined : t))
    case 1:
      return mapTree(tree, t => (same(t, place) ? withChildren(t, [...t.children, target]) : t))
    case 2:
      return mapTree(tree, t => (same(t, place) ? withChildren(t, [...t.children, ...t.children]) : t))
    default:
      return mapTree(tree, t => (same(t, target) ? { ...t, name: place.name } : t))
  }
}

function oddText(draw: Draw, text: string): string {
  const at = draw.between(0, text.length)
  const length = draw.between(0, 12)
  switch (draw.between(0, 4)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(at + length)
    case 2:
      return (
        text.slice(0, at) +
        draw.pick(['<', '>', '&', '"', "'", '</cib>', '<!--', ']]>', '&#0;', '\u0000', '<a b="']) +
        text.slice(at)
      )
    case 3:
      return text.slice(0, at) + text.slice(at, at + length).repeat(3) + text.slice(at)
    default:
      return text.slice(at) + text.slice(0, at)
  }
}

export function mutant(seed: number): string {
  const draw = drawer(prng(seed), 6)
  let tree = generate(seed, draw.pick(levels)).cib
  for (let i = draw.between(0, 4); i > 0; i -= 1)
    tree = draw.percent(60) ? oddAttribute(draw, tree) : oddElement(draw, tree)
  const text = print(tree)
  return draw.percent(25) ? oddText(draw, text) : text
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '1000' } },
  })
  const first = Number(values.seed)
  for (let seed = first; seed < first + Number(values.count); seed += 1) {
    process.stdout.write(`${seed}\n`)
    const ours = engine(mutant(seed))
    if (ours.kind !== 'defect') continue
    console.error(`mutant ${seed}: ${ours.why}`)
    process.exitCode = 1
  }
}
