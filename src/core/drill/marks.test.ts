// The wordings as the engines of the lab's machines wrote them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant, nodeName } from '../base/units.ts'
import { markOf, type ResourcePhase } from './marks.ts'

const phases: ResourcePhase = new Map([
  ['pgdata-drbd', { phase: 'promotion', service: 'db' }],
  ['pgdata-fs', { phase: 'mount', service: 'db' }],
  ['db-ip', { phase: 'address', service: 'db' }],
])
const mark = (identifier: string, message: string) =>
  markOf({ at: instant(1), node: nodeName('beta'), identifier, message }, phases)?.mark

test('a lost member, as Corosync 3.1 says it', () => {
  const message = '[TOTEM ] A new membership (2.d) was formed. Members left: 1'
  assert.deepEqual(mark('corosync', message), { phase: 'detection' })
  assert.equal(mark('corosync', '[TOTEM ] A new membership (1.25) was formed. Members'), undefined)
})

test('a confirmed fencing, as Pacemaker 3.0 says it', () => {
  const message = "Operation 'reboot' targeting alpha by beta for pacemaker-controld.624@beta: OK (Done)"
  assert.deepEqual(mark('pacemaker-fenced', message), { phase: 'fencing' })
})

test('starts and promotions end their phase, in the spelling of 2.1 and of 3.0; failures do not', () => {
  const promoted = { phase: 'promotion', service: 'db' }
  for (const word of ['ok', 'OK']) {
    assert.deepEqual(
      mark('pacemaker-controld', `Result of promote operation for pgdata-drbd on beta: ${word}`),
      promoted,
    )
    assert.deepEqual(mark('pacemaker-controld', `Result of start operation for pgdata-fs on beta: ${word}`), {
      phase: 'mount',
      service: 'db',
    })
    assert.equal(mark('pacemaker-controld', `Result of start operation for db-ip on beta: ${word}`), undefined)
  }
  const adding = 'INFO: Adding inet address 10.10.1.100/24 with broadcast address 10.10.1.255 to device eth1'
  assert.deepEqual(mark('IPaddr2(db-ip)', adding), { phase: 'address', service: 'db' })
  const late =
    'Result of promote operation for pgdata-drbd on beta: Timed out after 1m30s (Resource agent did not complete)'
  assert.equal(mark('pacemaker-controld', late), undefined)
  assert.equal(mark('pacemaker-controld', 'Result of start operation for pgdata-drbd on beta: OK'), undefined)
})

test('stops and demotions are told, and end no phase', () => {
  const told = (message: string) =>
    markOf({ at: instant(1), node: nodeName('beta'), identifier: 'pacemaker-controld', message }, phases)
  const stopped = told('Result of stop operation for db-ip on beta: OK')
  assert.deepEqual([stopped?.text, stopped?.mark], ['db-ip stopped on beta', undefined])
  assert.equal(told('Result of demote operation for pgdata-drbd on beta: OK')?.text, 'pgdata-drbd demoted on beta')
})
