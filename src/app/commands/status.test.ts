// `status` as a program: what it prints and how it exits where no machine is in reach, and where the file is wrong.
// With machines it is tested in the lab.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-status-'))
after(() => rmSync(folder, { recursive: true }))
const main = join(import.meta.dirname, '..', 'main.ts')
const example = readFileSync(join(import.meta.dirname, '..', '..', '..', 'examples', 'postgresql-pair.yaml'), 'utf8')

function status(source: string, ...args: readonly string[]): { code: number | null; out: string; err: string } {
  const file = join(folder, 'cluster.yaml')
  writeFileSync(file, source)
  const ran = spawnSync(process.execPath, [main, 'status', file, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { code: ran.status, out: ran.stdout, err: ran.stderr }
}

/** Port 1 of loopback: nobody listens there, and nothing leaves this machine. */
const unreachable = example.replace('alpha.example.net', '127.0.0.1:1').replace('beta.example.net', '127.0.0.2:1')

test('no machine in reach: nothing is claimed, exit status 3', () => {
  const { code, out } = status(unreachable)
  assert.equal(code, 3, out)
  assert.match(out, /^\? OUT OF SIGHT {3}shop/)
  assert.match(out, /· alpha .*\n +· beta /)
  assert.match(out, /Drift +could not be checked/)
  assert.ok(!out.includes('\u001b'))
})

test('the same as JSON, and nothing else on standard output', () => {
  const { code, out } = status(unreachable, '--json', '--no-drift')
  assert.equal(code, 3)
  const json: unknown = JSON.parse(out)
  assert.ok(typeof json === 'object' && json !== null && 'answer' in json && 'schema' in json)
  assert.equal(json.answer, 'unknown')
  assert.equal(json.schema, 1)
})

test('a cluster file with an error is told on standard error, exit status 3', () => {
  const { code, out, err } = status(example.replace('services:', 'servces:'))
  assert.equal(code, 3)
  assert.equal(out, '')
  assert.match(err, /servces/)
})
