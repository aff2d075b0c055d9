// The table of step kinds is the order of every plan and the table in the manual: both are looked at here.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import test from 'node:test'
import { stepKinds } from './kinds.ts'

const manual = 'docs/plan-and-apply.md'
const [begin, end] = ['src/core/plan/kinds.test.ts` -->\n', '<!-- end -->']

function table(): string {
  const rows = stepKinds.map(row => {
    const after = row.after.map(one => (one.where === 'all' ? `${one.kind} everywhere` : one.kind)).join(', ')
    return `| ${row.kind} | ${after || '-'} | ${row.why} | ${row.undo} |`
  })
  return ['| step | after | why there | taken back by |', '|---|---|---|---|', ...rows, ''].join('\n')
}

test('the manual has the table as it is', () => {
  const text = readFileSync(manual, 'utf8')
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  assert(from < to + 1 && to > 0)
  const wanted = text.slice(0, from) + table() + text.slice(to)
  if (process.env['REWRITE'] === '1') writeFileSync(manual, wanted)
  assert.equal(readFileSync(manual, 'utf8'), wanted)
})

test('a kind waits only for kinds that stand before it, so the order of the table is an order of work', () => {
  for (const [index, row] of stepKinds.entries())
    for (const before of row.after) {
      const at = stepKinds.findIndex(other => other.kind === before.kind)
      assert(at >= 0 && at < index, `${row.kind} waits for ${before.kind}`)
    }
})
