import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { nodeName } from '../../core/base/units.ts'
import { localTransport } from '../../io/transport/local.ts'
import { outageOf, startProbe } from './outage.ts'

const measure = { from: nodeName('client'), address: '192.0.2.1', port: 5432 }
const yes = (at: number): { at: number; accepted: boolean } => ({ at, accepted: true })
const no = (at: number): { at: number; accepted: boolean } => ({ at, accepted: false })

test('the outage is the longest time between two accepted connections', () => {
  const tries = [yes(0), yes(100), no(200), no(500), yes(1_300), yes(1_400)]
  assert.equal(outageOf(measure, tries).longest, 1_200)
})

test('a service that is not back has no outage yet, and one that never answered none at all', () => {
  assert.equal(outageOf(measure, [yes(0), yes(100), no(200)]).longest, undefined)
  assert.equal(outageOf(measure, [no(0), no(100)]).longest, undefined)
})

test('a real service that goes and comes back', async () => {
  const server = createServer(socket => socket.destroy())
  const listen = (port: number): Promise<void> => new Promise(resolve => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const address = server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  const probe = startProbe(localTransport(nodeName('here')), '127.0.0.1', port)
  assert.equal(await probe.ready, true)
  await new Promise(resolve => server.close(resolve))
  await probe.next(each => !each)
  await listen(port)
  await probe.next(each => each)
  const outage = await probe.stop()
  server.close()
  assert.ok(outage.longest !== undefined && outage.longest > 0)
  assert.ok(outage.tries > outage.accepted)
})
