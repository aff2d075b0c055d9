import assert from 'node:assert/strict'
import { test } from 'node:test'
import { found } from '../base/assert.ts'
import { instant } from '../base/units.ts'
import { parseCib } from '../cib/parse.ts'
import type { Cib } from '../cib/types.ts'
import { type Event, inject, readOperationSpec } from './inject.ts'

const text = `<cib have-quorum="1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration><crm_config/>
<nodes><node id="1" uname="alpha"/><node id="2" uname="beta"/></nodes>
<resources><primitive id="db" class="ocf" provider="heartbeat" type="pgsql"/></resources><constraints/></configuration>
<status><node_state id="1" uname="alpha" in_ccm="true" crmd="online" join="member" expected="member"><lrm id="1">
<lrm_resources><lrm_resource id="db" class="ocf" provider="heartbeat" type="pgsql">
<lrm_rsc_op id="db_last_0" operation_key="db_start_0" operation="start" call-id="5" rc-code="0" op-status="0" interval="0" op-digest="d"/>
</lrm_resource></lrm_resources></lrm></node_state></status></cib>`
const cib: Cib = found(parseCib(text, 'cib.xml').value, 'the CIB')
const after = (...events: Event[]): Cib => found(inject(cib, events, instant(1_000_000)).value, 'a CIB')
const state = (of: Cib, uname: string) =>
  found(
    of.nodeStates.find(s => s.uname === uname),
    uname,
  )

test('a node that leaves in order takes its history with it; a lost one does not', () => {
  const left = state(after({ kind: 'node-down', node: 'alpha' }), 'alpha')
  assert.deepEqual(
    [left.inCcm, left.crmd, left.join, left.expected, left.history],
    ['false', 'offline', 'down', 'down', undefined],
  )
  const lost = state(after({ kind: 'node-fail', node: 'alpha' }), 'alpha')
  assert.deepEqual([lost.inCcm, lost.crmd, lost.join, lost.expected], ['false', 'online', 'member', 'member'])
  assert.equal(lost.history?.length, 1)
})

test('events happen in their own order, not in that of the list', () => {
  const both = after({ kind: 'node-fail', node: 'beta' }, { kind: 'node-up', node: 'beta' })
  assert.equal(state(both, 'beta').inCcm, 'false')
})

test('a failed start is the last result and the last failure, and counts', () => {
  const alpha = state(after({ kind: 'op-inject', spec: 'db_start_0@alpha=1' }), 'alpha')
  const entries = alpha.history?.[0]?.entries.map(e => [e.id, e.operation, e.rcCode, e.callId, e.opDigest])
  assert.deepEqual(entries, [
    ['db_last_0', 'start', '1', '6', 'd'],
    ['db_last_failure_0', 'start', '1', '6', undefined],
  ])
  const pairs = alpha.transient[0]?.pairs.map(pair => [pair.name, pair.value])
  assert.deepEqual(pairs, [
    ['fail-count-db#start_0', '1'],
    ['last-failure-db#start_0', '1000'],
  ])
})

test('a failed recurring monitor is only the last failure; a probe that finds nothing does not count', () => {
  const monitored = state(after({ kind: 'op-inject', spec: 'db_monitor_10000@alpha=7' }), 'alpha')
  assert.deepEqual(
    monitored.history?.[0]?.entries.map(e => e.id),
    ['db_last_0', 'db_last_failure_0'],
  )
  const probed = state(after({ kind: 'op-inject', spec: 'db_monitor_0@beta=7' }), 'beta')
  assert.equal(probed.transient.length, 0)
})

test('an unknown node is a problem with a hint, an unknown resource a warning', () => {
  const [problem] = inject(cib, [{ kind: 'node-fail', node: 'alhpa' }]).problems
  assert.equal(problem?.hint, 'did you mean "alpha"?')
  const { value, problems } = inject(cib, [{ kind: 'op-inject', spec: 'nothing_start_0@alpha=1' }])
  assert.ok(value)
  assert.equal(problems[0]?.severity, 'warning')
})

test('operation specs: names with underscores, migrations', () => {
  const spec = readOperationSpec('my_db_migrate_to_0@a.example=1')
  assert.deepEqual(
    [spec?.rsc, spec?.operation, spec?.interval, spec?.node, spec?.code],
    ['my_db', 'migrate_to', 0, 'a.example', 1],
  )
  assert.equal(readOperationSpec('db'), undefined)
})

test('an instance is named by its number, and by the clone only once a node remembers that name', () => {
  const clone = '<clone id="c"><primitive id="web" class="ocf" provider="heartbeat" type="apache"/></clone>'
  const fresh = found(parseCib(text.replace('</resources>', `${clone}</resources>`), 'cib.xml').value, 'the CIB')
  const problems = (of: Cib, name: string) =>
    inject(of, [{ kind: 'op-inject', spec: `${name}_monitor_0@beta=0` }], instant(0)).problems.map(p => p.message)
  const refused = ['there is no resource "web": ignored']
  assert.deepEqual(
    ['web', 'web:1', 'web:2', 'db:0'].map(name => problems(fresh, name).length),
    [1, 0, 1, 1],
  )
  assert.deepEqual(problems(fresh, 'web'), refused)
  const known = found(inject(fresh, [{ kind: 'op-inject', spec: 'web:0_monitor_0@beta=7' }], instant(0)).value, 'a CIB')
  assert.deepEqual(problems(known, 'web'), refused)
  const history = found(known.nodeStates[1]?.history, 'the history').map(one => ({ ...one, id: 'web' }))
  const states = known.nodeStates.map(one => (one.uname === 'beta' ? { ...one, history } : one))
  assert.deepEqual(problems({ ...known, nodeStates: states }, 'web'), [])
})
