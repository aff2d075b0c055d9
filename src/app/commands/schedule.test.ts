// `holdfast schedule` as a user calls it: what it prints, on which stream, and with which exit status.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-schedule-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const main = join(import.meta.dirname, '../main.ts')

function holdfast(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(resolve =>
    execFile(process.execPath, [main, 'schedule', ...args], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    ),
  )
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const good = file(
  'good.xml',
  `<cib have-quorum="1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0" execution-date="1700000000"><configuration>
<crm_config><cluster_property_set id="o"><nvpair id="s" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="alpha"/></nodes>
<resources><primitive id="db" class="ocf" provider="heartbeat" type="pgsql"/></resources><constraints/></configuration>
<status><node_state id="1" uname="alpha" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>`,
)

test('bad input: the place, a hint, exit status 1, no stack trace', async () => {
  const { code, err } = await holdfast(file('bad.xml', '<cib>\n  <configuration oops\n</cib>'))
  assert.equal(code, 1)
  assert.match(err, /bad\.xml:3:1: error: /)
  assert.doesNotMatch(err, /\n\s+at /)
})

test('a file that is not there: exit status 1, and the other files are answered', async () => {
  const { code, out, err } = await holdfast('--json', join(folder, 'nowhere.xml'), good)
  assert.equal(code, 1)
  assert.match(err, /nowhere\.xml cannot be read/)
  const lines = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(
    lines.map(line => [line.file, line.rc]),
    [
      ['nowhere.xml', 1],
      ['good.xml', 0],
    ],
  )
})

test('an unknown node in an event, an unknown resource in --why: a problem with a hint', async () => {
  const event = await holdfast(good, '--node-fail', 'alhpa')
  assert.equal(event.code, 1)
  assert.match(event.err, /did you mean "alpha"\?/)
  const why = await holdfast(good, '--why', 'dbb')
  assert.equal(why.code, 1)
  assert.match(why.err, /there is no resource or node "dbb"/)
})

test('--why: the sum of each score, in words, and as JSON for programs', async () => {
  const text = await holdfast(good, '--why', 'db')
  assert.equal(text.code, 0)
  assert.match(text.out, /^db is stopped and will be started on alpha\.\n {2}alpha: score 0, chosen\n/)
  const { file, explanations } = JSON.parse((await holdfast(good, '--why', 'db', '--json')).out)
  assert.equal(file, 'good.xml')
  assert.deepEqual(Object.keys(explanations[0]), [
    'because',
    'kind',
    'nodes',
    'promotion',
    'subject',
    'verdict',
    'waits',
  ])
  assert.deepEqual(explanations[0].nodes[0], {
    aside: [],
    but: [],
    chosen: true,
    node: 'alpha',
    parts: [],
    remedy: [],
    score: 0,
  })
  const other = await holdfast(good, '--why', 'db', '--on', 'bta')
  assert.equal(other.code, 1)
  assert.match(other.err, /there is no node "bta"/)
})

test('--json: the keys of the canonical form, sorted; with --simulate also where everything ends', async () => {
  const plain = JSON.parse((await holdfast('--json', good)).out)
  const keys = ['actions', 'edges', 'fencing', 'file', 'nodes', 'placements', 'promotion', 'rc', 'scores']
  assert.deepEqual(Object.keys(plain), keys)
  const simulated = JSON.parse((await holdfast('--json', '--simulate', good)).out)
  assert.deepEqual(Object.keys(simulated), [...keys.slice(0, 4), 'final', ...keys.slice(4)])
})

test('--quorum alone changes nothing, as in crm_simulate, and says so', async () => {
  const { code, err } = await holdfast(good, '--quorum', '0')
  assert.equal(code, 0)
  assert.match(err, /--quorum has no effect on its own/)
})

test('the quick start prints what the source prints, and explains', async () => {
  const launcher = join(import.meta.dirname, '../quick/start.cjs')
  const quick = (...args: readonly string[]): string =>
    spawnSync(process.execPath, [launcher, ...args], { encoding: 'utf8' }).stdout
  for (const args of [[good], ['--json', good], [good, '--why', 'db'], [good, '--why=db']]) {
    assert.equal(quick(...args), (await holdfast(...args)).out)
  }
})
