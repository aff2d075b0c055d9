// docs/policy-engine.md explains placement by examples that the engine itself made. This keeps them current: `REWRITE=1`
// writes them anew.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Answered, answer } from '../../src/app/commands/schedule/answer.ts'
import { found } from '../../src/core/base/assert.ts'
import { instant } from '../../src/core/base/units.ts'
import { explain } from '../../src/core/scheduler/explain/explain.ts'
import { showExplanations } from '../../src/core/scheduler/explain/show.ts'

const clock = instant(Date.UTC(2026, 2, 1, 14, 2))
const up = (id: number, uname: string, inside = ''): string =>
  `<node_state id="${id}" uname="${uname}" in_ccm="true" crmd="online" join="member" expected="member">${inside}</node_state>`
const dummy = (id: string): string => `  <primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy"/>`

const head = [
  '<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0" have-quorum="1"><configuration>',
  '<crm_config><cluster_property_set id="o"><nvpair id="f" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>',
  '<nodes><node id="1" uname="alpha"/><node id="2" uname="beta"/></nodes>',
]
const chainResources = ['<resources>', dummy('fs'), dummy('db'), dummy('web'), '</resources>']
const chainConstraints = [
  '<constraints>',
  '  <rsc_location id="web-likes-beta" rsc="web" node="beta" score="100"/>',
  '  <rsc_colocation id="db-with-fs" rsc="db" with-rsc="fs" score="INFINITY"/>',
  '  <rsc_colocation id="web-with-db" rsc="web" with-rsc="db" score="2000"/>',
  '  <rsc_order id="fs-then-db" first="fs" then="db"/>',
  '</constraints>',
]
const chain = [
  ...head,
  ...chainResources,
  ...chainConstraints,
  `</configuration><status>${up(1, 'alpha')}${up(2, 'beta')}</status></cib>`,
].join('\n')

const score = (id: number, points: number): string =>
  `<transient_attributes id="${id}"><instance_attributes id="s${id}"><nvpair id="p${id}" name="master-data" value="${points}"/></instance_attributes></transient_attributes>`
const promotionParts = [
  '<resources>',
  '  <clone id="storage"><meta_attributes id="m"><nvpair id="mp" name="promotable" value="true"/></meta_attributes>',
  '    <primitive id="data" class="ocf" provider="linbit" type="drbd"/></clone>',
  dummy('db'),
  '</resources>',
  '<constraints>',
  '  <rsc_location id="db-likes-beta" rsc="db" node="beta" score="50"/>',
  '  <rsc_colocation id="db-on-data" rsc="db" with-rsc="storage" with-rsc-role="Promoted" score="INFINITY"/>',
  '</constraints>',
]
const promotion = [
  ...head,
  ...promotionParts,
  `</configuration><status>${up(1, 'alpha', score(1, 100))}${up(2, 'beta', score(2, 100))}</status></cib>`,
].join('\n')

const asked = (text: string): Answered => {
  const { value, problems } = answer(text, 'cib.xml', { clock, now: clock, trace: true })
  assert.deepEqual(problems, [])
  return found(value, 'an answer')
}

const why = ({ cib, now, decision }: Answered, ...subjects: readonly string[]): string[] =>
  subjects.flatMap(subject => [...showExplanations(explain({ subject, cib, now, decision })), ''])

const block = (kind: string, lines: readonly string[]): string =>
  [`\`\`\`${kind}`, ...lines.join('\n').trimEnd().split('\n'), '```'].join('\n')

const examples: Readonly<Record<string, () => string>> = {
  chain: () =>
    [
      'An example, made by the engine: `db` must be with `fs`, `web` would like to be with `db`, and likes `beta`.',
      '',
      block('xml', [...chainResources, ...chainConstraints]),
      '',
      block(
        'text',
        why(asked(chain), 'fs', 'db').filter(line => !/waits for$|^ {4}(?:look|start)/.test(line)),
      ),
    ].join('\n'),
  promotion: () =>
    [
      'Two instances with equal promotion scores of 100, and a `db` that must be with the promoted one and likes `beta` by 50:',
      '',
      block('xml', promotionParts),
      '',
      block(
        'text',
        why(asked(promotion), 'storage').filter(line => !/waits for$|^ {4}(?:look|start)/.test(line)),
      ),
    ].join('\n'),
  orders: () =>
    [
      'What `db` of the first example waits for, with the rule that makes it wait:',
      '',
      block(
        'text',
        why(asked(chain), 'db').filter(line => /waits for$|^ {4}(?:look|start)/.test(line)),
      ),
    ].join('\n'),
  why: () => block('text', ['$ holdfast schedule cib.xml --why web', ...why(asked(chain), 'web')]),
}

test('the examples in docs/policy-engine.md are what the engine says', () => {
  const path = join(import.meta.dirname, '../../docs/policy-engine.md')
  const before = readFileSync(path, 'utf8')
  const used = new Set<string>()
  const after = before.replaceAll(/<!-- example: (\w+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    used.add(name)
    const make = found(examples[name], `the example ${name}`)
    return `<!-- example: ${name} -->\n${make()}\n<!-- end -->`
  })
  assert.deepEqual([...used].sort(), Object.keys(examples).sort())
  if (process.env['REWRITE'] === '1') writeFileSync(path, after)
  else assert.equal(before, after, 'run it with REWRITE=1')
})
