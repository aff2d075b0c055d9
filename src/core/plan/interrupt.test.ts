// Interrupt everywhere: bare machines as a dumb model of files, disks and daemons; a plan's steps change it as the real
// ones change real machines. After each step, and in the middle of those that write several things, the work is cut off,
// the machines are looked at again, a new plan is made and carried out: all must end in the same state.
// Not verified: that the scripts do what this model says they do; the lab tests do that on real machines.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { found } from '../base/assert.ts'
import { prng } from '../base/prng.ts'
import { ok } from '../base/result.ts'
import { bytes, gibibytes, instant, milliseconds, type NodeName } from '../base/units.ts'
import type { Artifacts, HostFile } from '../compile/artifacts.ts'
import { compile } from '../compile/compile.ts'
import type { BlockDevice, FileFact, HostFacts } from '../live/host.ts'
import type { ReplicaState, Snapshot } from '../live/snapshot.ts'
import { certificateIn, type Enrolment } from '../live/witness.ts'
import type { Cluster } from '../model/types.ts'
import { readCluster } from '../spec/read.ts'
import { configurationOf, mergedConfiguration, printed } from './cib-merge.ts'
import { pendingMark } from './pending.ts'
import { drift, plan, thisRound } from './plan.ts'
import { backingPath, cibFile, questions } from './questions.ts'
import { showPlan } from './show.ts'
import { labels } from './storage.ts'
import type { Plan, PlannedStep, Step } from './types.ts'
import { authorityFile, witnessName, witnessQuestions } from './witness.ts'

interface Disk {
  size: number
  signatures: Set<string>
  label?: string
}
interface Machine {
  node: NodeName
  packages: Set<string>
  firewall: 'none' | 'firewalld' | 'ufw'
  files: Map<string, { content: string; mode: number; owner: string }>
  masked: Set<string>
  enabled: Set<string>
  active: Set<string>
  disks: Map<string, Disk>
  free: number
  /** DRBD resources that are up: their disk state. */
  up: Map<string, 'Inconsistent' | 'UpToDate'>
  primary: Set<string>
  /** The Corosync configuration and key that the running daemon has. */
  runs?: string
  /** What it holds of the witness: nothing, a database that trusts an authority, a certificate of it too. */
  enrolment: Enrolment
}
interface World {
  cluster: Cluster
  artifacts: Artifacts
  machines: Map<NodeName, Machine>
  witness?: Machine
  cib?: { epoch: number; text: string }
  proven: Set<string>
}

const platform = { distribution: { id: 'debian', version: 13 }, pacemaker: '3.0.0', corosync: '3.1.9', drbd: '8.4.11' }

function example(name: string): Cluster {
  const file = `examples/${name}.yaml`
  return found(readCluster(readFileSync(file, 'utf8'), file).value, name)
}

function bareWorld(cluster: Cluster): World {
  const name = witnessName(cluster)
  const machines = cluster.nodes.map((node): [NodeName, Machine] => [node.name, bareMachine(node.name, cluster)])
  return {
    cluster,
    artifacts: compile(cluster, platform),
    machines: new Map(machines),
    ...(name === undefined ? {} : { witness: bareMachine(name, { ...cluster, volumes: [] }) }),
    proven: new Set(),
  }
}

const bareMachine = (name: NodeName, cluster: Cluster): Machine => ({
  node: name,
  packages: new Set(),
  firewall: 'none',
  files: new Map([
    ['/etc/hosts', { content: `127.0.0.1\tlocalhost\n127.0.1.1\t${name}\n`, mode: 0o644, owner: 'root:root' }],
  ]),
  masked: new Set(),
  enabled: new Set(),
  active: new Set(),
  disks: new Map(
    cluster.volumes.flatMap(volume =>
      volume.parts.flatMap((part): [string, Disk][] =>
        part.backing.kind === 'device' ? [[part.backing.path, { size: gibibytes(100), signatures: new Set() }]] : [],
      ),
    ),
  ),
  free: gibibytes(100),
  up: new Map(),
  primary: new Set(),
  enrolment: {},
})

// Looking.

const hash = (text: string): string => `hash of ${text}`

function factsOf(world: World, machine: Machine): HostFacts {
  const node = world.cluster.nodes.find(one => one.name === machine.node)
  const asked = node ? questions(world.cluster, world.artifacts, node) : witnessQuestions
  const files = new Map<string, FileFact>()
  for (const { path, secret } of asked.files) {
    const file = machine.files.get(path)
    if (file)
      files.set(path, {
        kind: 'file',
        mode: file.mode,
        owner: file.owner,
        size: bytes(file.content.length),
        sha256: hash(file.content),
        ...(secret ? {} : { content: file.content }),
      })
  }
  const addresses = [
    ...(node?.links ?? []),
    ...world.cluster.services.flatMap(one => one.addresses).map(one => one.address.replace(/\d+$/, '250')),
  ]
  const running = machine.active.has('pacemaker.service')
  return {
    node: machine.node,
    at: instant(0),
    os: { id: 'debian', version: 13, prettyName: 'Debian' },
    packages: new Map([...machine.packages].map(name => [name, '1'])),
    engines: { drbd: '8.4.11' },
    files,
    units: new Map(
      asked.units.map(name => [
        name,
        {
          load: machine.masked.has(name) ? 'masked' : 'loaded',
          enabled: machine.masked.has(name) ? 'masked' : machine.enabled.has(name) ? 'enabled' : 'disabled',
          active: machine.active.has(name) ? 'active' : 'inactive',
        },
      ]),
    ),
    blockDevices: [...machine.disks].map(
      ([path, disk]): BlockDevice => ({
        path,
        type: 'disk',
        size: bytes(disk.size),
        readOnly: false,
        parents: [],
        mountpoints: [],
        aliases: [],
        signatures: [...disk.signatures],
        ...(disk.label === undefined ? {} : { label: disk.label }),
      }),
    ),
    lvm: [{ name: 'vg0', size: gibibytes(100), free: bytes(machine.free) }],
    interfaces: [{ name: 'eth1', up: true, addresses: addresses.map(address => `${address}/24`) }],
    clock: { offset: milliseconds(0), uncertainty: milliseconds(5), services: ['chrony'] },
    listening: [],
    users: new Map([['postgres', { uid: 100, gid: 100 }]]),
    programs: new Set(asked.programs),
    free: new Map(),
    firewall: { kind: machine.firewall },
    ...(running && world.cib
      ? { cib: { text: world.cib.text, adminEpoch: 0, epoch: world.cib.epoch, updates: 0 } }
      : {}),
    unseen: new Map(),
  }
}

function snapshotOf(world: World): Snapshot {
  const machines = [...world.machines.values()]
  const replicas = machines.flatMap(machine =>
    [...machine.up].map(
      ([resource, disk]): ReplicaState => ({
        node: machine.node,
        resource,
        volume: 0,
        role: machine.primary.has(resource) ? 'Primary' : 'Secondary',
        disk,
        quorum: true,
        suspended: false,
        peers: machines
          .filter(other => other !== machine)
          .map(other => ({
            node: other.node,
            connection: other.up.has(resource) ? 'Connected' : 'Connecting',
            role: 'Secondary',
            disk: other.up.get(resource) ?? 'DUnknown',
            replication: 'Established',
            outOfSync: bytes(0),
          })),
      }),
    ),
  )
  return {
    at: instant(0),
    cluster: world.cluster.name,
    nodes: [],
    quorum: [],
    links: [],
    resources: [],
    replicas,
    fencing: { enabled: true, devices: [], history: [] },
    failures: [],
    leftovers: [],
    unseen: [],
  }
}

function planOf(world: World): Plan {
  const secrets = new Map(
    [...world.artifacts.hosts.values()]
      .flatMap(host => host.files)
      .flatMap(file =>
        file.secret === undefined || file.path.endsWith('authkey')
          ? []
          : [[file.secret, hash(`secret ${file.secret}`)] as const],
      ),
  )
  const facts = new Map([...world.machines].map(([name, machine]) => [name, factsOf(world, machine)]))
  const enrolments = new Map([...world.machines].map(([name, { enrolment }]) => [name, enrolment]))
  return plan({
    cluster: world.cluster,
    artifacts: world.artifacts,
    facts,
    snapshot: snapshotOf(world),
    secrets,
    ...(world.witness && { witness: { machine: ok(factsOf(world, world.witness)), enrolments } }),
  })
}

// Doing. Each refuses what the real machine would refuse, or what would lose data.

const machineOf = (world: World, node: NodeName): Machine =>
  found(world.machines.get(node) ?? (world.witness?.node === node ? world.witness : undefined), node)
let keys = 0

/** `upTo`: how many of the single writes of this step happen before the power goes. */
function carryOut(world: World, step: Step, upTo = Number.POSITIVE_INFINITY): void {
  const machine = machineOf(world, step.node)
  switch (step.kind) {
    case 'install-packages':
      for (const name of step.packages.slice(0, upTo)) machine.packages.add(name)
      return
    case 'configure-host': {
      const key = [...world.machines.values()].map(one => one.files.get('/etc/corosync/authkey')?.content).find(Boolean)
      const put = (file: HostFile): void => {
        const secret = file.path.endsWith('authkey') ? (key ?? `key ${++keys}`) : `secret ${file.secret}`
        machine.files.set(file.path, {
          content: file.secret === undefined ? file.content : secret,
          mode: file.mode,
          owner: file.owner,
        })
      }
      const later = ['corosync-reload', 'corosync-restart', 'drbd-adjust']
      const writes = [
        ...step.actions.map(
          action => () => machine.files.set(pendingMark(action), { content: '', mode: 0o644, owner: 'root:root' }),
        ),
        ...step.stopAndMask.map(unit => () => machine.masked.add(unit)),
        ...step.files.map(file => () => put(file)),
        ...step.actions
          .filter(action => !later.includes(action))
          .map(action => () => machine.files.delete(pendingMark(action))),
        ...step.enable.map(unit => () => machine.enabled.add(unit)),
      ]
      for (const write of writes.slice(0, upTo)) write()
      return
    }
    case 'make-logical-volume': {
      const path = `/dev/${step.volume.group}/${step.volume.name}`
      assert(!machine.disks.has(path), `${path} exists`)
      machine.disks.set(path, { size: step.volume.size, signatures: new Set() })
      return
    }
    case 'wipe-device':
      found(machine.disks.get(step.replica.device), 'disk').signatures.clear()
      return
    case 'create-metadata': {
      const disk = found(machine.disks.get(step.replica.device), step.replica.device)
      assert.deepEqual([...disk.signatures], [], `metadata over something on ${step.node}`)
      assert(machine.files.has(`/etc/drbd.d/${step.replica.resource}.res`), 'no .res file')
      assert(machine.packages.has('drbd-utils'), 'no drbdadm')
      disk.signatures.add('drbd')
      return
    }
    case 'bring-up':
      assert(
        disksOf(world, machine, step.resource).every(disk => disk.signatures.has('drbd')),
        'no metadata',
      )
      if (!machine.up.has(step.resource)) machine.up.set(step.resource, 'Inconsistent')
      fillFromPeer(world, machine, step.resource)
      machine.files.delete(pendingMark('drbd-adjust'))
      return
    case 'adjust-replication':
      machine.files.delete(pendingMark('drbd-adjust'))
      return
    case 'first-sync':
      for (const one of world.machines.values()) {
        assert(one.up.has(step.resource), `${step.resource} is not up on ${one.node}`)
        assert(!disksOf(world, one, step.resource).some(disk => disk.label === labels.whole), 'data declared blank')
      }
      for (const one of world.machines.values()) one.up.set(step.resource, 'UpToDate')
      return
    case 'prepare-volume': {
      assert.equal(machine.up.get(step.resource), 'UpToDate')
      assert(
        ![...world.machines.values()].some(one => one !== machine && one.primary.has(step.resource)),
        'two Primaries',
      )
      const all = [...world.machines.values()]
      const disks = all.flatMap(one => step.resources.flatMap(resource => disksOf(world, one, resource)))
      for (const resource of step.resources) assert.equal(machine.up.get(resource), 'UpToDate')
      // As the script: one that is whole says it for the others, whose label alone is missing.
      const whole = disks.some(disk => disk.label === labels.whole)
      for (const disk of disks) {
        disk.signatures.add('ext4')
        disk.label = whole ? labels.whole : labels.making
      }
      const paths = [...new Set(step.parts.map(part => part.device))]
      for (const path of paths.slice(0, upTo))
        for (const one of all) found(one.disks.get(path), path).label = labels.whole
      return
    }
    case 'stop-cluster':
      machine.active.clear()
      return
    case 'start-witness':
      assert(machine.packages.has('corosync-qnetd'))
      if (!machine.files.has(authorityFile))
        machine.files.set(authorityFile, { content: pem('authority'), mode: 0o644, owner: 'root:root' })
      if (upTo < 1) return
      machine.enabled.add('corosync-qnetd.service')
      machine.active.add('corosync-qnetd.service')
      return
    case 'join-witness': {
      assert(machine.packages.has('corosync-qdevice'))
      const authority = found(machineOf(world, step.witness).files.get(authorityFile), 'an authority')
      machine.enrolment = { authority: found(certificateIn(authority.content), 'a certificate') }
      if (upTo >= 1) machine.enrolment = { ...machine.enrolment, cluster: step.cluster }
      return
    }
    case 'start-voting':
      assert(machine.active.has('corosync.service'), 'no Corosync to ask for')
      assert(machine.enrolment.cluster === world.cluster.name, 'the witness would not know it')
      machine.active.add('corosync-qdevice.service')
      return
    case 'reload-corosync':
      machine.runs = corosyncOf(machine)
      machine.files.delete(pendingMark('corosync-reload'))
      return
    case 'start-cluster':
      if (upTo < 1) {
        machine.active.add('corosync.service')
        return
      }
      assert(machine.files.get('/etc/hosts')?.content.includes('127.0.1.1') === false, 'its name leads to 127.0.1.1')
      machine.active.add('corosync.service').add('pacemaker.service')
      machine.runs = corosyncOf(machine)
      machine.files.delete(pendingMark('corosync-reload'))
      machine.files.delete(pendingMark('corosync-restart'))
      machine.files.set(cibFile, { content: '', mode: 0o600, owner: 'hacluster:haclient' })
      world.cib ??= {
        epoch: 1,
        text: '<cib epoch="1"><configuration><crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="d" name="dc-version" value="3"/></cluster_property_set></crm_config><nodes/><resources/><constraints/></configuration></cib>',
      }
      return
    case 'update-cib': {
      const cib = found(world.cib, 'a CIB')
      assert(machine.active.has('pacemaker.service'))
      assert.equal(cib.epoch, step.from?.epoch ?? 1, 'the CIB was changed meanwhile')
      for (const volume of world.cluster.volumes)
        assert(
          disksOf(world, machine, volume.name).every(disk => disk.label === labels.whole),
          'the cluster would start an empty volume',
        )
      world.cib = {
        epoch: cib.epoch + 1,
        text: `<cib>${printed(mergedConfiguration(configurationOf(step.configuration, 'it'), configurationOf(cib.text, 'it')))}</cib>`,
      }
      return
    }
    case 'prove':
      assert.equal(
        new Set([...world.machines.values()].map(one => one.runs)).size,
        1,
        'Corosync runs with different files',
      )
      world.proven.add(step.proof.what)
      return
    default:
      step satisfies never
  }
}

const pem = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`

/** A replica that is connected to a good one becomes the same. */
function fillFromPeer(world: World, machine: Machine, resource: string): void {
  const peer = [...world.machines.values()].find(one => one !== machine && one.up.get(resource) === 'UpToDate')
  if (!peer) return
  machine.up.set(resource, 'UpToDate')
  for (const [i, disk] of disksOf(world, machine, resource).entries()) {
    const good = found(disksOf(world, peer, resource)[i], 'the same disk of the peer')
    for (const one of good.signatures) disk.signatures.add(one)
    if (good.label !== undefined) disk.label = good.label
  }
}

const corosyncOf = (machine: Machine): string =>
  ['/etc/corosync/authkey', '/etc/corosync/corosync.conf'].map(path => machine.files.get(path)?.content).join()

const disksOf = (world: World, machine: Machine, resource: string): Disk[] =>
  found(
    world.cluster.volumes.find(one => one.name === resource),
    resource,
  ).parts.map(part => found(machine.disks.get(backingPath(part.backing)), `the disk of ${resource} on ${machine.node}`))

/** To the end: plan, do, look again, until there is nothing left to do. Answers how many steps that took. */
function converge(world: World, order: (ready: readonly PlannedStep[]) => PlannedStep): number {
  let count = 0
  for (let round = 0; round < 5; round += 1) {
    const made = planOf(world)
    assert.deepEqual(made.troubles, [])
    if (made.steps.length === 0) {
      for (const proof of made.proofs) carryOut(world, proof.step)
      return count
    }
    for (const step of inSomeOrder(thisRound(made), order)) {
      carryOut(world, step.step)
      count += 1
    }
  }
  throw new Error(`no end: ${planOf(world).steps.map(step => step.id)}`)
}

function* inSomeOrder(made: Plan, choose: (ready: readonly PlannedStep[]) => PlannedStep): Generator<PlannedStep> {
  const [left, done] = [new Set(made.steps), new Set<string>()]
  while (left.size > 0) {
    const next = choose([...left].filter(step => step.after.every(id => done.has(id))))
    left.delete(next)
    yield next
    done.add(next.id)
  }
}
const first = (ready: readonly PlannedStep[]): PlannedStep => found(ready[0], 'a step that can be begun')

/** What counts in the end; keys are random, so only their being equal. */
const stateOf = (world: World): unknown => ({
  cib: world.cib?.text,
  keys: new Set([...world.machines.values()].map(one => one.files.get('/etc/corosync/authkey')?.content)).size,
  proven: world.proven,
  machines: [...world.machines.values()].map(({ runs: _, files, ...rest }) => ({
    ...rest,
    files: [...files].filter(([path]) => !path.endsWith('authkey')).sort(),
    enabled: [...rest.enabled].sort(),
  })),
})

/** Data and WAL as volumes of their own: they are prepared together. */
function twoVolumes(): Cluster {
  const text = readFileSync('examples/postgresql-pair.yaml', 'utf8')
    .replace('cluster: shop', 'cluster: two-volumes')
    .replace(/^( *)pgdata: .*$/m, line => `${line}\n${line.replace('pgdata', 'pgwal')}`)
    .replace('volumes: [pgdata]', 'volumes: [pgdata, pgwal]')
  const { value, problems } = readCluster(text, 'two-volumes.yaml')
  return found(value, problems.map(problem => problem.message).join())
}

const clusters = [...['postgresql-pair', 'witness-pair'].map(example), twoVolumes()]

for (const cluster of clusters) {
  test(`${cluster.name}: from bare machines to the end, and then nothing to do`, () => {
    const world = bareWorld(cluster)
    converge(world, first)
    assert.deepEqual(planOf(world).differences, [])
    assert.deepEqual(
      showPlan(planOf(world), { diffs: true }).map(line => line.text),
      ['Nothing to do: all is as the cluster file says.'],
    )
    const witness = cluster.quorum.kind === 'witness' ? ['witness'] : []
    assert.deepEqual([...world.proven].sort(), ['fencing', 'links', 'replication', 'service', ...witness])
  })

  test(`${cluster.name}: cut off after each step and inside each, it comes to the same end`, () => {
    const whole = bareWorld(cluster)
    const total = converge(whole, first)
    assert(total > 10)
    for (let cut = 0; cut < total; cut += 1)
      for (const inside of [0, 1, 2, 5, 8, Number.POSITIVE_INFINITY]) {
        const world = bareWorld(cluster)
        cutOff(world, cut, inside)
        converge(world, first)
        assert.deepEqual(stateOf(world), stateOf(whole), `cut off at step ${cut}, after ${inside} writes of it`)
      }
  })

  test(`${cluster.name}: steps in any order that the plan allows, cut off again and again`, () => {
    const whole = bareWorld(cluster)
    const total = converge(whole, first)
    for (let seed = 0; seed < 60; seed += 1) {
      const random = prng(seed)
      const any = (ready: readonly PlannedStep[]): PlannedStep => random.pick(ready)
      const world = bareWorld(cluster)
      for (let cuts = random.below(4); cuts >= 0; cuts -= 1) cutOff(world, random.below(total), random.below(12), any)
      converge(world, any)
      assert.deepEqual(stateOf(world), stateOf(whole), `seed ${seed}`)
    }
  })
}

function cutOff(world: World, at: number, inside: number, choose = first): void {
  let left = at
  for (let round = 0; round < 4; round += 1)
    for (const { step } of inSomeOrder(thisRound(planOf(world)), choose)) {
      carryOut(world, step, left === 0 ? inside : undefined)
      if (left === 0) return
      left -= 1
    }
}

test('a hand edit on a node is drift, and is put right without an outage', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  converge(world, first)
  const machine = found([...world.machines.values()][1], 'the second machine')
  const path = '/etc/corosync/corosync.conf'
  const file = found(machine.files.get(path), path)
  machine.files.set(path, { ...file, content: file.content.replace('token:', 'token_x:') })
  const made = planOf(world)
  assert.deepEqual(
    drift(made).map(one => [one.node, one.name, one.change]),
    [[machine.node, path, 'changed']],
  )
  assert(made.differences[0]?.diff?.some(line => line.startsWith('-') && line.includes('token_x:')))
  assert(made.steps.some(step => step.step.kind === 'reload-corosync'))
  assert(made.steps.every(step => step.hazard.level === 'none'))
  converge(world, first)
  assert.deepEqual(planOf(world).steps, [])
})

test('an active firewall lets the cluster in, on the witness too; a hand edit of it is drift', () => {
  const world = bareWorld(example('witness-pair'))
  const all = [...world.machines.values(), found(world.witness, 'a witness')]
  const rules = '*filter\n-A ufw-before-input -i lo -j ACCEPT\nCOMMIT\n'
  const [, second] = all
  for (const machine of all) machine.firewall = machine === second ? 'ufw' : 'firewalld'
  found(second, 'a node').files.set('/etc/ufw/before.rules', { content: rules, mode: 0o600, owner: 'root:adm' })
  converge(world, first)
  for (const machine of all) {
    const path = machine === second ? '/etc/ufw/before.rules' : '/etc/firewalld/policies/holdfast.xml'
    const port = machine === world.witness ? '5403' : '5406'
    assert.match(found(machine.files.get(path), path).content, new RegExp(`port.*${port}`))
  }
  const kept = found(second?.files.get('/etc/ufw/before.rules'), 'the rules')
  assert.deepEqual([kept.mode, kept.owner], [0o600, 'root:adm'])
  kept.content = kept.content.replace('5406', '5407')
  const made = planOf(world)
  assert.deepEqual(
    drift(made).map(one => [one.node, one.name, one.diff?.some(line => line.startsWith('-') && line.includes('5407'))]),
    [[second?.node, '/etc/ufw/before.rules', true]],
  )
  converge(world, first)
})

test('firewalld reads its rules anew, which is told as a hazard', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  for (const machine of world.machines.values()) machine.firewall = 'firewalld'
  const steps = planOf(world).steps.filter(({ step }) => step.kind === 'configure-host')
  assert.deepEqual(
    steps.map(step => step.hazard.level),
    ['short-outage', 'short-outage'],
  )
})

test('a device that carries anything is refused without the word for it', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  const [machine] = world.machines.values()
  const [volume] = world.cluster.volumes
  const path = backingPath(found(volume?.parts[0], 'a part').backing)
  machine?.disks.set(path, { size: gibibytes(100), signatures: new Set(['ext4']) })
  assert.deepEqual(
    planOf(world).troubles.map(one => one.kind),
    ['device-carries'],
  )
})

test('a disk that was replaced joins again and is filled from the other node', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  converge(world, first)
  const before = stateOf(world)
  const [, beta] = world.machines.values()
  const path = backingPath(found(world.cluster.volumes[0]?.parts[0], 'a part').backing)
  const machine = found(beta, 'the second machine')
  machine.disks.set(path, { size: found(machine.disks.get(path), path).size, signatures: new Set() })
  machine.up.delete('pgdata')
  assert.deepEqual(
    planOf(world).steps.map(step => step.id),
    ['create-metadata:beta:pgdata/0', 'bring-up:beta:pgdata'],
  )
  converge(world, first)
  assert.deepEqual(stateOf(world), before)
})

test('a stopped cluster is started first, and its configuration compared when it can tell it', () => {
  const world = bareWorld(found(clusters[0], 'a cluster'))
  converge(world, first)
  for (const machine of world.machines.values()) machine.active.clear()
  const made = planOf(world)
  assert.equal(made.complete, false)
  assert.deepEqual(new Set(made.steps.map(step => step.step.kind)), new Set(['start-cluster']))
  converge(world, first)
})

/** The pair's file with the word that what was on the disks may be destroyed. */
function erasing(): Cluster {
  const cluster = found(clusters[0], 'a cluster')
  const parts = (volume: Cluster['volumes'][number]) => volume.parts.map(part => ({ ...part, eraseExisting: true }))
  return { ...cluster, volumes: cluster.volumes.map(volume => ({ ...volume, parts: parts(volume) })) }
}

test('with the word for it a device is wiped, once, and told as data loss', () => {
  const world = bareWorld(erasing())
  const path = backingPath(found(world.cluster.volumes[0]?.parts[0], 'a part').backing)
  for (const machine of world.machines.values())
    machine.disks.set(path, { size: gibibytes(100), signatures: new Set(['ext4', 'drbd']), label: 'old' })
  const wipes = planOf(world).steps.filter(step => step.step.kind === 'wipe-device')
  assert.deepEqual(
    wipes.map(step => step.hazard.level),
    ['data-loss', 'data-loss'],
  )
  converge(world, first)
  assert.deepEqual(planOf(world).steps, [])
})

test('the word never destroys a finished volume: not in a stopped cluster, not without its .res file', () => {
  const world = bareWorld(erasing())
  converge(world, first)
  for (const machine of world.machines.values()) {
    machine.active.clear()
    machine.up.clear()
    machine.files.delete('/etc/drbd.d/pgdata.res')
  }
  assert(!planOf(world).steps.some(step => step.step.kind === 'wipe-device'))
  const path = backingPath(found(world.cluster.volumes[0]?.parts[0], 'a part').backing)
  for (const machine of world.machines.values()) machine.disks.get(path)?.signatures.delete('drbd')
  assert(!planOf(world).steps.some(step => step.step.kind === 'wipe-device'))
  assert.deepEqual(new Set(planOf(world).troubles.map(one => one.kind)), new Set(['device-carries']))
})
