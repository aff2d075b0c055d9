// What is wrong before anything is begun, from what real tools write (util-linux 2.38, iproute2 6.1, coreutils 9.1): each
// trouble names the machine, and its text a command and a way out.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { found } from '../base/assert.ts'
import { mebibytes, milliseconds, nodeName } from '../base/units.ts'
import type { HostFacts } from '../live/host.ts'
import { readBlockDevices, readFree, readInterfaces, readListening } from '../live/host-read.ts'
import type { Snapshot } from '../live/snapshot.ts'
import { readCluster } from '../spec/read.ts'
import { plan } from './plan.ts'
import { judge } from './proof.ts'
import { bareWorld, factsOf, snapshotOf } from './testdata/bare-world.ts'
import type { Trouble, TroubleKind } from './trouble.ts'
import { troubleText } from './trouble-text.ts'

const file = 'examples/postgresql-pair.yaml'
const cluster = found(readCluster(readFileSync(file, 'utf8'), file).value, file)
const device = '/dev/vdb'
const onDevice = {
  ...cluster,
  volumes: cluster.volumes.map(volume => ({
    ...volume,
    parts: volume.parts.map(part => ({ ...part, backing: { kind: 'device', path: device } as const })),
  })),
}
const [alpha, beta] = [nodeName('alpha'), nodeName('beta')]

/** The pair on bare machines, with something else on the second. */
function troublesWith(change: (facts: HostFacts) => Partial<HostFacts>, cluster = onDevice): readonly Trouble[] {
  const world = bareWorld(cluster)
  const facts = new Map([...world.machines].map(([name, machine]) => [name, factsOf(world, machine)]))
  const second = found(facts.get(beta), 'beta')
  facts.set(beta, { ...second, ...change(second) })
  return plan({
    cluster,
    artifacts: world.artifacts,
    facts,
    snapshot: snapshotOf(world),
    secrets: new Map(),
  }).troubles
}

function only<K extends TroubleKind>(troubles: readonly Trouble[], kind: K): ReturnType<typeof troubleText> {
  assert.deepEqual(
    troubles.map(one => one.kind),
    [kind],
  )
  const text = troubleText(found(troubles[0], kind))
  assert(text.message.includes('beta') && text.wayOut !== '')
  assert.match(text.look ?? '', /^ssh (alpha|beta) \S/)
  return text
}

const disk = (name: string, size: number, mounted: string | null, parent: string | null = null): object => ({
  name,
  kname: name,
  type: parent === null ? 'disk' : 'part',
  size,
  ro: false,
  pkname: parent,
  mountpoints: [mounted],
})
const probe = { asked: device, path: device, signatures: [] }
const disks = (...list: readonly object[]): HostFacts['blockDevices'] =>
  readBlockDevices(JSON.stringify({ blockdevices: list }), [probe])

test('all well: nothing', () =>
  assert.deepEqual(
    troublesWith(() => ({})),
    [],
  ))

test('a device that is not there, that is too small, that is in use', () => {
  const none = troublesWith(() => ({ blockDevices: disks(disk('/dev/vda', 2 ** 36, '/')) }))
  assert.match(only(none, 'device-absent').message, /^beta has no device \/dev\/vdb/)
  const small = troublesWith(() => ({ blockDevices: disks(disk(device, 2 ** 29, null)) }))
  assert.match(only(small, 'device-too-small').message, /^beta: \/dev\/vdb has 512 MiB, the volume needs \d/)
  const used = troublesWith(() => ({
    blockDevices: disks(disk(device, 2 ** 38, null), disk(`${device}1`, 2 ** 38, '/srv/old', device)),
  }))
  assert.match(only(used, 'device-in-use').message, /^beta: \/dev\/vdb is in use by a mount at \/srv\/old/)
})

test('a clock that is apart', () => {
  const late = troublesWith(facts => ({ clock: { ...facts.clock, offset: milliseconds(-75_000) } }))
  assert.match(only(late, 'clock-apart').message, /^The clocks of beta and alpha are 1 min 1[45]\S* s apart/)
})

test('a disk that is full', () => {
  const df = 'File          Avail\n/        5368709120\n/etc     5368709120\n/run      102400000\n/var        1048576\n'
  assert.match(
    only(
      troublesWith(() => ({ free: readFree(df) })),
      'disk-full',
    ).message,
    /^beta: \/var has only 1 MiB free/,
  )
})

test('a machine that has less memory than the database would take at its start', () => {
  const [db] = onDevice.services
  const greedy = { ...found(db, 'db'), parameters: { settings: { shared_buffers: '4GB' } } }
  const wanting = { ...onDevice, services: [greedy] }
  const short = only(
    troublesWith(() => ({ memory: mebibytes(2_048) }), wanting),
    'memory-short',
  )
  assert.match(short.message, /^beta has 2 GiB of memory, and shared_buffers of db alone would take 4 GiB/)
  assert.deepEqual(
    troublesWith(() => ({ memory: mebibytes(4_096) }), wanting),
    [],
  )
})

test('a port that another program has', () => {
  const port = found(onDevice.volumes[0], 'a volume').port
  const ss = `tcp   LISTEN 0      511          0.0.0.0:${port}      0.0.0.0:*    users:(("nginx",pid=871,fd=6))\n`
  const taken = only(
    troublesWith(() => ({ listening: readListening(ss) })),
    'port-taken',
  )
  assert.match(taken.message, new RegExp(`^beta: port ${port} is already used by nginx`))
})

test('a link address that the machine does not have', () => {
  const ip = JSON.stringify([
    {
      ifname: 'eth1',
      flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
      operstate: 'UP',
      addr_info: [{ family: 'inet', local: '10.10.1.2', prefixlen: 24 }],
    },
  ])
  const absent = troublesWith(() => ({ interfaces: readInterfaces(ip) }))
  assert.match(only(absent, 'address-absent').message, /^beta does not have the link address 10\.10\.2\.2/)
})

test('a fence device that refuses the password, as soon as no node is left to try it', () => {
  const failure = (node: typeof alpha) => ({
    resource: 'fence-beta',
    node,
    operation: 'start',
    reason: 'Unable to connect/login to fencing device',
    failCount: 1_000_000,
  })
  const healthy = snapshotOf(bareWorld(onDevice))
  const online = [alpha, beta].map(name => ({ name, reachable: true, membership: 'online' }) as const)
  const device = { id: 'fence-beta', target: beta, healthy: false }
  const seen = (...failures: Snapshot['failures']): Snapshot => ({
    ...healthy,
    nodes: online.map(node => ({ ...node, standby: false, maintenance: false, coordinator: false })),
    fencing: { enabled: true, devices: [device], history: [] },
    failures,
  })
  const proof = { what: 'fencing', target: beta } as const
  const waiting = judge(proof, seen(failure(alpha)))
  assert(waiting.kind === 'waiting' && waiting.on.includes('Unable to connect/login'))
  const broken = judge(proof, seen(failure(alpha), failure(beta)))
  assert(broken.kind === 'broken')
  const { message, wayOut } = troubleText(broken.trouble)
  assert.match(message, /fence-beta of beta .*start on alpha: Unable to connect\/login to fencing device/)
  assert.match(wayOut, /address, user and password/)
})
