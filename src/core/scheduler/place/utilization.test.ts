// What counts as needed on a node when room matters. Found by comparing with crm_simulate 2.1.5.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../base/units.ts'
import { parseCib } from '../../cib/parse.ts'
import { schedule } from '../schedule.ts'

/** Where the resource is put when "a" has 2 and "b" 4 of the processors. */
function placeOf(rsc: string, resources: string): readonly (string | null)[] {
  const node = (id: string, uname: string, cpu: number): string =>
    `<node id="${id}" uname="${uname}"><utilization id="u${id}"><nvpair id="c${id}" name="cpu" value="${cpu}"/></utilization></node>`
  const state = (id: string, uname: string): string =>
    `<node_state id="${id}" uname="${uname}" in_ccm="true" crmd="online" join="member" expected="member"/>`
  const text = `<cib have-quorum="1"><configuration><crm_config><cluster_property_set id="o">
      <nvpair id="s" name="stonith-enabled" value="false"/><nvpair id="p" name="placement-strategy" value="utilization"/>
    </cluster_property_set></crm_config>
    <nodes>${node('1', 'a', 2)}${node('2', 'b', 4)}</nodes><resources>${resources}</resources><constraints/>
  </configuration><status>${state('1', 'a')}${state('2', 'b')}</status></cib>`
  const { value, problems } = parseCib(text, 'cib.xml')
  assert.ok(value, problems.map(problem => problem.message).join('; '))
  return schedule(value, instant(1_700_000_000_000))
    .placements.filter(place => place.rsc === rsc)
    .map(place => place.node)
}

const needing = (id: string, cpu: number): string =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"><utilization id="${id}-u">
    <nvpair id="${id}-c" name="cpu" value="${cpu}"/></utilization></primitive>`

test('the members of a group need room together, each of them once', () => {
  assert.deepEqual(placeOf('r', `<group id="g">${needing('r', 2)}</group>`), ['a'])
  assert.deepEqual(placeOf('r', `<group id="g">${needing('r', 2)}${needing('q', 1)}</group>`), ['b'])
})

test('of a cloned group one instance counts', () => {
  const group = `<group id="g">${needing('r', 1)}${needing('q', 1)}</group>`
  assert.deepEqual(placeOf('q', `<clone id="c">${group}</clone>`), ['a', 'b'])
})
