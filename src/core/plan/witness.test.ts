// What a witness and its nodes lack, case by case; that the steps lead to the end is shown in interrupt.test.ts, that they do
// what they say with the real daemons in tests/engines/witness.test.ts.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { found } from '../base/assert.ts'
import { fail, ok } from '../base/result.ts'
import { bytes, instant, milliseconds, type NodeName, nodeName } from '../base/units.ts'
import type { HostFacts } from '../live/host.ts'
import type { QuorumView, Snapshot } from '../live/snapshot.ts'
import type { Enrolment } from '../live/witness.ts'
import { readCluster } from '../spec/read.ts'
import { judge } from './proof.ts'
import type { Trouble } from './trouble.ts'
import { authorityFile, type WitnessFacts, witnessDelta, witnessName } from './witness.ts'

const file = 'examples/witness-pair.yaml'
const cluster = found(readCluster(readFileSync(file, 'utf8'), file).value, file)
const [north, south] = [nodeName('north'), nodeName('south')]
const witness = found(witnessName(cluster), 'a witness')

const host = (node: NodeName, change: Partial<HostFacts> = {}): HostFacts => ({
  node,
  at: instant(0),
  os: { id: 'debian', version: 13, prettyName: 'Debian' },
  packages: new Map([['corosync-qnetd', '3.0.3']]),
  engines: {},
  files: new Map([
    [
      authorityFile,
      {
        kind: 'file',
        mode: 0o644,
        owner: 'root:coroqnetd',
        size: bytes(1),
        sha256: '',
        content: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      },
    ],
  ]),
  units: new Map(
    ['corosync-qnetd.service', 'corosync-qdevice.service'].map(unit => [
      unit,
      { load: 'loaded', enabled: 'enabled', active: 'active' },
    ]),
  ),
  blockDevices: [],
  lvm: [],
  interfaces: [],
  clock: { offset: milliseconds(0), uncertainty: milliseconds(5), services: ['chrony'] },
  listening: [],
  users: new Map(),
  programs: new Set(),
  free: new Map(),
  firewall: { kind: 'none' },
  unseen: new Map(),
  ...change,
})

const joined: Enrolment = { authority: 'AAAA', cluster: cluster.name }
const facts = new Map([north, south].map(node => [node, host(node)]))

const delta = (machine: WitnessFacts['machine'], enrolments: readonly Enrolment[], risen: readonly NodeName[] = []) =>
  witnessDelta(
    {
      cluster,
      facts,
      witness: { machine, enrolments: new Map([north, south].map((n, i) => [n, enrolments[i] ?? {}])) },
    },
    new Set(risen),
  )
const kinds = ({ steps }: ReturnType<typeof delta>): readonly string[] => steps.map(step => `${step.kind} ${step.node}`)
const gone: Trouble = { kind: 'unreachable', node: witness, detail: 'no route to host' }

test('all is there: nothing to do', () => {
  assert.deepEqual(delta(ok(host(witness)), [joined, joined]), {
    differences: [],
    steps: [],
    troubles: [],
    warnings: [],
  })
})

test('a bare witness is set up, and both nodes join it', () => {
  const bare = host(witness, {
    packages: new Map(),
    files: new Map(),
    units: new Map([['corosync-qnetd.service', { load: 'not-found', enabled: '', active: 'inactive' }]]),
  })
  assert.deepEqual(kinds(delta(ok(bare), [{}, {}])), [
    `install-packages ${witness}`,
    `start-witness ${witness}`,
    'join-witness north',
    'join-witness south',
    'start-voting north',
    'start-voting south',
  ])
})

test('only the node whose certificate does not fit joins anew', () => {
  const wrong: readonly Enrolment[] = [
    {},
    { authority: 'AAAA' },
    { authority: 'BBBB', cluster: cluster.name },
    { authority: 'AAAA', cluster: 'other' },
  ]
  for (const one of wrong) {
    const made = delta(ok(host(witness)), [joined, one])
    assert.deepEqual(kinds(made), ['join-witness south', 'start-voting south'])
    assert.deepEqual(
      made.differences.map(each => each.node),
      [south],
    )
  }
})

test('where Corosync is started, so is what asks the witness', () => {
  assert.deepEqual(kinds(delta(ok(host(witness)), [joined, joined], [north])), ['start-voting north'])
})

test('a witness out of reach is a warning to nodes that have joined, and a trouble to those that have to', () => {
  const known = delta(fail(gone), [joined, joined])
  assert.deepEqual([kinds(known), known.troubles, known.warnings], [[], [], [gone]])
  assert.deepEqual(delta(fail(gone), [joined, {}]).troubles, [gone])
})

test('certificates need clocks that agree, and nodes a way through the firewall of the witness', () => {
  const late = host(witness, { clock: { offset: milliseconds(60_000), uncertainty: milliseconds(5), services: [] } })
  assert.deepEqual(
    delta(ok(late), [joined, joined]).troubles.map(one => one.kind),
    ['clock-apart'],
  )
  const closed = host(witness, {
    firewall: {
      kind: 'nftables',
      rules: {
        inputs: [{ tool: 'nft', name: 'inet f input', family: 'inet', chain: 'c', policy: 'drop' }],
        chains: new Map(),
      },
    },
  })
  const [warning] = delta(ok(closed), [joined, joined]).warnings
  assert(warning?.kind === 'firewall-closed')
  assert.match(warning.lines.join(), /tcp dport 5403 accept/)
})

test('a witness that nobody asked is not taken for one that is well', () => {
  assert.deepEqual(
    witnessDelta({ cluster, facts }, new Set()).troubles.map(one => one.kind),
    ['unseen'],
  )
})

test('proven when every node counts its vote', () => {
  const view = (node: NodeName, vote: QuorumView['witness']): QuorumView => ({
    node,
    quorate: true,
    votes: 3,
    expected: 3,
    members: [north, south],
    waitForAll: false,
    ...(vote ? { witness: vote } : {}),
  })
  const seen = (...quorum: readonly QuorumView[]): Snapshot => ({
    at: instant(0),
    cluster: cluster.name,
    nodes: [],
    quorum,
    links: [],
    resources: [],
    replicas: [],
    fencing: { enabled: true, devices: [], history: [] },
    failures: [],
    leftovers: [],
    unseen: [],
  })
  const proof = { what: 'witness', host: 'w', nodes: 2 } as const
  assert.equal(judge(proof, seen(view(north, 'voting'), view(south, 'voting'))).kind, 'holds')
  for (const other of ['not-voting', undefined] as const)
    assert.deepEqual(judge(proof, seen(view(north, 'voting'), view(south, other))), {
      kind: 'waiting',
      on: 'the vote of the witness w on south',
    })
  assert.equal(judge(proof, seen(view(north, 'voting'))).kind, 'waiting')
})
