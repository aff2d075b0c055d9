// docs/scenarios.md lists every form of the language; this keeps the list current. REWRITE=1 writes it anew.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { diskStates } from '../drbd/words.ts'
import { conditionForms, statementForms } from './forms.ts'

const path = new URL('../../../docs/scenarios.md', import.meta.url)
const pattern = /(<!-- generated:[^\n]*-->\n)[\s\S]*?(<!-- end -->)/

test('docs/scenarios.md lists the forms as they are', () => {
  const block = (title: string, forms: readonly { readonly form: string }[]): string =>
    `## ${title}\n\n${forms.map(({ form }) => `    ${form.replaceAll(' : ', ': ')}`).join('\n')}\n`
  const generated = [
    block('Statements', statementForms),
    block('Conditions', conditionForms),
    `DISK is one of ${diskStates.join(', ')}.\n`,
  ].join('\n')
  const before = readFileSync(path, 'utf8')
  const after = before.replace(pattern, `$1\n${generated}\n$2`)
  if (process.env['REWRITE'] === '1') writeFileSync(path, after)
  else assert.equal(before, after, 'run it with REWRITE=1')
})
