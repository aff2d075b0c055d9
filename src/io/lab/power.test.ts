import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { milliseconds } from '../../core/base/units.ts'
import type { BmcFault, PowerAction, PowerState } from './contract.ts'
import { tlsIdentity } from './credentials.ts'
import { type Bmc, startBmc } from './power.ts'
import { missingTools } from './prerequisites.ts'

const isMissing = missingTools('run').some(tool => tool.command === 'openssl')
const skip = isMissing ? 'needs the package openssl' : false
const folder = mkdtempSync(join(tmpdir(), 'hf-bmc-'))
after(() => rmSync(folder, { recursive: true }))

const system = '/redfish/v1/Systems/beta'
const resetTarget = `${system}/Actions/ComputerSystem.Reset`

interface Bench extends AsyncDisposable {
  readonly bmc: Bmc
  readonly acted: readonly PowerAction[]
  /** Status and PowerState, or the code of the connection's error. */
  ask(path: string, password?: string, body?: unknown): Promise<string>
}

let count = 0
async function bench(): Promise<Bench> {
  count += 1
  const socket = join(folder, `${count}.bmc`)
  const tls = await tlsIdentity(folder, ['198.18.0.101'])
  assert.ok(tls.ok)
  const acted: PowerAction[] = []
  let power: PowerState = 'on'
  const act = async (action: PowerAction): Promise<void> => {
    acted.push(action)
    power = action === 'off' ? 'off' : 'on'
  }
  const bmc = await startBmc({
    ...{ name: 'beta', socket, user: 'holdfast', password: 'right', ...tls.value },
    machine: { power: () => power, act },
  })
  const ask = (path: string, password = 'right', body?: unknown): Promise<string> =>
    new Promise(resolve => {
      const call = request(
        {
          ...{ socketPath: socket, path, auth: `holdfast:${password}`, agent: false },
          ...{ ca: tls.value.certificate, servername: '', checkServerIdentity: () => undefined },
          method: body === undefined ? 'GET' : 'POST',
        },
        async response => {
          let text = ''
          for await (const chunk of response) text += String(chunk)
          const state = /"PowerState":"(\w+)"/.exec(text)?.[1]
          resolve([response.statusCode, state].filter(Boolean).join(' '))
        },
      )
      call.on('error', () => resolve('no answer'))
      call.end(body === undefined ? undefined : JSON.stringify(body))
    })
  return { bmc, acted, ask, [Symbol.asyncDispose]: () => bmc[Symbol.asyncDispose]() }
}

test('power by Redfish: what is asked happens, and the state is the true one', { skip }, async () => {
  await using it = await bench()
  assert.equal(await it.ask(system), '200 On')
  assert.equal(await it.ask(resetTarget, 'right', { ResetType: 'ForceOff' }), '204')
  assert.equal(await it.ask(system), '200 Off')
  await it.ask(resetTarget, 'right', { ResetType: 'On' })
  await it.ask(resetTarget, 'right', { ResetType: 'ForceRestart' })
  await it.ask(resetTarget, 'right', { ResetType: 'PowerCycle' })
  assert.deepEqual(it.acted, ['off', 'on', 'reset', 'off', 'on'])
})

test('nothing without the password, and nothing that it does not know', { skip }, async () => {
  await using it = await bench()
  for (const path of [system, '/redfish/v1', '/redfish/v1/Systems']) assert.equal(await it.ask(path, 'wrong'), '401')
  assert.equal(await it.ask(resetTarget, 'wrong', { ResetType: 'ForceOff' }), '401')
  assert.equal(await it.ask(resetTarget, '', { ResetType: 'ForceOff' }), '401')
  for (const body of [{ ResetType: 'constructor' }, { ResetType: 'Explode' }, {}, [], 'off', null]) {
    assert.equal(await it.ask(resetTarget, 'right', body), '400', JSON.stringify(body))
  }
  assert.equal(await it.ask('/redfish/v1/Systems/alpha'), '404')
  assert.deepEqual(it.acted, [])
})

test('each way to fail', { skip }, async () => {
  await using it = await bench()
  const off = { ResetType: 'ForceOff' }
  const cases: readonly (readonly [BmcFault, string, string])[] = [
    [{ fail: 'refuse' }, '401', '401'],
    [{ fail: 'error' }, '500', '500'],
    [{ fail: 'unreachable' }, 'no answer', 'no answer'],
    [{ fail: 'lie' }, '204', '200 Off'],
    [{ delay: milliseconds(1) }, '204', '200 Off'],
  ]
  for (const [fault, reset, state] of cases) {
    it.bmc.setFault(fault)
    const isReal = fault.delay !== undefined
    assert.equal(await it.ask(resetTarget, 'right', off), reset, JSON.stringify(fault))
    assert.equal(await it.ask(system), state, JSON.stringify(fault))
    assert.deepEqual(it.acted, isReal ? ['off'] : [], JSON.stringify(fault))
  }
  it.bmc.setFault({})
  assert.equal(await it.ask(resetTarget, 'right', { ResetType: 'On' }), '204')
  assert.equal(await it.ask(system), '200 On')
})
