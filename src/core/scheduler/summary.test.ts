// What the canonical form leaves out because Pacemaker's report does. Found by comparing with crm_simulate 2.1.5.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../base/units.ts'
import { parseCib } from '../cib/parse.ts'
import { canonical } from './canonical.ts'
import { schedule } from './schedule.ts'

/** Where a clone's only instance is, which ran on a node that is lost: as decided, and as listed. */
function whereabouts(managed: boolean): readonly [known: readonly string[], listed: readonly string[]] {
  const text = `<cib have-quorum="1" execution-date="1700000000" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration>
    <crm_config/><nodes><node id="1" uname="a"/></nodes>
    <resources><primitive id="f" class="stonith" type="fence_xvm"/>
      <clone id="c"><meta_attributes id="m"><nvpair id="mm" name="is-managed" value="${managed}"/></meta_attributes>
      <primitive id="r" class="ocf" provider="pacemaker" type="Dummy"/></clone></resources><constraints/>
  </configuration><status><node_state id="1" uname="a" in_ccm="false" crmd="offline" join="down" expected="member">
    <lrm id="1"><lrm_resources><lrm_resource id="r" class="ocf" provider="pacemaker" type="Dummy">
      <lrm_rsc_op id="r_last_0" operation="start" operation_key="r_start_0" call-id="2" rc-code="0" op-status="0" interval="0"
        op-digest="f2317cad3d54cec5d7d7aa7d0bf35cf8" transition-key="2:-1:0:x" transition-magic="0:0;2:-1:0:x"/>
    </lrm_resource></lrm_resources></lrm></node_state></status></cib>`
  const { value, problems } = parseCib(text, 'cib.xml')
  assert.ok(value, problems.map(problem => problem.message).join('; '))
  const { current } = schedule(value, instant(1_700_000_000_000))
  const form = canonical(schedule(value, instant(1_700_000_000_000)), current).final ?? []
  const show = (places: readonly { rsc: string; node: string | null }[]): string[] =>
    places.filter(place => place.rsc === 'r').map(({ rsc, node }) => `${rsc} ${node}`)
  return [show(current), show(form)]
}

test('a clone that nobody may touch, active only on lost nodes, is not listed', () => {
  assert.deepEqual(whereabouts(true), [['r a'], ['r a']])
  assert.deepEqual(whereabouts(false), [['r a'], []])
})
