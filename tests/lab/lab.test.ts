// The lab itself, on real machines: who they are, what their links and their power do, and that nothing of it is left
// behind. Not covered here: clusters on them (demo and drills), Debian 12, KVM.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { found } from '../../src/core/base/assert.ts'
import { milliseconds, nodeName } from '../../src/core/base/units.ts'
import type { Lab } from '../../src/io/lab/contract.ts'
import { guestCommand } from '../../src/io/lab/guest-command.ts'
import { openLab } from '../../src/io/lab/open.ts'
import { recordOf } from '../../src/io/lab/processes.ts'
import { holdfast, noLab, shown, testCluster } from './machines.ts'

const [alpha, beta, client] = [nodeName('alpha'), nodeName('beta'), nodeName('client')]
const everybody = [alpha, beta, client]
const clusterName = 'holdfast-lab-test'
const cluster = testCluster('postgresql-pair', clusterName)
after(() => cluster[Symbol.dispose]())

let lab: Lab
const skip = noLab

/** What a command says on a machine; undefined where it fails. */
async function hear(machine: typeof alpha, ...command: readonly [string, ...string[]]): Promise<string | undefined> {
  const said = await guestCommand(lab, machine, command)
  return said.ok ? said.value.join('\n') : undefined
}
const shell = (machine: typeof alpha, script: string): Promise<string | undefined> => hear(machine, 'sh', '-c', script)

const addressOf = (machine: typeof alpha, network: string): string => {
  const node = machine === client ? lab.client : found(lab.nodes.get(machine), machine)
  const plug = node.plugs.find(each => each.network === network)
  return found(plug?.address.split('/')[0], `${machine} on ${network}`)
}
const ping = (from: typeof alpha, to: typeof alpha, network: string, ...options: readonly string[]) =>
  hear(from, 'ping', '-q', '-c', '3', '-i', '0.2', '-W', '3', ...options, addressOf(to, network))

async function eventually(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1_000
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within ${seconds} s: ${what}`)
    await sleep(1_000)
  }
}

const power = async (machine: typeof alpha): Promise<string | undefined> => {
  const status = await lab.status()
  assert.ok(status.ok)
  return status.value.machines.find(each => each.name === machine)?.power
}

before(async () => {
  if (skip) return
  const up = await holdfast(['lab', 'up', cluster.file], 15)
  assert.equal(up.status, 0, shown(up))
  const opened = await openLab(clusterName)
  assert.ok(opened.ok)
  lab = opened.value
})
after(async () => {
  if (!skip) await holdfast(['lab', 'down', clusterName], 2)
})

afterEach(async () => {
  if (!skip && existsSync(lab.directory)) await lab.network.healAll()
})

test('clones of one snapshot differ in everything that has to differ', { skip }, async () => {
  const differing = {
    'machine-id': 'cat /etc/machine-id',
    'host key': 'cat /etc/ssh/ssh_host_ed25519_key.pub',
    'host name': 'hostname',
    'hardware addresses': 'cat /sys/class/net/eth[0-9]/address',
    'random numbers': 'head -c 16 /dev/urandom | od -An -tx1',
  }
  for (const [what, script] of Object.entries(differing)) {
    const said = await Promise.all(everybody.map(machine => shell(machine, script)))
    assert.equal(new Set(said).size, everybody.length, `${what}: ${said.join(' | ')}`)
  }
  assert.deepEqual(await Promise.all(everybody.map(machine => hear(machine, 'hostname'))), everybody)
  for (const machine of everybody) {
    const clock = Number(await hear(machine, 'date', '+%s'))
    assert.ok(Math.abs(clock - Date.now() / 1_000) < 10, `the clock of ${machine} is at ${clock}`)
  }
})

test('every node reaches the others on both links, and nothing outside the lab', { skip }, async () => {
  for (const network of ['link0', 'link1']) {
    assert.ok(await ping(alpha, beta, network), `alpha – beta on ${network}`)
    assert.ok(await ping(client, alpha, network), `client – alpha on ${network}`)
  }
  const host = createServer(socket => socket.end('reached'))
  await new Promise<void>(resolve => host.listen(0, '127.0.0.1', resolve))
  const address = host.address()
  assert.ok(address !== null && typeof address === 'object')
  // 198.18.0.2 is how QEMU's user network would show the host, were it not restricted.
  const said = await hear(alpha, 'bash', '-c', `timeout 5 cat < /dev/tcp/198.18.0.2/${address.port}`)
  host.close()
  assert.equal(said, undefined)
})

test('a cut link is cut, only it, and heals', { skip }, async () => {
  assert.ok((await lab.network.cut(alpha, beta, 'link0')).ok)
  assert.equal(await ping(alpha, beta, 'link0'), undefined)
  assert.ok(await ping(alpha, beta, 'link1'))
  assert.ok(await ping(client, beta, 'link0'))
  assert.ok((await lab.network.heal(alpha, beta, 'link0')).ok)
  await eventually('link0 carries again', 20, async () => (await ping(alpha, beta, 'link0')) !== undefined)
})

test('one way: what alpha sends is lost, what beta sends arrives', { skip }, async () => {
  const echoes = async (machine: typeof alpha): Promise<number> =>
    Number(await shell(machine, "awk '/^Icmp: [0-9]/ {print $10}' /proc/net/snmp"))
  assert.ok(await ping(alpha, beta, 'link1'), 'both know the address of the other')
  assert.ok((await lab.network.cutOneWay(alpha, beta, 'link1')).ok)
  const [alphaBefore, betaBefore] = [await echoes(alpha), await echoes(beta)]
  assert.equal(await ping(beta, alpha, 'link1'), undefined, 'the answers are lost')
  assert.equal(await ping(alpha, beta, 'link1'), undefined, 'the questions are lost')
  assert.equal((await echoes(alpha)) - alphaBefore, 3)
  assert.equal((await echoes(beta)) - betaBefore, 0)
})

test('loss and delay', { skip }, async () => {
  assert.ok((await lab.network.loss(alpha, beta, 50, 'link1')).ok)
  const lossy = await shell(alpha, `ping -q -c 30 -i 0.1 -W 3 ${addressOf(beta, 'link1')} || true`)
  const received = Number(/(\d+) received/.exec(lossy ?? '')?.[1])
  assert.ok(received > 0 && received < 25, `${received} of 30 answered where a half is lost each way`)
  assert.ok((await lab.network.delay(alpha, beta, milliseconds(400), milliseconds(0), 'link1')).ok)
  const slow = await ping(alpha, beta, 'link1')
  const fastest = Number(/= ([\d.]+)\//.exec(slow ?? '')?.[1])
  assert.ok(fastest >= 800, `${fastest} ms there and back`)
})

test('the real fence_redfish works the power, and only with the password', { skip }, async () => {
  const bmc = found(lab.nodes.get(beta)?.bmc, 'the BMC of beta')
  const secret = readFileSync(bmc.passwordFile, 'utf8')
  // On the agent's standard input, as Pacemaker gives it.
  const fence = (action: string, password: string): Promise<string | undefined> =>
    shell(
      alpha,
      `printf '%s\\n' action=${action} ip=${bmc.ip} username=${bmc.user} password=${password} ssl_secure=1 ` +
        `systems_uri=/redfish/v1/Systems/beta | fence_redfish 2>&1`,
    )
  assert.equal(await fence('off', 'wrong'), undefined, 'a wrong password')
  assert.equal(await power(beta), 'on')

  assert.ok((await lab.bmcFault(beta, { fail: 'error' })).ok)
  assert.equal(await fence('off', secret), undefined, 'a BMC that fails')
  assert.ok((await lab.bmcFault(beta, { fail: 'unreachable' })).ok)
  assert.equal(await fence('off', secret), undefined, 'a BMC that does not answer')
  assert.equal(await power(beta), 'on')
  assert.ok((await lab.bmcFault(beta, {})).ok)

  assert.notEqual(await fence('off', secret), undefined)
  assert.equal(await power(beta), 'off')
  assert.equal(await ping(alpha, beta, 'link0'), undefined)
  assert.notEqual(await fence('on', secret), undefined)
  assert.equal(await power(beta), 'on')
  await eventually('beta has booted', 240, async () => (await hear(beta, 'hostname')) === 'beta')
  assert.ok(await ping(alpha, beta, 'link1'), 'it has its addresses after a real boot')
})

test('a paused machine is silent, and goes on where it was', { skip }, async () => {
  const mark = await shell(alpha, 'echo here > /run/mark; cat /proc/sys/kernel/random/boot_id')
  assert.ok((await lab.power(alpha, 'pause')).ok)
  assert.equal(await power(alpha), 'paused')
  assert.equal(await ping(client, alpha, 'link0'), undefined)
  assert.ok((await lab.power(alpha, 'resume')).ok)
  await eventually('alpha answers', 30, async () => (await ping(client, alpha, 'link0')) !== undefined)
  assert.equal(await shell(alpha, 'cat /run/mark >/dev/null; cat /proc/sys/kernel/random/boot_id'), mark)
})

test('what is not there is named, with what is', { skip }, async () => {
  const cut = await holdfast(['lab', 'fault', 'cut', 'alpha', 'gamma', '--lab', clusterName], 1)
  assert.equal(cut.status, 1)
  assert.match(cut.stderr, /no machine "gamma" \(there are: alpha, beta, client\)/)
  const again = await holdfast(['lab', 'up', cluster.file], 1)
  assert.equal(again.status, 1)
  assert.match(again.stderr, /runs already/)
})

test('kill -9 of the lab process takes the machines along, and down cleans up after it', { skip }, async () => {
  const status = await lab.status()
  assert.ok(status.ok)
  const machines = status.value.machines.map(machine => found(machine.pid, `the process of ${machine.name}`))
  process.kill(status.value.pid, 'SIGKILL')
  await eventually('the machines are gone', 10, async () => machines.every(pid => recordOf(pid) === undefined))
  assert.ok(existsSync(lab.directory), 'a killed process cannot clean up')
  const down = await holdfast(['lab', 'down', clusterName], 1)
  assert.equal(down.status, 0, shown(down))
  assert.ok(!existsSync(lab.directory))
})
