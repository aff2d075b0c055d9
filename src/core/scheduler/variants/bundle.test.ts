// What bundles, and the nodes inside of them, do otherwise than anything else. Found by comparing with crm_simulate 2.1.5.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../base/units.ts'
import { parseCib } from '../../cib/parse.ts'
import type { Decision } from '../decision.ts'
import { schedule } from '../schedule.ts'

function decide(resources: string, nodes = '', options = '</cluster_property_set>'): Decision {
  const state = (id: string, name: string): string =>
    `<node_state id="${id}" uname="${name}" in_ccm="true" crmd="online" join="member" expected="member"/>`
  const text = `<cib have-quorum="1"><configuration>
    <crm_config><cluster_property_set id="o"><nvpair id="s" name="stonith-enabled" value="false"/>${options}</crm_config>
    <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/>${nodes}</nodes>
    <resources>${resources}</resources><constraints/>
  </configuration><status>${state('1', 'n1')}${state('2', 'n2')}</status></cib>`
  const { value, problems } = parseCib(text, 'cib.xml')
  assert.ok(value, problems.map(problem => problem.message).join('; '))
  return schedule(value, instant(1_700_000_000_000))
}

const bundle = (id: string, container: string, network: string, inside = true): string =>
  `<bundle id="${id}"><podman image="i" ${container}/>${network}${
    inside ? `<primitive id="${id}-r" class="ocf" provider="pacemaker" type="Dummy"/>` : ''
  }</bundle>`
const port = '<network control-port="9999"/>'

const placed = (decision: Decision, rsc: string): (string | null)[] =>
  decision.placements.filter(place => place.rsc === rsc).map(place => place.node)
const scoresFor = (decision: Decision, rsc: string): string[] =>
  decision.scores.filter(([phase, name]) => phase === 'pcmk__bundle_allocate' && name === rsc).map(([, , node]) => node)

test('with the port of the host one replica per host, with nothing inside as many as asked for', () => {
  assert.deepEqual(
    ['b-podman-0', 'b-podman-1', 'b-podman-2'].map(
      id => placed(decide(bundle('b', 'replicas="3" replicas-per-host="2"', port)), id)[0],
    ),
    ['n1', 'n2', null],
  )
  assert.deepEqual(
    ['b-podman-0', 'b-podman-1', 'b-podman-2'].map(
      id => placed(decide(bundle('b', 'replicas="3" replicas-per-host="2"', port, false)), id)[0],
    ),
    ['n1', 'n2', 'n1'],
  )
})

test('a primitive that nothing can reach: the whole bundle is left out', () => {
  assert.deepEqual(placed(decide(bundle('b', '', '')), 'b-podman-0'), [])
})

test('a listed node of a bundle is an ordinary one for what was unfolded before', () => {
  const listed = '<node id="b-1" uname="b-1" type="remote"/>'
  const decision = decide(bundle('b', 'replicas="2"', port), listed)
  assert.deepEqual(scoresFor(decision, 'b'), ['n1', 'n2'])
  assert.deepEqual(scoresFor(decision, 'b-podman-0'), ['b-1', 'n1', 'n2'])
  assert.deepEqual(scoresFor(decision, 'b-1'), ['n1', 'n2'])
})

test('what the primitive inside needs, the container needs on its host', () => {
  const needing = bundle('b', 'replicas="1"', port).replace(
    'type="Dummy"/>',
    'type="Dummy"><utilization id="u"><nvpair id="n" name="cpu" value="2"/></utilization></primitive>',
  )
  const room = '<nvpair id="p" name="placement-strategy" value="utilization"/></cluster_property_set>'
  const decision = decide(needing, '', room)
  assert.deepEqual([placed(decision, 'b-podman-0'), placed(decision, 'b-r')], [[null], ['b-0']])
})
