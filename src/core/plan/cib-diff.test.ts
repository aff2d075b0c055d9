// The difference of two configurations: by meaning, not by text; what the engines write themselves is no difference; what
// the fence handler has set is never taken away; a secret is never shown.
import assert from 'node:assert/strict'
import test from 'node:test'
import { cibDifference, cibHazard } from './cib-diff.ts'
import { configurationOf, mergedConfiguration, printed } from './cib-merge.ts'

const configuration = (parts: {
  properties?: string
  nodes?: string
  resources?: string
  constraints?: string
}): string =>
  `<configuration>
  <crm_config><cluster_property_set id="cib-bootstrap-options">
    <nvpair id="o1" name="stonith-enabled" value="true"/>${parts.properties ?? ''}
  </cluster_property_set></crm_config>
  <nodes>${parts.nodes ?? ''}</nodes>
  <resources>${parts.resources ?? ''}</resources>
  <constraints>${parts.constraints ?? ''}</constraints>
</configuration>`

const server = (port: string, more = ''): string =>
  `<primitive id="db" class="ocf" provider="heartbeat" type="pgsql"><instance_attributes id="db-p">
     <nvpair id="db-p-port" name="pgport" value="${port}"/>${more}</instance_attributes></primitive>`
const handlers =
  '<rsc_location id="drbd-fence-by-handler-pgdata-pgdata" rsc="pgdata"><rule id="r" role="Promoted" score="-INFINITY"/></rsc_location>'

const parse = (text: string) => configurationOf(text, 'a test')
const difference = (wanted: string, actual: string) => cibDifference(parse(wanted), parse(actual))

test('attribute order, what the engines write and empty sections are no difference', () => {
  const wanted = configuration({ resources: server('5432') })
  const actual = configuration({
    properties: '<nvpair value="3.0.0" name="dc-version" id="o2"/><nvpair id="o3" name="have-watchdog" value="false"/>',
    nodes: '<node id="1" uname="alpha"/>',
    resources: server('5432').replace('class="ocf" provider="heartbeat"', 'provider="heartbeat" class="ocf"'),
    constraints: handlers,
  })
  assert.deepEqual(difference(wanted, actual), { changes: [], text: [] })
})

test('a changed parameter names its resource, both values, and the restart', () => {
  const { changes, text } = difference(
    configuration({ resources: server('5432') }),
    configuration({ resources: server('5433') }),
  )
  assert.deepEqual(
    changes.map(one => one.summary),
    ['db: pgport is 5433, not 5432'],
  )
  assert.equal(cibHazard(changes).level, 'short-outage')
  assert(text.some(line => line.startsWith('-') && line.includes('5433')))
  assert(text.some(line => line.startsWith('+') && line.includes('5432')))
})

test('a resource that is not in the cluster file is told once, and its removal is an outage', () => {
  const { changes } = difference(configuration({}), configuration({ resources: server('5432') }))
  assert.deepEqual(
    changes.map(one => [one.change, one.id]),
    [['surplus', 'db']],
  )
  assert.equal(cibHazard(changes).level, 'outage')
})

test('a move by hand that was left behind is surplus', () => {
  const left = '<rsc_location id="cli-prefer-db" rsc="db" node="beta" score="INFINITY"/>'
  const { changes } = difference(
    configuration({ resources: server('5432') }),
    configuration({ resources: server('5432'), constraints: left }),
  )
  assert.deepEqual(
    changes.map(one => [one.change, one.id]),
    [['surplus', 'cli-prefer-db']],
  )
})

test('the values of secrets are compared and not shown', () => {
  const secret = (value: string) => server('1', `<nvpair id="s" name="password" value="${value}"/>`)
  const { changes, text } = difference(
    configuration({ resources: secret('hunter2') }),
    configuration({ resources: secret('hunter3') }),
  )
  assert.equal(changes.length, 1)
  assert(!JSON.stringify({ changes, text }).includes('hunter'))
  const script = (value: string) => server('1', `<nvpair id="s" name="password_script" value="${value}"/>`)
  assert.match(
    difference(configuration({ resources: script('/a') }), configuration({ resources: script('/b') })).changes[0]
      ?.summary ?? '',
    /\/b, not \/a/,
  )
})

test('what is written keeps nodes, the engines’ properties and the handler’s constraint, once', () => {
  const wanted = parse(configuration({ resources: server('5432') }))
  const actual = parse(
    configuration({
      properties: '<nvpair id="v" name="dc-version" value="3"/>',
      nodes: '<node id="1" uname="alpha"/>',
      constraints: handlers,
    }),
  )
  const once = mergedConfiguration(wanted, actual)
  const text = printed(once)
  for (const kept of ['uname="alpha"', 'dc-version', 'drbd-fence-by-handler', 'id="db"'])
    assert(text.includes(kept), kept)
  assert.equal(printed(mergedConfiguration(once, actual)).match(/dc-version/g)?.length, 1)
  assert.deepEqual(cibDifference(wanted, once).changes, [])
})
