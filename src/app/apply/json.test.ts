// What `apply --json` writes: every kind of line is in its document, and a secret in none of them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { nodeName } from '../../core/base/units.ts'
import type { Plan, PlannedStep } from '../../core/plan/types.ts'
import { type ApplyEvent, jsonText, jsonView, resultOf } from './json.ts'

const alpha = nodeName('alpha')
const planned: PlannedStep = {
  id: 'bring-up:alpha:pgdata',
  step: { kind: 'bring-up', node: alpha, resource: 'pgdata' },
  after: [],
  hazard: { level: 'none', why: '' },
}
const plan: Plan = {
  cluster: 'shop',
  differences: [],
  steps: [planned],
  proofs: [],
  complete: true,
  troubles: [],
  warnings: [],
}

function everything(yes: boolean): { events: ApplyEvent[]; consents: Promise<boolean> } {
  const events: ApplyEvent[] = []
  let clock = 100
  const view = jsonView({ yes, tell: event => events.push(event), now: () => clock })
  view.doing('looking at the nodes')
  view.planned(plan, { since: '2026-01-01T00:00:00.000Z', steps: [] })
  view.begun(planned)
  clock += 1_234
  view.note(planned, 'the peer')
  view.done(planned)
  view.begun(planned)
  clock += 5
  view.failed(planned, { kind: 'sudo', node: alpha, detail: 'a password is required' })
  events.push({ event: 'stopping' })
  return { events, consents: view.consent(plan) }
}

test('each line says what happened, when it began and how long it took', async () => {
  const { events, consents } = everything(false)
  assert.equal(await consents, false)
  assert.deepEqual(
    events.map(one => one.event),
    ['doing', 'plan', 'step-begun', 'step-waits', 'step-done', 'step-begun', 'step-failed', 'stopping'],
  )
  assert.deepEqual(events[2], { event: 'step-begun', id: planned.id, node: 'alpha', what: 'bring up pgdata' })
  assert.deepEqual(events[4], { event: 'step-done', id: planned.id, tookMs: 1234 })
  const [, made, , , , , failed] = events
  assert(made?.event === 'plan' && made.resumes === '2026-01-01T00:00:00.000Z' && made.plan.steps[0]?.id === planned.id)
  assert(failed?.event === 'step-failed' && failed.tookMs === 5)
  assert.match(failed.trouble.message, /^alpha: /)
  assert.match(failed.trouble.wayOut, /sudo without a password/)
})

test('the result carries the exit status', () => {
  assert.deepEqual(resultOf({ kind: 'done', changed: false }), {
    schema: 1,
    result: 'done',
    changed: false,
    troubles: [],
    exitStatus: 0,
  })
  assert.equal(resultOf({ kind: 'stopped', begun: true }).exitStatus, 130)
  const failed = resultOf({ kind: 'failed', begun: true, troubles: [{ kind: 'clock-alone', node: alpha }] })
  assert.equal(failed.exitStatus, 1)
  assert.match(failed.troubles[0]?.look ?? '', /^ssh alpha/)
})

test('a secret with characters that JSON quotes is taken out too', () => {
  const redact = (text: string): string => text.replaceAll('a"b\\c', '(secret)')
  assert.equal(
    jsonText({ event: 'x', list: [{ text: 'is a"b\\c.' }] }, redact),
    '{"event":"x","list":[{"text":"is (secret)."}]}',
  )
})

test('the document lists every event and every field', () => {
  const doc = readFileSync(new URL('../../../docs/apply-json.md', import.meta.url), 'utf8')
  const last = { event: 'result', ...resultOf({ kind: 'done', changed: true }) }
  for (const event of [...everything(true).events, last])
    for (const word of [event.event, ...Object.keys(event)])
      assert.ok(doc.includes(`\`${word}\``), `${word} is missing`)
})
