// What `holdfast schedule --why` says of the examples' clusters in the states that people ask about, word for word. The golden
// text is testdata/why.txt; `REWRITE=1` writes it anew: read the difference as somebody would who was woken by it.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { answer } from '../../src/app/commands/schedule/answer.ts'
import { found } from '../../src/core/base/assert.ts'
import { instant } from '../../src/core/base/units.ts'
import { printCib } from '../../src/core/cib/print.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { platforms } from '../../src/core/compile/platforms.ts'
import { explain } from '../../src/core/scheduler/explain/explain.ts'
import { showExplanations } from '../../src/core/scheduler/explain/show.ts'
import type { Event } from '../../src/core/scheduler/inject.ts'
import { readCluster } from '../../src/core/spec/read.ts'
import { cibWithNodesUp } from '../engines/pacemaker.ts'

const clock = instant(Date.UTC(2026, 2, 1, 14, 2))

/** The example with everything running where it belongs. */
function running(example: string): string {
  const file = join(import.meta.dirname, `../../examples/${example}.yaml`)
  const cluster = found(readCluster(readFileSync(file, 'utf8'), file).value, file)
  const cold = cibWithNodesUp(cluster, compile(cluster, platforms.debian12).cib)
  return printCib(found(answer(cold, 'cib.xml', { clock, simulate: true }).value?.later, 'a state'))
}

type Edit = readonly [what: string | RegExp, by: string]

interface State {
  readonly title: string
  readonly cib: string
  readonly edits?: readonly Edit[]
  readonly events?: readonly Event[]
  readonly ask: readonly string[]
}

const [pair, witness, balancers] = [
  running('postgresql-pair'),
  running('witness-pair'),
  running('haproxy-active-active'),
]

const option = (name: string, value: string): Edit => [
  '</cluster_property_set>',
  `<nvpair id="o-${name}" name="${name}" value="${value}"/></cluster_property_set>`,
]
const meta = (name: string, value: string): Edit => [
  '<meta_attributes id="db-postgresql-meta">',
  `<meta_attributes id="db-postgresql-meta"><nvpair id="m-${name}" name="${name}" value="${value}"/>`,
]
const standby = (uname: string): Edit => [
  new RegExp(`uname="${uname}"/>`),
  `uname="${uname}"><instance_attributes id="n-${uname}"><nvpair id="n-${uname}-standby" name="standby" value="on"/></instance_attributes></node>`,
]
const constraint = (text: string): Edit => ['</constraints>', `${text}</constraints>`]
const attribute = (name: string, value: string): Edit => [
  '<instance_attributes id="status-1">',
  `<instance_attributes id="status-1"><nvpair id="s-${name}" name="${name}" value="${value}"/>`,
]
const result = (spec: string): Event => ({ kind: 'op-inject', spec })

const states: readonly State[] = [
  { title: 'all is well', cib: pair, ask: ['db', 'pgdata', 'fence-alpha', 'alpha'] },
  {
    title: 'alpha is in standby',
    cib: pair,
    edits: [standby('alpha')],
    ask: ['db-postgresql'],
  },
  {
    title: 'banned from beta by hand, and alpha is in standby',
    cib: pair,
    edits: [
      standby('alpha'),
      constraint('<rsc_location id="cli-ban-db-on-beta" rsc="db" node="beta" score="-INFINITY"/>'),
    ],
    ask: ['db', 'db-ip'],
  },
  { title: 'alpha is lost', cib: pair, events: [{ kind: 'node-fail', node: 'alpha' }], ask: ['db', 'alpha', 'beta'] },
  {
    title: 'alpha is lost, and nobody can be fenced',
    cib: pair,
    edits: [['name="stonith-enabled" value="true"', 'name="stonith-enabled" value="false"']],
    events: [{ kind: 'node-fail', node: 'alpha' }],
    ask: ['alpha', 'db-postgresql'],
  },
  {
    title: 'the other site and the witness are lost: no quorum',
    cib: witness,
    edits: [['have-quorum="1"', 'have-quorum="0"']],
    events: [{ kind: 'node-fail', node: 'south' }],
    ask: ['db', 'south'],
  },
  {
    title: 'PostgreSQL failed for the first time',
    cib: pair,
    events: [result('db-postgresql_monitor_10000@alpha=7')],
    ask: ['db-postgresql'],
  },
  {
    title: 'PostgreSQL failed three times',
    cib: pair,
    edits: [
      attribute('fail-count-db-postgresql#monitor_10000', '3'),
      attribute('last-failure-db-postgresql#monitor_10000', String(clock / 1000 - 90)),
    ],
    ask: ['db', 'db-postgresql', 'pgdata'],
  },
  {
    title: 'PostgreSQL could not be stopped',
    cib: pair,
    events: [result('db-postgresql_stop_0@alpha=1')],
    ask: ['db-postgresql', 'alpha'],
  },
  {
    title: 'PostgreSQL could not be stopped, and nobody can be fenced',
    cib: pair,
    edits: [['name="stonith-enabled" value="true"', 'name="stonith-enabled" value="false"']],
    events: [result('db-postgresql_stop_0@alpha=1')],
    ask: ['db-postgresql', 'db-ip'],
  },
  { title: 'PostgreSQL is unmanaged', cib: pair, edits: [meta('is-managed', 'false')], ask: ['db-postgresql'] },
  { title: 'PostgreSQL was stopped by hand', cib: pair, edits: [meta('target-role', 'Stopped')], ask: ['db'] },
  { title: 'the cluster is in maintenance', cib: pair, edits: [option('maintenance-mode', 'true')], ask: ['db-ip'] },
  {
    title: 'everything is stopped on purpose',
    cib: pair,
    edits: [option('stop-all-resources', 'true')],
    ask: ['db-ip'],
  },
  {
    title: "DRBD's fence handler forbids promotion on beta, and alpha is in standby",
    cib: pair,
    edits: [
      standby('alpha'),
      constraint(
        '<rsc_location id="drbd-fence-by-handler-pgdata-pgdata" rsc="pgdata"><rule id="drbd-fence-rule" role="Promoted" score="-INFINITY"><expression id="drbd-fence-expression" attribute="#uname" operation="ne" value="alpha"/></rule></rsc_location>',
      ),
    ],
    ask: ['pgdata', 'db-ip'],
  },
  {
    title: 'a load balancer failed on one of two nodes',
    cib: balancers,
    events: [result('web-haproxy_monitor_10000@alpha=7')],
    ask: ['web'],
  },
]

function told({ title, cib, edits = [], events = [], ask }: State): string {
  let text = cib
  for (const [what, by] of edits) {
    const next = text.replace(what, by)
    assert.notEqual(next, text, `${title}: ${what} does not occur`)
    text = next
  }
  const { value, problems } = answer(text, 'cib.xml', { clock, now: clock, events, trace: true })
  const { cib: read, now, decision } = found(value, `${title}: ${problems.map(p => p.message).join('; ')}`)
  const parts = ask.map(subject => {
    const lines = showExplanations(explain({ subject, cib: read, now, decision }))
    assert.ok(lines.length > 0, `${title}: nothing about ${subject}`)
    return [`--- why ${subject}`, ...lines, ''].join('\n')
  })
  return [`=== ${title}`, ...parts].join('\n')
}

test('explanations of the examples are what testdata/why.txt says', () => {
  const golden = join(import.meta.dirname, 'testdata/why.txt')
  const text = `${states.map(told).join('\n')}`
  if (process.env['REWRITE'] === '1') writeFileSync(golden, text)
  assert.equal(text, readFileSync(golden, 'utf8'), 'REWRITE=1 writes it')
})
