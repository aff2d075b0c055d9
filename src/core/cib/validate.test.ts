// Bad CIBs: each kind of fault, with the place where it is. crm_verify refuses all that are errors here; what it merely
// complains of are warnings (tests/conformance/verify.test.ts compares with it on spoilt CIBs).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseCib } from './parse.ts'

const head = 'admin_epoch="0" epoch="1" num_updates="0"'
const off =
  '<crm_config><cluster_property_set id="o"><nvpair id="off" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>'
const dummy = (id: string): string => `<primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy"/>`

/** Resources begin in line 5, constraints in line 7. */
function cib(parts: {
  resources?: string
  constraints?: string
  more?: string
  schema?: string
  config?: string
}): string {
  const {
    resources = dummy('a') + dummy('b'),
    constraints = '',
    more = '',
    schema = 'pacemaker-3.9',
    config = off,
  } = parts
  return [
    `<cib validate-with="${schema}" ${head}><configuration>`,
    config,
    '<nodes><node id="1" uname="alpha"/></nodes>',
    '<resources>',
    resources,
    '</resources><constraints>',
    constraints,
    `</constraints>${more}</configuration><status/></cib>`,
  ].join('\n')
}

const told = (text: string): string[] =>
  parseCib(text, 'c').problems.map(p => `${p.severity} ${p.code} ${p.at?.line}:${p.at?.column}`)

test('a sound one has no problems', () => {
  const parsed = parseCib(cib({ constraints: '<rsc_location id="l" rsc="a" node="alpha" score="-INFINITY"/>' }), 'c')
  assert.deepEqual(parsed.problems, [])
  assert.equal(parsed.value?.configuration.resources.length, 2)
})

describe('refused, with the place', () => {
  const cases: Readonly<Record<string, readonly [text: string, problem: string]>> = {
    'no CIB': ['<cluster/>', 'error not-a-cib 1:1'],
    'a CIB without configuration': [`<cib ${head}/>`, 'error no-configuration 1:1'],
    'a section is missing': [cib({}).replace(/<nodes>.*<\/nodes>/, ''), 'error missing-section 1:78'],
    'an unknown attribute': [
      cib({ resources: dummy('a').replace('class', 'clas="x" class') }),
      'error unknown-attribute 5:1',
    ],
    'an element in the wrong place': [
      cib({ resources: '<rsc_order id="x" first="a" then="b"/>' }),
      'error misplaced-element 5:1',
    ],
    'an empty group': [cib({ resources: '<group id="g"/>' }), 'error empty-element 5:1'],
    'a clone of nothing': [cib({ resources: '<clone id="k"/>' }), 'error empty-element 5:1'],
    'an id that is none': [cib({ resources: dummy('1a') }), 'error bad-id 5:1'],
    'an id twice': [cib({ resources: dummy('a') + dummy('a') }), 'error repeated-id 5:66'],
    'a score that is none': [
      cib({ constraints: '<rsc_location id="l" rsc="a" node="alpha" score="many"/>' }),
      'error bad-value 7:1',
    ],
    'a location without node': [cib({ constraints: '<rsc_location id="l" rsc="a"/>' }), 'error incomplete 7:1'],
    'a constraint on nothing that exists': [
      cib({ constraints: '<rsc_colocation id="k" rsc="a" with-rsc="nix" score="1"/>' }),
      'error unknown-reference 7:1',
    ],
    'a set of nothing that exists': [
      cib({
        constraints: '<rsc_order id="k"><resource_set id="s"><resource_ref id="nix"/></resource_set></rsc_order>',
      }),
      'error unknown-reference 7:40',
    ],
    'an unknown id-ref': [
      cib({ resources: dummy('a').replace('/>', '><meta_attributes id-ref="nix"/></primitive>') }),
      'error unknown-id-ref 5:65',
    ],
    'a rule in a ring': [
      cib({
        constraints: '<rsc_location id="l" rsc="a"><rule id="r" score="1"><rule id-ref="r"/></rule></rsc_location>',
      }),
      'error reference-ring 7:53',
    ],
    'a second list of operations': [
      cib({ resources: dummy('a').replace('/>', '><operations/><operations/></primitive>') }),
      'error repeated-element 5:78',
    ],
    'text between elements': [cib({ resources: `${dummy('a')} oops` }), 'error text 4:1'],
    'a schema that nobody knows': [cib({ schema: 'mine' }), 'error unknown-schema 1:1'],
    'a primitive with a template and a type': [
      cib({
        resources: `<template id="t" class="ocf" type="Dummy"/>\n${dummy('a').replace('type', 'template="t" type')}`,
      }),
      'error incomplete 6:1',
    ],
  }
  for (const [name, [text, problem]] of Object.entries(cases)) {
    test(name, () => {
      const parsed = parseCib(text, 'c')
      assert.equal(parsed.value, undefined, 'nothing is made of it')
      assert.ok(told(text).includes(problem), `${problem} is not among: ${told(text).join(', ')}`)
    })
  }
})

describe('tolerated, with a warning', () => {
  const cases: Readonly<Record<string, readonly [text: string, problem: string]>> = {
    'validation is switched off': [
      cib({ schema: 'none', constraints: '<rsc_order id="k" first="a" then="b" kind="foo"/>' }),
      'warning bad-value 7:1',
    ],
    'an older schema': [
      cib({ schema: 'pacemaker-1.2', resources: dummy('a').replace('type', 'restart-type="x" type') }),
      'warning unknown-attribute 5:1',
    ],
    'an operation twice': [
      cib({
        resources: dummy('a').replace(
          '/>',
          '><operations><op id="m1" name="monitor" interval="10"/><op id="m2" name="monitor" interval="10s"/></operations></primitive>',
        ),
      }),
      'warning same-operation 5:119',
    ],
    'fencing without a device': [cib({ config: '<crm_config/>' }), 'warning no-fence-device 5:1'],
    'a constraint on what is inside of a clone': [
      cib({
        resources: `<clone id="k">${dummy('a')}</clone>${dummy('b')}`,
        constraints: '<rsc_order id="o1" first="a" then="b"/>',
      }),
      'warning inside-of-clone 7:1',
    ],
    'on-fail=fence without fencing': [
      cib({
        resources: dummy('a').replace(
          '/>',
          '><operations><op id="m1" name="monitor" interval="10" on-fail="fence"/></operations></primitive>',
        ),
      }),
      'warning fencing-is-off 5:77',
    ],
    'a template that is none': [
      cib({ resources: `<primitive id="a" template="b"/>${dummy('b')}` }),
      'warning no-template 5:1',
    ],
  }
  for (const [name, [text, problem]] of Object.entries(cases)) {
    test(name, () => {
      assert.deepEqual(told(text), [problem])
      assert.ok(parseCib(text, 'c').value, 'it is read')
    })
  }
})

test('a hint where a word was meant that is near', () => {
  const { problems } = parseCib(cib({ resources: dummy('a').replace('provider', 'provder') }), 'c')
  assert.equal(problems[0]?.hint, 'did you mean provider?')
})
