// What Pacemaker's own scheduler does with the compiled CIBs: everything starts where it is preferred, moves when its node
// is lost, after fencing, and does not move back by itself.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { found } from '../../src/core/base/assert.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { platforms } from '../../src/core/compile/platforms.ts'
import { readCluster } from '../../src/core/spec/read.ts'
import { cibWithNodesUp, run } from './pacemaker.ts'

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-placement-'))
after(() => rmSync(scratch, { recursive: true }))
const absent = spawnSync('crm_simulate', ['--version']).error !== undefined
const skip = absent ? 'crm_simulate is not installed' : false

/** Runs the transition and gives the summary of what then is; `next` continues from there. */
function simulate(cib: string, ...events: readonly string[]): { after: string; output: string; next: string } {
  const next = join(scratch, 'next.xml')
  const input = join(scratch, 'now.xml')
  writeFileSync(input, cib)
  const { status, output } = run('crm_simulate', ['--xml-file', input, '--simulate', '--save-output', next, ...events])
  assert.equal(status, 0, output)
  return { after: output.slice(output.indexOf('Revised Cluster Status')), output, next: readFileSync(next, 'utf8') }
}

function cibOf(example: string): string {
  const path = join(import.meta.dirname, '../../examples', `${example}.yaml`)
  const cluster = found(readCluster(readFileSync(path, 'utf8'), path).value, example)
  return cibWithNodesUp(cluster, compile(cluster, platforms.debian12).cib)
}

describe('postgresql-pair', { skip }, () => {
  const begun = (): ReturnType<typeof simulate> => simulate(cibOf('postgresql-pair'))
  test('starts on the preferred node, each fence device on the other', () => {
    const { after: state } = begun()
    assert.match(state, /Promoted: \[ alpha \]/)
    assert.match(state, /Unpromoted: \[ beta \]/)
    for (const id of ['pgdata-fs', 'db-postgresql', 'db-ip']) assert.match(state, new RegExp(`${id}\\s.*Started alpha`))
    assert.match(state, /fence-alpha\s.*Started beta/)
    assert.match(state, /fence-beta\s.*Started alpha/)
  })
  test('moves after fencing when its node is lost, and stays there when the node is back', () => {
    const lost = simulate(begun().next, '--node-fail', 'alpha')
    assert.match(lost.output, /Fencing alpha \(reboot\)/)
    const fencing = lost.output.indexOf('Fencing alpha (reboot)')
    assert.ok(fencing < lost.output.indexOf('pgdata-fs       start on beta'), lost.output)
    assert.match(lost.after, /Promoted: \[ beta \]/)
    const back = simulate(lost.next, '--node-up', 'alpha')
    assert.match(back.after, /db-postgresql\s.*Started beta/)
    assert.match(back.after, /Promoted: \[ beta \]/)
    assert.match(back.after, /Online: \[ alpha beta \]/)
  })
  test('a server that died is started again in place; the third time within ten minutes it moves', () => {
    const fail = (cib: string) => simulate(cib, '--op-inject', 'db-postgresql_monitor_10000@alpha=7')
    const once = fail(begun().next)
    assert.match(once.after, /db-postgresql\s.*Started alpha/)
    const thrice = fail(fail(once.next).next)
    assert.match(thrice.after, /db-postgresql\s.*Started beta/)
  })
})

describe('three-nodes', { skip }, () => {
  test('the third node runs neither data nor service, and fences', () => {
    const { after: state, output } = simulate(cibOf('three-nodes'))
    assert.match(state, /Promoted: \[ alpha \]/)
    assert.doesNotMatch(state, /pg-drbd.*gamma|db-postgresql.*gamma/)
    assert.match(state, /fence-\S+\s.*Started gamma/)
    // Not even looked for where it is not installed.
    assert.doesNotMatch(output, /(?:pg|db)\S* +monitor on gamma/)
  })
})

describe('haproxy-active-active', { skip }, () => {
  test('each address on its node; both on the one that is left; each back again', () => {
    const begun = simulate(cibOf('haproxy-active-active'))
    assert.match(begun.after, /web-ip\s.*Started alpha/)
    assert.match(begun.after, /web-ip-2\s.*Started beta/)
    const lost = simulate(begun.next, '--node-fail', 'beta')
    assert.match(lost.after, /web-ip\s.*Started alpha/)
    assert.match(lost.after, /web-ip-2\s.*Started alpha/)
    const back = simulate(lost.next, '--node-up', 'beta')
    assert.match(back.after, /web-ip-2\s.*Started beta/)
  })
})

describe('haproxy-active-passive', { skip }, () => {
  test('the address stays where it has moved to', () => {
    const begun = simulate(cibOf('haproxy-active-passive'))
    assert.match(begun.after, /web-ip\s.*Started alpha/)
    const lost = simulate(begun.next, '--node-fail', 'alpha')
    const back = simulate(lost.next, '--node-up', 'alpha')
    assert.match(back.after, /web-ip\s.*Started beta/)
    assert.match(back.after, /Started: \[ alpha beta \]/)
  })
})

describe('witness-pair', { skip }, () => {
  test("HAProxy's address is where the database is, before and after", () => {
    const begun = simulate(cibOf('witness-pair'))
    assert.match(begun.after, /db-postgresql\s.*Started north/)
    assert.match(begun.after, /front-ip\s.*Started north/)
    const lost = simulate(begun.next, '--node-fail', 'north')
    assert.match(lost.after, /db-postgresql\s.*Started south/)
    assert.match(lost.after, /front-ip\s.*Started south/)
  })
})
