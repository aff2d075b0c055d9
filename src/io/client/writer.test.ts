import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant, milliseconds } from '../../core/base/units.ts'
import { type Connection, type Door, startWriter } from './writer.ts'

/** A service that keeps rows in memory and can be made to hang, to refuse and to forget. */
function memoryService() {
  const rows = new Set<number>()
  const state = { hanging: false, refusing: false, opened: 0, closed: 0 }
  const door: Door = {
    open: async () => {
      if (state.refusing) throw new Error('connection refused')
      state.opened += 1
      const connection: Connection = {
        write: row => {
          if (state.refusing) return Promise.reject(new Error('connection reset'))
          if (state.hanging) return new Promise(() => undefined)
          rows.add(row)
          return Promise.resolve()
        },
        rows: async () => [...rows],
        close: () => {
          state.closed += 1
        },
      }
      return connection
    },
  }
  return { door, rows, state }
}

const start = (door: Door) =>
  startWriter({
    service: 'db',
    door,
    interval: milliseconds(5),
    patience: milliseconds(50),
    now: () => instant(Date.now()),
  })

const until = async (condition: () => boolean): Promise<void> => {
  for (let i = 0; i < 2_000 && !condition(); i += 1) await new Promise(resolve => setTimeout(resolve, 5))
  assert.ok(condition(), 'the condition did not come true within 10 s')
}

test('a service that answers: every row acknowledged, none lost', async () => {
  const { door } = memoryService()
  const writer = start(door)
  await until(() => writer.ledger().acknowledged.length > 20)
  const ledger = await writer.finalLedger(milliseconds(5_000))
  assert.deepEqual(ledger.lost, [])
  const rows = ledger.acknowledged.map(entry => entry.row)
  assert.deepEqual(
    rows,
    rows.toSorted((a, b) => a - b),
  )
})

test('a service that hangs and comes back: the client gives the connection up and finds a new one', async () => {
  const { door, state } = memoryService()
  const writer = start(door)
  await until(() => writer.ledger().acknowledged.length > 5)
  state.hanging = true
  await until(() => writer.ledger().failed.some(entry => /no answer within 50 ms/.test(entry.why)))
  state.hanging = false
  const before = writer.ledger().acknowledged.length
  await until(() => writer.ledger().acknowledged.length > before + 5)
  assert.ok(state.opened >= 2 && state.closed >= 1)
  await writer.stop()
})

test('a row that was acknowledged and is gone is counted as lost', async () => {
  const { door, rows } = memoryService()
  const writer = start(door)
  await until(() => writer.ledger().acknowledged.length > 5)
  await writer.stop()
  const [victim] = writer.ledger().acknowledged
  assert.ok(victim)
  rows.delete(victim.row)
  const ledger = await writer.finalLedger(milliseconds(5_000))
  assert.deepEqual(ledger.lost, [victim.row])
})

test('a service that refuses to the end: nothing is claimed about lost rows', async () => {
  const { door, state } = memoryService()
  const writer = start(door)
  await until(() => writer.ledger().acknowledged.length > 5)
  state.refusing = true
  await until(() => writer.ledger().failed.length > 3)
  const ledger = await writer.finalLedger(milliseconds(1))
  assert.equal(ledger.lost, undefined)
})
