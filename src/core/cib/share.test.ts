// What a CIB uses several times is printed once and then referred to, so that no id repeats.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { found } from '../base/assert.ts'
import { parseCib } from './parse.ts'
import { printCib } from './print.ts'

const text = `<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration>
<crm_config><cluster_property_set id="o"><nvpair id="s" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
<nodes/><resources>
<primitive id="a" class="ocf" provider="heartbeat" type="Dummy"><meta_attributes id="m"><nvpair id="x" name="priority" value="5"/></meta_attributes><operations id="ops"><op id="m10" name="monitor" interval="10s"/></operations></primitive>
<primitive id="b" class="ocf" provider="heartbeat" type="Dummy"><meta_attributes id-ref="m"/><operations id-ref="ops"/></primitive>
<primitive id="c" class="ocf" provider="heartbeat" type="Dummy"><meta_attributes id="mc"><nvpair id-ref="x"/><nvpair id-ref="x" name="other"/></meta_attributes></primitive>
</resources><constraints/></configuration><status/></cib>`

test('references are printed as references, and the print is read as the same', () => {
  const printed = printCib(found(parseCib(text, 'c').value, 'a CIB'))
  assert.match(printed, /<meta_attributes id-ref="m"\/>\n\s+<operations id-ref="m10-operations"\/>/)
  assert.match(printed, /<nvpair id-ref="x"\/>\n\s+<nvpair id-ref="x" name="other"\/>/)
  const again = parseCib(printed, 'c')
  assert.deepEqual(again.problems, [])
  assert.equal(printCib(found(again.value, 'the same CIB')), printed)
})

test('what is used once is printed as it was', () => {
  const once = text.replace(/<primitive id="[bc]".*\n/g, '')
  assert.doesNotMatch(printCib(found(parseCib(once, 'c').value, 'a CIB')), /id-ref|operations id/)
})
