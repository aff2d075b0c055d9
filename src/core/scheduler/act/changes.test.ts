// What follows from a definition that changed since an operation ran. Found by comparing with crm_simulate 2.1.5.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../base/units.ts'
import { parseCib } from '../../cib/parse.ts'
import { schedule } from '../schedule.ts'

/** The operations on an instance whose last one ran with other parameters. */
function operationsAfter(last: string): readonly string[] {
  const text = `<cib have-quorum="1"><configuration>
    <crm_config><cluster_property_set id="o"><nvpair id="s" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
    <nodes><node id="1" uname="a"/></nodes>
    <resources><clone id="c"><meta_attributes id="m"><nvpair id="p" name="promotable" value="true"/></meta_attributes>
      <primitive id="r" class="ocf" provider="pacemaker" type="Stateful"/></clone></resources><constraints/>
  </configuration><status><node_state id="1" uname="a" in_ccm="true" crmd="online" join="member" expected="member">
    <lrm id="1"><lrm_resources><lrm_resource id="r" class="ocf" provider="pacemaker" type="Stateful">
      <lrm_rsc_op id="r_last_0" operation="${last}" operation_key="r_${last}_0" call-id="5" rc-code="0" op-status="0" interval="0"
        op-digest="0" crm_feature_set="3.16.1" transition-key="5:-1:0:x" transition-magic="0:0;5:-1:0:x"/>
    </lrm_resource></lrm_resources></lrm></node_state></status></cib>`
  const { value, problems } = parseCib(text, 'cib.xml')
  assert.ok(value, problems.map(problem => problem.message).join('; '))
  const { actions } = schedule(value, instant(1_700_000_000_000))
  return actions.filter(action => action.kind === 'rsc').map(action => action.op)
}

test('a changed parameter means a restart, whether the last operation was a start or a promotion', () => {
  assert.deepEqual(operationsAfter('start').toSorted(), ['start', 'stop'])
  assert.deepEqual(operationsAfter('promote').toSorted(), ['demote', 'start', 'stop'])
})
