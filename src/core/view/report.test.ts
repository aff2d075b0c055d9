// The drill's report as golden text, and that no word from outside can become markup in it, whatever it is.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { nodeName } from '../base/units.ts'
import type { DrillReport } from '../drill/report.ts'
import { drillReport, timelineSvg } from './report.ts'
import { failed, powerLoss, switchover } from './testdata/drills.ts'

function golden(name: string, actual: string): void {
  const path = new URL(`testdata/${name}`, import.meta.url)
  if (process.env['REWRITE'] === '1') writeFileSync(path, actual)
  assert.equal(actual, readFileSync(path, 'utf8'))
}

/** One element a line, so that a difference can be read. */
const folded = (markup: string): string => markup.replaceAll('><', '>\n<')

test('the report of a survived power loss', () => golden('power-loss.html', folded(drillReport(powerLoss))))
test('the timeline of a failed one', () => golden('failed.svg', folded(timelineSvg(failed))))

test('what the client saw is said in words and figures', () => {
  const survived = drillReport(powerLoss)
  assert.match(survived, /got no answer for 11\.7 s; no acknowledged row was lost/)
  assert.match(survived, /11 740 ms/)
  assert.match(drillReport(switchover), /noticed nothing; no acknowledged row was lost/)
  const lost = drillReport(failed)
  assert.match(lost, /the service did not come back; whether rows were lost could not be found out/)
  assert.match(lost, /Line 3: after 50 s: alpha is not fenced/)
})

/** The same report with every free word of it replaced. */
const hostile = (word: string): DrillReport => ({
  ...powerLoss,
  cluster: word,
  scenario: word,
  text: word,
  steps: powerLoss.steps.map(step => ({ ...step, text: word, why: word })),
  services: powerLoss.services.map(service => ({ ...service, service: word })),
  lanes: [
    ...powerLoss.lanes.map(lane => ({ ...lane, spans: lane.spans.map(span => ({ ...span, state: word })) })),
    ...powerLoss.lanes.map(lane => ({ ...lane, subject: { kind: 'service', service: word } as const })),
    ...powerLoss.lanes.map(lane => ({ ...lane, subject: { kind: 'node', node: nodeName(word) } as const })),
    ...powerLoss.lanes.map(lane => ({
      ...lane,
      subject: { kind: 'replica', node: nodeName(word), resource: word } as const,
    })),
  ],
  events: powerLoss.events.map(event => ({ ...event, node: nodeName(word), text: word })),
})

test('no word of the report becomes markup: every text and every attribute is escaped', () => {
  const words = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '</style><script>alert(1)</script>',
    '</title><svg onload=alert(1)>',
    ']]><!--',
    '\u0000\u0008\ud800',
  ]
  const own = tags(drillReport(powerLoss))
  for (const word of words) {
    const report = hostile(word)
    const html = drillReport(report)
    assert.deepEqual(
      [...tags(html)].filter(t => !own.has(t)),
      [],
      word,
    )
    assert.doesNotMatch(html.replace(/"[^"]*"/g, '""'), /<[^>]*\son[a-z]+\s*=/i)
    assert.ok(!html.includes(word), word)
    assert.ok(!timelineSvg(report).includes(word), word)
  }
})

const tags = (html: string): Set<string> => new Set([...html.matchAll(/<\/?([a-z!?][^\s/>]*)/gi)].map(m => m[1] ?? ''))

test('nothing is fetched and nothing runs', () => {
  for (const report of [powerLoss, switchover, failed]) {
    const html = drillReport(report)
    assert.match(html, /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src/)
    assert.doesNotMatch(html, /<script|<link|<img|<iframe|\ssrc=|\shref=|url\(|@import/)
  }
})

test('an empty run and a very short one are drawn too', () => {
  const empty = { ...switchover, ended: switchover.started, services: [], lanes: [], steps: [] }
  assert.doesNotMatch(drillReport(empty), /NaN|Infinity|undefined/)
  assert.doesNotMatch(
    timelineSvg({ ...powerLoss, lanes: [{ subject: { kind: 'node', node: nodeName('a') }, spans: [] }] }),
    /NaN/,
  )
})
