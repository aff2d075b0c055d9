// apply on real machines: killed after one step after the other it comes to the same end as if nothing had happened; again
// it changes nothing; a hand edit is drift and is put right; two at once, a CIB that somebody changed, a wrong clock and a
// fence device that refuses are told and change nothing.
// Not covered: packages (the machines have them), a power loss of a node in mid-step, disks with data on them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeName } from '../../src/core/base/units.ts'
import type { Lab } from '../../src/io/lab/contract.ts'
import { guestCommand } from '../../src/io/lab/guest-command.ts'
import { openLab } from '../../src/io/lab/open.ts'
import { holdfast, noLab, type Ran, shown, testCluster } from './machines.ts'

const [alpha, beta] = [nodeName('alpha'), nodeName('beta')]
const clusterName = 'holdfast-apply-test'
const cluster = testCluster('postgresql-pair', clusterName)
const skip = noLab
let lab: Lab

const shell = async (machine: typeof alpha, script: string): Promise<string> => {
  const said = await guestCommand(lab, machine, ['sh', '-c', script])
  return said.ok ? said.value.join('\n') : ''
}
const apply = (environment: Readonly<Record<string, string>> = {}, more: readonly string[] = []): Promise<Ran> =>
  holdfast(['apply', cluster.file, '--in', 'lab', '--yes', '--no-diff', ...more], 15, environment)

interface Told {
  readonly nothingToDo: boolean
  readonly steps: readonly { readonly id: string; readonly hazard: string }[]
  readonly differences: readonly { readonly name: string; readonly change: string; readonly node?: string }[]
  readonly troubles: readonly { readonly kind: string; readonly message: string }[]
}
async function plan(): Promise<Told> {
  const ran = await holdfast(['plan', cluster.file, '--in', 'lab', '--json'], 5)
  return JSON.parse(ran.stdout)
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
  if (!skip) await holdfast(['lab', 'down', cluster.file], 3)
  cluster[Symbol.dispose]()
})

test('killed after one step after the other, it goes on to the same end', { skip }, async () => {
  const first = await plan()
  assert.deepEqual(first.troubles, [])
  assert.ok(
    first.steps.every(step => step.hazard === 'none'),
    'bare machines have nothing to lose',
  )
  // Once after a step of each kind. What a killed apply had begun ends by itself: that is waited for, as the next apply
  // does, and then the step is chosen from what is still to be done.
  const atRest = (node: typeof alpha): Promise<string> =>
    shell(node, '[ ! -e /run/holdfast/steps ] || flock /run/holdfast/steps true')
  const crashed = new Set<string | undefined>()
  const kindOf = (step: { readonly id: string }): string | undefined => step.id.split(':')[0]
  for (;;) {
    await Promise.all([atRest(alpha), atRest(beta)])
    const next = (await plan()).steps.find(step => !crashed.has(kindOf(step)))
    if (!next) break
    crashed.add(kindOf(next))
    const ran = await apply({ HOLDFAST_CRASH_AFTER: next.id })
    assert.equal(ran.status, null, `killed after ${next.id}\n${shown(ran)}`)
  }
  assert.ok(crashed.size >= 6, [...crashed].join())
  const last = await apply()
  assert.equal(last.status, 0, shown(last))
  assert.match(last.stderr, /did not end; going on/)
  const told = await plan()
  assert.deepEqual([told.nothingToDo, told.differences], [true, []])
  assert.match(await shell(alpha, 'cat /proc/drbd'), /ds:UpToDate\/UpToDate/)
})

test('applied again it changes nothing', { skip }, async () => {
  const [cib, files] = [
    'cibadmin --query | sed -n "s/.* epoch=\\"\\([0-9]*\\)\\".*/\\1/p" | head -1',
    'stat -c "%n %Y" /etc/drbd.d/* /etc/corosync/*',
  ]
  const before = [await shell(alpha, cib), await shell(alpha, files), await shell(beta, files)]
  const again = await apply({}, ['--json'])
  assert.equal(again.status, 0, shown(again))
  const events = again.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(
    events.filter(one => one.event === 'step-begun' && !one.id.startsWith('prove:')),
    [],
  )
  assert.deepEqual([events.at(-1).result, events.at(-1).changed], ['done', false])
  assert.deepEqual([await shell(alpha, cib), await shell(alpha, files), await shell(beta, files)], before)
})

test('a hand edit on a node is drift with its diff, and apply puts it right', { skip }, async () => {
  await shell(beta, 'echo "# by hand" >> /etc/drbd.d/pgdata.res')
  const told = await plan()
  assert.deepEqual(
    told.differences.map(one => [one.node, one.name, one.change]),
    [['beta', '/etc/drbd.d/pgdata.res', 'changed']],
  )
  assert.ok(told.steps.every(step => step.hazard === 'none'))
  const status = await holdfast(['status', cluster.file, '--in', 'lab'], 2)
  assert.match(status.stdout, /Drift +1 change pending.*\n +beta: file \/etc\/drbd\.d\/pgdata\.res has other content/)
  const ran = await apply()
  assert.equal(ran.status, 0, shown(ran))
  assert.equal((await plan()).nothingToDo, true)
})

test('a parameter changed behind our back is drift of the CIB, with a short outage to put it right', {
  skip,
}, async () => {
  await shell(alpha, 'crm_resource --resource db-ip --set-parameter arp_count --parameter-value 9')
  const told = await plan()
  assert.deepEqual(
    told.steps.map(step => [step.id, step.hazard]),
    [['update-cib', 'short-outage']],
  )
  const asked = await holdfast(['apply', cluster.file, '--in', 'lab', '--no-diff'], 5)
  assert.equal(asked.status, 130, shown(asked))
  const ran = await apply()
  assert.equal(ran.status, 0, shown(ran))
  assert.equal((await plan()).nothingToDo, true)
})

test('two at once: the second is told who is at work', { skip }, async () => {
  await shell(beta, 'echo "# by hand" >> /etc/drbd.d/pgdata.res')
  const [one, other] = await Promise.all([apply(), sleep(1_500).then(() => apply())])
  assert.deepEqual([one.status, other.status].toSorted(), [0, 1], `${shown(one)}\n${shown(other)}`)
  assert.match(`${one.stderr}${other.stderr}`, /Another apply is at work on \w+: .*process \d+/)
})

test('a clock that is apart is told before anything is done', { skip }, async () => {
  await shell(beta, 'systemctl stop chrony; date -s "+1 hour"')
  const told = await plan()
  assert.ok(
    told.troubles.some(trouble => trouble.kind === 'clock-apart'),
    JSON.stringify(told.troubles),
  )
  await shell(beta, 'date -s "-1 hour"; systemctl start chrony')
})

test('a fence device that refuses the password is named', { skip }, async () => {
  const refused = await lab.bmcFault(beta, { fail: 'refuse' })
  assert.ok(refused.ok)
  await shell(alpha, 'crm_resource --resource fence-beta --restart --timeout 20s')
  const ran = await apply()
  assert.equal(ran.status, 1, shown(ran))
  assert.match(ran.stderr, /fence device .*fence-beta.* of beta does not answer/)
  await lab.bmcFault(beta, {})
  await shell(alpha, 'crm_resource --cleanup')
  const good = await apply()
  assert.equal(good.status, 0, shown(good))
})

test('an unreachable node is named, and nothing is begun', { skip }, async () => {
  await shell(beta, 'systemctl stop ssh.socket ssh.service')
  const told = await plan()
  assert.ok(
    told.troubles.some(trouble => trouble.kind === 'unreachable'),
    JSON.stringify(told.troubles),
  )
})
