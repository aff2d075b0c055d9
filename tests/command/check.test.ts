// The commands on a cluster file, as a user runs them: what they print where, and their exit status.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-check-'))
after(() => rmSync(scratch, { recursive: true }))
const pair = join(root, 'examples/postgresql-pair.yaml')

function holdfast(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  const main = join(root, 'src/app/main.ts')
  return spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, NO_COLOR: '1' },
  })
}
function file(name: string, text: string): string {
  const path = join(scratch, name)
  writeFileSync(path, text)
  return path
}
const wrong = file('wrong.yaml', readFileSync(pair, 'utf8').replace('prefer: alpha', 'prefers: alpha'))
const risky = file(
  'risky.yaml',
  readFileSync(pair, 'utf8').replace('volume-group: vg0', 'volume-group: vg0, protocol: A'),
)

describe('check', () => {
  test('a good file: one line, exit 0', () => {
    const { status, stdout, stderr } = holdfast(['check', pair])
    assert.equal(stdout, `ok ${pair}: cluster shop, 2 nodes, 1 volume, 1 service\n`)
    assert.equal(stderr, '')
    assert.equal(status, 0)
  })
  test('an error: the line, the hint, exit 1, and nothing on standard output', () => {
    const { status, stdout, stderr } = holdfast(['check', wrong])
    assert.equal(stdout, '')
    assert.match(stderr, /error\[unknown-key\].*`prefers`[\s\S]*wrong\.yaml:\d+:5[\s\S]*did you mean `prefer`\?/)
    assert.match(stderr, /: 1 error\n$/)
    assert.equal(status, 1)
  })
  test('a warning: exit 0, with --strict 1', () => {
    const lax = holdfast(['check', risky])
    assert.match(lax.stderr, /warning\[loses-writes\]/)
    assert.match(lax.stdout, /^ok .*; 1 warning\n$/)
    assert.equal(lax.status, 0)
    assert.equal(holdfast(['check', '--strict', risky]).status, 1)
  })
  test('several files are all told, and one bad one is enough', () => {
    const { status, stdout, stderr } = holdfast(['check', pair, wrong])
    assert.match(stdout, /^ok /)
    assert.match(stderr, /unknown-key/)
    assert.equal(status, 1)
  })
  test('JSON, with places', () => {
    const { status, stdout } = holdfast(['check', '--json', wrong])
    const [read]: { file: string; problems: { code: string; severity: string; at: { line: number } }[] }[] =
      JSON.parse(stdout)
    assert.equal(read?.file, wrong)
    assert.equal(read?.problems[0]?.code, 'unknown-key')
    assert.ok((read?.problems[0]?.at.line ?? 0) > 1)
    assert.equal(status, 1)
  })
  test('standard input, a file that is not there, a directory', () => {
    assert.match(holdfast(['check', '-'], readFileSync(pair, 'utf8')).stdout, /^ok \(standard input\)/)
    const absent = holdfast(['check', join(scratch, 'absent.yaml')])
    assert.match(absent.stderr, /there is no such file/)
    assert.equal(absent.status, 1)
    assert.match(holdfast(['check', scratch]).stderr, /it is a directory/)
  })
})

describe('compile', () => {
  test('shows every file and the CIB, and no secret', () => {
    const { status, stdout } = holdfast(['compile', pair, '--for', 'debian12'])
    for (const heading of ['alpha:/etc/corosync/corosync.conf', 'beta:/etc/drbd.d/pgdata.res', '=== CIB'])
      assert.ok(stdout.includes(heading), heading)
    assert.match(stdout, /secret fence-alpha-password, not shown/)
    assert.equal(status, 0)
  })
  test('writes a directory for each node', () => {
    const to = join(scratch, 'out')
    assert.equal(holdfast(['compile', pair, '--to', to]).status, 0)
    for (const path of ['cib.xml', 'alpha/etc/drbd.d/pgdata.res', 'beta/etc/corosync/corosync.conf'])
      assert.ok(existsSync(join(to, path)), path)
  })
  test('nothing of a file that is wrong, or that the platform cannot build', () => {
    const { status, stdout } = holdfast(['compile', wrong])
    assert.deepEqual([status, stdout], [1, ''])
    const three = readFileSync(join(root, 'examples/three-nodes.yaml'), 'utf8')
    const replicas = file('three.yaml', three.replace('nodes: [alpha, beta]', 'nodes: [alpha, beta, gamma]'))
    const old = holdfast(['compile', replicas, '--for', 'debian13'])
    assert.match(old.stderr, /too-many-replicas/)
    assert.deepEqual([old.status, old.stdout], [1, ''])
    assert.equal(holdfast(['compile', replicas, '--for', 'debian13-drbd9']).status, 0)
  })
})

test('schema: the JSON Schema that is checked in, and the reference', () => {
  const { stdout } = holdfast(['schema'])
  assert.deepEqual(JSON.parse(stdout), JSON.parse(readFileSync(join(root, 'docs/cluster.schema.json'), 'utf8')))
  assert.match(holdfast(['schema', '--reference']).stdout, /\| `blueprint` \|/)
})
