// What real machines said, word for word, and the snapshot that comes of it. REWRITE=1 writes the snapshots anew: look at
// what changed, and commit it only if you understand why.
// DRBD is 8.4.11 in the recordings that have it; of DRBD 9 see drbd-events.test.ts.
import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { instant, nodeName } from '../base/units.ts'
import { type Heard, merge } from './merge.ts'
import { type Answer, type Answers, type Question, readNode } from './node-view.ts'

const testdata = join(import.meta.dirname, 'testdata')
const names = [nodeName('alpha'), nodeName('beta')]
const nothing: Answer = { exitCode: 127, stdout: '', stderr: '' }

/** Sections `=== NODE QUESTION EXIT-STATUS`, each followed by the output. */
function answersIn(text: string, node: string): Answers | undefined {
  const sections = text.split(/^=== /m).slice(1)
  const own = sections.filter(section => section.startsWith(`${node} `))
  if (own.length === 0) return undefined
  const told = (question: Question): Answer => {
    const section = own.find(each => each.startsWith(`${node} ${question} `))
    if (!section) return nothing
    const end = section.indexOf('\n')
    const exitCode = Number(section.slice(0, end).split(' ')[2])
    const body = section.slice(end + 1)
    return exitCode === 0 ? { exitCode, stdout: body, stderr: '' } : { exitCode, stdout: '', stderr: body }
  }
  return {
    boot: told('boot'),
    monitor: told('monitor'),
    configuration: told('configuration'),
    quorum: told('quorum'),
    links: told('links'),
    nodelist: told('nodelist'),
    drbd: told('drbd'),
    drbdShow: told('drbdShow'),
    proofs: told('proofs'),
  }
}

for (const file of globSync(join(testdata, '*.txt')).sort()) {
  const name = basename(file, '.txt')
  test(`snapshot of ${name}`, () => {
    const text = readFileSync(file, 'utf8')
    const heard = names.map((node): Heard => {
      const answers = answersIn(text, node)
      return answers ? { view: readNode(node, names, answers) } : { silent: node, why: 'no connection' }
    })
    const snapshot = `${JSON.stringify(merge('pair', names, heard, instant(1_795_330_000_000)), undefined, 2)}\n`
    const golden = join(testdata, `${name}.snapshot.json`)
    if (process.env['REWRITE']) writeFileSync(golden, snapshot)
    assert.equal(snapshot, readFileSync(golden, 'utf8'))
  })
}
