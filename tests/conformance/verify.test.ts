// Refusals: spoilt CIBs, judged by the installed crm_verify and by us. Three verdicts: refused (its schema does not allow it, or
// it is no XML), complained of (crm_verify calls it invalid, crm_simulate goes on), accepted. Not every one has to agree:
// the known classes that differ stand in docs/conformance.md.
//   node tests/conformance/verify.test.ts [SEED [COUNT]]     prints the share and the classes that differ
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { hasErrors } from '../../src/core/base/result.ts'
import { parseCib } from '../../src/core/cib/parse.ts'
import { isInstalled } from './crm-simulate.ts'
import { mutant } from './mutants.ts'

type Verdict = 'refused' | 'complained' | 'accepted'

async function theirs(file: string): Promise<{ verdict: Verdict; why: string }> {
  const { code, output } = await new Promise<{ code: number; output: string }>(resolve =>
    execFile('crm_verify', ['--xml-file', file, '--verbose'], { timeout: 60_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: out + err }),
    ),
  )
  const why = output.split('\n').find(line => /error/.test(line)) ?? ''
  // Mere warnings are about the state of the cluster.
  if (code === 0 || (!/error:/.test(output) && /Warnings found/.test(output))) return { verdict: 'accepted', why }
  const isRefused = /did not pass schema|XML Error|parser error|Cannot upgrade/.test(output) || !/error:/.test(output)
  return { verdict: isRefused ? 'refused' : 'complained', why }
}

function ours(text: string): { verdict: Verdict; why: string } {
  const { problems } = parseCib(text, 'cib.xml')
  const verdict = hasErrors(problems) ? 'refused' : problems.length > 0 ? 'complained' : 'accepted'
  const first = problems[0]
  return { verdict, why: first ? `${first.at?.line}:${first.at?.column} ${first.code}: ${first.message}` : '' }
}

async function compare(first: number, count: number): Promise<{ same: number; differences: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-verify-'))
  const differences: string[] = []
  try {
    for (let seed = first; seed < first + count; seed += 1) {
      const text = mutant(seed)
      const file = join(folder, 'cib.xml')
      writeFileSync(file, text)
      const [a, b] = [await theirs(file), ours(text)]
      if (a.verdict !== b.verdict)
        differences.push(`mutant ${seed}: crm_verify ${a.verdict} (${a.why.trim()}), we ${b.verdict} (${b.why})`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return { same: count - differences.length, differences }
}

const [seed, number] = process.argv.slice(2).map(Number)
const first = seed ?? Math.floor(Date.now() / 1000) % 1e8
const count = number ?? 150

test(`${count} spoilt CIBs from seed ${first}: refused where crm_verify refuses`, {
  skip: isInstalled() ? false : 'crm_verify is not installed',
}, async t => {
  const { same, differences } = await compare(first, count)
  for (const line of differences) t.diagnostic(line)
  t.diagnostic(`${same} of ${count} alike`)
  assert.ok(same >= count * 0.92, differences.join('\n'))
})
