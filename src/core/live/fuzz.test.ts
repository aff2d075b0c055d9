// Whatever a machine says, reading it ends in a snapshot or in a reason, never in an exception. Recorded answers are cut,
// doubled and overwritten at random; a failure names the seed that makes it again.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Prng, prng } from '../base/prng.ts'
import { instant, nodeName } from '../base/units.ts'
import { merge } from './merge.ts'
import { type Answer, type Answers, readNode } from './node-view.ts'

const texts = globSync(join(import.meta.dirname, 'testdata', '*.txt'))
  .sort()
  .flatMap(file =>
    readFileSync(file, 'utf8')
      .split(/^=== .*\n/m)
      .slice(1),
  )
const names = [nodeName('alpha'), nodeName('beta')]

function spoilt(text: string, random: Prng): string {
  const [from, to] = [random.below(text.length + 1), random.below(text.length + 1)].sort((a, b) => a - b)
  const cut = text.slice(from, Math.min(to ?? 0, (from ?? 0) + 200))
  const kind = random.below(4)
  const junk = String.fromCharCode(...Array.from({ length: random.below(6) }, () => random.below(300)))
  if (kind === 0) return text.slice(0, from)
  if (kind === 1) return text.replace(cut, junk)
  if (kind === 2) return text.replace(cut, cut + cut)
  return text.slice(0, from) + junk + text.slice(from)
}

test('no answer of a machine can make the reading of it fail', () => {
  const random = prng(8_411)
  for (let round = 0; round < 1_000; round++) {
    const said = (): Answer => {
      const stdout = Array.from({ length: random.below(3) }).reduce<string>(
        text => spoilt(text, random),
        random.pick(texts),
      )
      return { exitCode: random.pick([0, 0, 1, 102, 124, 127]), stdout, stderr: random.pick(['', stdout]) }
    }
    const answers: Answers = {
      boot: said(),
      monitor: said(),
      configuration: said(),
      quorum: said(),
      links: said(),
      nodelist: said(),
      drbd: said(),
      drbdShow: said(),
      proofs: said(),
    }
    assert.doesNotThrow(() => {
      const views = names.map(node => ({ view: readNode(node, names, answers) }))
      merge('pair', names, views, instant(0))
    }, `round ${round}`)
  }
})
