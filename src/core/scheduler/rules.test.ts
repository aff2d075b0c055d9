// Rules of colocation and ordering that crm_simulate showed, each on the smallest cluster that shows it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { found } from '../base/assert.ts'
import { instant } from '../base/units.ts'
import { parseCib } from '../cib/parse.ts'
import type { Decision } from './decision.ts'
import { schedule } from './schedule.ts'

const dummy = (id: string, inside = ''): string =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy">${inside}</primitive>`
const stopped = (id: string): string =>
  dummy(id, `<meta_attributes id="${id}-m"><nvpair id="${id}-r" name="target-role" value="Stopped"/></meta_attributes>`)
const started = (id: string): string =>
  `<lrm_resource id="${id}" class="ocf" provider="pacemaker" type="Dummy"><lrm_rsc_op id="${id}_last_0"
  operation_key="${id}_start_0" operation="start" transition-key="1:1:0:x" transition-magic="0:0;1:1:0:x" call-id="5"
  rc-code="0" op-status="0" interval="0"/></lrm_resource>`

interface Small {
  readonly resources: string
  readonly constraints: string
  /** What runs on n1 and on n2. */
  readonly running?: readonly (readonly string[])[]
}

function decide({ resources, constraints, running = [] }: Small): Decision {
  const states = ['n1', 'n2'].map(
    (node, i) => `<node_state id="${i + 1}" uname="${node}" in_ccm="true" crmd="online" join="member" expected="member">
    <lrm id="${i + 1}"><lrm_resources>${(running[i] ?? []).map(started).join('')}</lrm_resources></lrm></node_state>`,
  )
  const text = `<cib have-quorum="1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration><crm_config><cluster_property_set id="o">
    <nvpair id="o-s" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
    <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes><resources>${resources}</resources>
    <constraints>${constraints}</constraints><rsc_defaults><meta_attributes id="defaults">
    <nvpair id="defaults-s" name="resource-stickiness" value="1000"/></meta_attributes></rsc_defaults></configuration>
    <status>${states.join('')}</status></cib>`
  return schedule(found(parseCib(text, 'cib.xml').value, 'the CIB'), instant(0))
}

const scoreOf = (decision: Decision, rsc: string, node: string): number | undefined =>
  decision.scores.find(line => line[0] === 'pcmk__primitive_assign' && line[1] === rsc && line[2] === node)?.[3]
const together = (id: string, rsc: string, other: string, score: string): string =>
  `<rsc_colocation id="${id}" rsc="${rsc}" with-rsc="${other}" score="${score}"/>`
const starts = (decision: Decision): readonly (string | undefined)[] =>
  decision.actions.filter(action => action.op === 'start' && action.kind === 'rsc').map(action => action.rsc)

test('in a chain of colocations every link weakens the wish by its own score alone', () => {
  const decision = decide({
    resources: dummy('a') + dummy('b') + dummy('c') + dummy('d'),
    constraints:
      together('c1', 'b', 'a', '4001') + together('c2', 'c', 'b', 'INFINITY') + together('c3', 'd', 'c', '5000'),
    running: [['a'], ['b', 'c', 'd']],
  })
  // 1000 × 0.004001, 1000 × 1, 1000 × 0.005
  assert.equal(scoreOf(decision, 'a', 'n2'), 4 + 1000 + 5)
  assert.equal(scoreOf(decision, 'a', 'n1'), 1000)
})

test('what is to be with a group starts even where the group cannot; with a primitive it does not', () => {
  const order = '<rsc_order id="o1" first="x" then="m"/>'
  const group = `${stopped('x')}<group id="g">${dummy('m')}</group>${dummy('b')}`
  assert.deepEqual(starts(decide({ resources: group, constraints: order + together('c', 'b', 'g', 'INFINITY') })), [
    'b',
  ])
  const plain = stopped('x') + dummy('m') + dummy('b')
  assert.deepEqual(starts(decide({ resources: plain, constraints: order + together('c', 'b', 'm', 'INFINITY') })), [])
})

test('Serialize holds within a set that is not sequential', () => {
  const set = '<resource_set id="s" sequential="false"><resource_ref id="a"/><resource_ref id="b"/></resource_set>'
  const decision = decide({
    resources: dummy('a') + dummy('b'),
    constraints: `<rsc_order id="o1" kind="Serialize">${set}</rsc_order>`,
  })
  const [a, b] = ['a', 'b'].map(id => decision.actions.findIndex(action => action.rsc === id && action.op === 'start'))
  assert.ok(decision.edges.some(([before, then]) => before === a && then === b))
})

test('what waits for a start that cannot happen says so', () => {
  const decision = decide({
    resources: stopped('x') + dummy('a') + dummy('b'),
    constraints: '<rsc_order id="o1" first="x" then="a"/><rsc_order id="o2" first="a" then="b" kind="Serialize"/>',
  })
  assert.equal(decision.actions.find(action => action.rsc === 'b' && action.op === 'start')?.waitsForever, true)
})
