// The XML parser: what it reads, and every refusal with its place.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { found } from '../base/assert.ts'
import { parseXml } from './parse.ts'
import { printXml } from './print.ts'

const read = (text: string): string => printXml(found(parseXml(text, 'x').value, 'an element'))

test('elements, attributes and entities in their order, and printed again the same', () => {
  const text = '<a z="1" b="&lt;&amp;&quot;&#10;&#x41;">\n  <c/>\n  <d>x &amp; y</d>\n  <!-- why -->\n</a>\n'
  assert.equal(read(text), text.replace('&#x41;', 'A'))
})

test('what stands around the root: declaration, comment, document type', () => {
  assert.equal(read('\uFEFF<?xml version="1.0"?>\n<!DOCTYPE a>\n<!-- c --><a/>\n<!-- d -->'), '<a/>\n')
  assert.equal(read('<a><![CDATA[<b/>]]></a>'), '<a>&lt;b/&gt;</a>\n')
})

test('line ends in a value are spaces, as XML says', () => {
  assert.equal(read('<a b="1\r\n2\t3"/>'), '<a b="1 2 3"/>\n')
})

test('an element knows its place', () => {
  const root = found(parseXml('<a>\n  <b/><c/>\n</a>', 'x').value, 'an element')
  const places = root.children.flatMap(c => (c.kind === 'element' ? [`${c.name} ${c.at.line}:${c.at.column}`] : []))
  assert.deepEqual(places, ['b 2:3', 'c 2:7'])
})

describe('refused, with the place', () => {
  const cases: Readonly<Record<string, readonly [text: string, place: string, message: RegExp]>> = {
    nothing: ['  \n', '2:1', /no XML element/],
    'an element that is not closed': ['<a>\n<b>\n</a>', '3:1', /closes nothing/],
    'the end of the file in an element': ['<a><b/>', '1:8', /<a> is not closed/],
    'a value without quotes': ['<a b=1/>', '1:6', /not in quotes/],
    'a value without end': ['<a b="1/>', '1:6', /no closing quote/],
    'the same attribute twice': ['<a b="1" b="2"/>', '1:10', /twice/],
    'an unknown entity': ['<a b="x &uml; y"/>', '1:9', /not a known entity/],
    'a < in a value': ['<a b="1<2"/>', '1:8', /contains </],
    'text after the end': ['<a/>\nmore', '2:1', /after the end/],
    'a document type with declarations': ['<!DOCTYPE a [<!ENTITY b "c">]><a/>', '1:1', /declarations/],
    'a character that XML does not know': ['<a>\n<b c="\u0001"/></a>', '2:7', /does not allow \(code 1\)/],
    'such a character as a reference': ['<a b="&#0;"/>', '1:7', /not a known entity/],
    'half of a surrogate pair as a reference': ['<a b="&#xD800;"/>', '1:7', /not a known entity/],
  }
  for (const [name, [text, place, message]] of Object.entries(cases)) {
    test(name, () => {
      const { value, problems } = parseXml(text, 'x')
      assert.equal(value, undefined)
      assert.equal(problems.length, 1)
      assert.equal(`${problems[0]?.at?.line}:${problems[0]?.at?.column}`, place)
      assert.match(problems[0]?.message ?? '', message)
    })
  }
})

test('elements nested without end are refused, not followed', () => {
  assert.match(parseXml('<a>'.repeat(100_000), 'x').problems[0]?.message ?? '', /nested more than/)
})
