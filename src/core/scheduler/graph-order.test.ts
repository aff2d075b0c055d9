// In which order the actions of a graph are listed, word for word as crm_simulate 2.1.5 lists its synapses.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../base/units.ts'
import { parseCib } from '../cib/parse.ts'
import type { Cib } from '../cib/types.ts'
import { schedule } from './schedule.ts'
import { simulate } from './simulate.ts'

const now = instant(1_700_000_000_000)

function cibOf(resources: string, constraints = '', histories: readonly string[] = ['', '']): Cib {
  const states = histories.map(
    (history, at) =>
      `<node_state id="${at + 1}" uname="n${at + 1}" in_ccm="true" crmd="online" join="member" expected="member">
        <lrm id="${at + 1}"><lrm_resources>${history}</lrm_resources></lrm></node_state>`,
  )
  const text = `<cib have-quorum="1"><configuration>
    <crm_config><cluster_property_set id="o"><nvpair id="s" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
    <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
    <resources>${resources}</resources><constraints>${constraints}</constraints>
  </configuration><status>${states.join('')}</status></cib>`
  const { value, problems } = parseCib(text, 'cib.xml')
  assert.ok(value, problems.map(problem => problem.message).join('; '))
  return value
}

const listed = (cib: Cib): string[] =>
  schedule(cib, now).actions.map(action => `${action.key} ${action.node ?? ''}`.trim())

const dummy = (id: string): string => `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"/>`
const started = (id: string): string =>
  `<lrm_resource id="${id}" class="ocf" provider="pacemaker" type="Dummy"><lrm_rsc_op id="${id}_last_0" operation="start"
    operation_key="${id}_start_0" call-id="2" rc-code="0" op-status="0" interval="0"
    op-digest="f2317cad3d54cec5d7d7aa7d0bf35cf8" transition-key="2:-1:0:x" transition-magic="0:0;2:-1:0:x"/></lrm_resource>`

test('the latest action of a resource first; of a clone its instances by number, then its own', () => {
  assert.deepEqual(listed(cibOf(`<clone id="c">${dummy('r')}</clone>`, '', [started('r'), ''])), [
    'r:1_start_0 n2',
    'r:1_monitor_0 n2',
    'c_running_0',
    'c_start_0',
  ])
})

test('what the configuration no longer knows is deleted node by node, whatever the order of the status', () => {
  const cib = cibOf('', '', [started('gone'), started('gone')])
  const turned = { ...cib, nodeStates: cib.nodeStates.toReversed() }
  for (const one of [cib, turned]) {
    const deletions = listed(one).filter(key => key.includes('delete'))
    assert.deepEqual(deletions, ['gone_delete_0 n2', 'gone_delete_0 n1'])
  }
})

test('two instances that trade places: whose migration is finished first decides what the nodes remember', () => {
  const mobile = `<clone id="c"><meta_attributes id="cm"><nvpair id="ci" name="interleave" value="true"/></meta_attributes>
    <primitive id="r" class="ocf" provider="pacemaker" type="Dummy">
    <meta_attributes id="m"><nvpair id="mm" name="allow-migrate" value="true"/></meta_attributes></primitive></clone>`
  const apart = `<rsc_colocation id="apart" score="-50"><resource_set id="apart-set"><resource_ref id="d"/><resource_ref id="c"/>
    </resource_set></rsc_colocation>`
  const cib = cibOf(`${mobile}<clone id="d">${dummy('q')}</clone>`, apart, [started('r'), started('r')])
  const after = schedule(simulate(cib, schedule(cib, now)), now)
  assert.deepEqual(
    after.current.filter(place => place.rsc === 'r').map(place => place.node),
    ['n1', null],
  )
})
