import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeName } from '../base/units.ts'
import { catalog } from './catalog.ts'
import { checkScenario } from './check.ts'
import { showCondition } from './conditions.ts'
import { conditionForms, statementForms } from './forms.ts'
import { parseScenario } from './parse.ts'
import type { Vocabulary } from './types.ts'

const [alpha, beta] = [nodeName('alpha'), nodeName('beta')]
const vocabulary: Vocabulary = {
  nodes: [alpha, beta],
  volumes: ['pgdata'],
  services: [{ name: 'db', resources: ['db-fs', 'db-pgsql', 'db-ip'], volumes: ['pgdata'] }],
  links: 2,
  witness: false,
}
const parse = (text: string) => parseScenario(text, 'x.scenario', vocabulary, { '@active': alpha, '@peer': beta })
const firstProblem = (text: string) => {
  const [problem] = parse(text).problems
  return problem && `${problem.at?.line}:${problem.at?.column} ${problem.message} ${problem.hint}`
}

test('the scenario of the design, word for word', () => {
  const { value, problems } = parse(`
    cut link alpha beta
    expect within 5s    beta: connection Connecting
    expect within 60s   alpha fenced; db running on beta
    heal link alpha beta
    expect never        pgdata Primary on alpha, beta`)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    value?.statements.map(s => s.kind),
    ['fault', 'expect-within', 'expect-within', 'fault', 'expect-never'],
  )
  const second = value?.statements[2]
  assert.ok(second?.kind === 'expect-within')
  assert.equal(second.span, 60_000)
  assert.deepEqual(second.conditions.map(showCondition), ['alpha fenced', 'db running on beta'])
})

test('every scenario of the catalog can be read and is possible on a pair, with a volume and without', () => {
  const diskless: string[] = []
  for (const { name, text } of catalog)
    for (const volume of ['pgdata', undefined]) {
      const scenario = text('db', volume)
      if (scenario === undefined) {
        diskless.push(name)
        continue
      }
      const { value, problems } = parse(scenario)
      assert.deepEqual(problems, [], name)
      assert.ok(value)
      assert.deepEqual(checkScenario(value, name, vocabulary), [])
      if (volume === undefined) assert.doesNotMatch(scenario, /UpToDate|Primary|undefined/)
    }
  assert.deepEqual(diskless, ['cut-replication-link'], 'what is about a volume only')
})

test('every form of the table is reachable: an example of it is read as itself', () => {
  const example = (form: string): string =>
    form
      .replaceAll('NODES', 'alpha, beta')
      .replace('NODE', 'alpha')
      .replace('NODE', 'beta')
      .replaceAll('SERVICE', 'db')
      .replaceAll('VOLUME', 'pgdata')
      .replaceAll('SPAN', '5s')
      .replaceAll('PERCENT', '10%')
      .replaceAll('NUMBER', '1')
      .replaceAll('PROCESS', 'corosync')
      .replaceAll('DISK', 'UpToDate')
      .replaceAll('CONNECTION', 'Connected')
      .replaceAll(' : ', ': ')
  for (const { form } of statementForms) assert.equal(firstProblem(example(form)), undefined, form)
  for (const { form } of conditionForms)
    assert.equal(firstProblem(`expect within 5s ${example(form)}`), undefined, form)
})

test('wrong lines say where, what was expected, and what is near', () => {
  assert.equal(
    firstProblem('power off alhpa'),
    '1:11 "alhpa" is not understood here: expected a node. Did you mean "alpha"?',
  )
  assert.match(firstProblem('pwoer off alpha') ?? '', /^1:1 "pwoer" is not understood.*Did you mean "power"\?$/)
  assert.match(
    firstProblem('power off') ?? '',
    /^1:10 Something is missing here: expected a node\. There are: alpha, beta\.$/,
  )
  assert.match(firstProblem('expect within soon db running') ?? '', /^1:15 "soon" is not a span of time/)
  assert.match(firstProblem('\nexpect never pgdata Primary on gamma') ?? '', /^2:32 "gamma"/)
  assert.match(
    firstProblem('power off alpha now') ?? '',
    /^1:17 "now" is not understood here: expected the end of the line/,
  )
  assert.match(firstProblem('# nothing') ?? '', /no statement/)
})

test('what cannot happen on this cluster is refused', () => {
  const why = (text: string) => {
    const { value } = parse(text)
    assert.ok(value, text)
    return checkScenario(value, 'x', vocabulary)[0]?.message
  }
  assert.equal(why('cut link 7 alpha beta'), 'There is no link 7.')
  assert.equal(why('cut link alpha alpha'), 'alpha has no link to itself.')
  assert.equal(why('witness down'), 'The cluster has no witness.')
  assert.equal(why('cut link 1 alpha beta'), undefined)
})
