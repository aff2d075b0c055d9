// The witness's vote: what its machine and the nodes lack so that it counts. qnetd and its certificate authority on the
// witness, a certificate of that authority on each node, and the daemon there that asks for the vote.
// Source: corosync-qdevice(8), corosync-qnetd(8), corosync-qdevice-net-certutil(8).
import { found } from '../base/assert.ts'
import type { Result } from '../base/result.ts'
import { type NodeName, nodeName } from '../base/units.ts'
import { witnessOpenings } from '../compile/openings.ts'
import { firewallFiles, firewallUnits } from '../live/firewall/read.ts'
import type { HostFacts, HostQuestions } from '../live/host.ts'
import { certificateIn, type Enrolment } from '../live/witness.ts'
import type { Cluster } from '../model/types.ts'
import { closedFirewall, firewallFilesFor } from './firewall.ts'
import { hostDelta, isActive } from './host-steps.ts'
import { firewallActions, pendingMark } from './pending.ts'
import { clocksApart, fullDisks, unreadFirewall } from './preflight.ts'
import type { Trouble } from './trouble.ts'
import type { Difference, Step } from './types.ts'

export interface WitnessFacts {
  /** The witness's own machine, or why it could not be asked. */
  readonly machine: Result<HostFacts, Trouble>
  /** Of every node. */
  readonly enrolments: ReadonlyMap<NodeName, Enrolment>
}

export interface WitnessDelta {
  readonly differences: readonly Difference[]
  readonly steps: readonly Step[]
  readonly troubles: readonly Trouble[]
  readonly warnings: readonly Trouble[]
}

const none: WitnessDelta = { differences: [], steps: [], troubles: [], warnings: [] }
const serverPackage = 'corosync-qnetd'
const serverUnit = 'corosync-qnetd.service'
const voterUnit = 'corosync-qdevice.service'
export const authorityFile = '/etc/corosync/qnetd/nssdb/qnetd-cacert.crt'
const enrolmentFolder = '/etc/corosync/qdevice/net/nssdb'

/** Steps on the witness's machine carry the name by which the nodes know it. Undefined where there is no witness. */
export const witnessName = ({ quorum }: Pick<Cluster, 'quorum'>): NodeName | undefined =>
  quorum.kind === 'witness' ? nodeName(quorum.host) : undefined

export const witnessQuestions: HostQuestions = {
  files: [
    { path: authorityFile, secret: false },
    ...firewallFiles.map(path => ({ path, secret: false })),
    ...firewallActions.map(action => ({ path: pendingMark(action), secret: false })),
  ],
  packages: [serverPackage],
  units: [serverUnit, ...firewallUnits],
  devices: [],
  users: [],
  lvm: false,
  programs: [],
}

export interface WitnessInput {
  readonly cluster: Cluster
  readonly facts: ReadonlyMap<NodeName, HostFacts>
  readonly witness?: WitnessFacts
}

/** `risen`: nodes whose Corosync is started anyway, so the voter after it. */
export function witnessDelta(input: WitnessInput, risen: ReadonlySet<NodeName>): WitnessDelta {
  const name = witnessName(input.cluster)
  if (name === undefined) return none
  const { witness } = input
  if (!witness) return { ...none, troubles: [{ kind: 'unseen', node: name, what: 'the witness', detail: 'not asked' }] }
  const { machine } = witness
  const server = machine.ok ? serverDelta(machine.value) : none
  const wall = machine.ok ? firewallDelta(machine.value, input.cluster) : none
  const authority = machine.ok ? authorityOf(machine.value) : undefined
  const lacking = input.cluster.nodes
    .map(node => node.name)
    .flatMap(node => {
      const why = lacks(witness.enrolments.get(node) ?? {}, input.cluster.name, machine.ok, authority)
      return why === undefined ? [] : [{ node, ...why }]
    })
  const joining = new Set(lacking.map(one => one.node))
  const silent = input.cluster.nodes
    .map(node => node.name)
    .filter(node => !isActive(found(input.facts.get(node), `facts of ${node}`), voterUnit))
  const starting = input.cluster.nodes
    .map(node => node.name)
    .filter(node => silent.includes(node) || risen.has(node) || joining.has(node))
  return {
    differences: [
      ...server.differences,
      ...wall.differences,
      ...lacking.map((one): Difference => ({ ...one, what: 'file', name: enrolmentFolder })),
      ...silent.map(
        (node): Difference => ({ node, what: 'unit', name: voterUnit, change: 'absent', summary: 'is not running' }),
      ),
    ],
    steps: [
      ...server.steps,
      ...wall.steps,
      ...[...joining].map((node): Step => ({ kind: 'join-witness', node, witness: name, cluster: input.cluster.name })),
      ...starting.map((node): Step => ({ kind: 'start-voting', node })),
    ],
    ...reachability(machine, joining.size > 0, input),
  }
}

/** A witness that is out of reach hinders only those who have to be signed by it; the others are told of it. */
function reachability(
  machine: Result<HostFacts, Trouble>,
  isNeeded: boolean,
  input: WitnessInput,
): Pick<WitnessDelta, 'troubles' | 'warnings'> {
  if (!machine.ok)
    return isNeeded ? { troubles: [machine.failure], warnings: [] } : { troubles: [], warnings: [machine.failure] }
  const { value: host } = machine
  const apart = clocksApart([...input.facts.values(), host])
  const unseen = ['packages', 'files'].flatMap(what => {
    const detail = host.unseen.get(what)
    return detail === undefined ? [] : [{ kind: 'unseen', node: host.node, what, detail } as const]
  })
  return {
    troubles: [
      ...apart.filter(one => one.kind === 'clock-apart' && one.nodes.includes(host.node)),
      ...fullDisks(host),
      ...unseen,
    ],
    warnings: [...closedFirewall(witnessOpenings(input.cluster), host), ...unreadFirewall(host)],
  }
}

/** Of that machine only its firewall is configured. */
function firewallDelta(host: HostFacts, cluster: Cluster): Pick<WitnessDelta, 'differences' | 'steps'> {
  const openings = witnessOpenings(cluster)
  const files = firewallFilesFor(openings, host)
  const empty = { packages: [], maskedUnits: [], disabledUnits: [], enabledUnits: [], memory: [] }
  return hostDelta({ node: host.node, ...empty, openings, files }, host, new Map())
}

function authorityOf(host: HostFacts): string | undefined {
  const file = host.files.get(authorityFile)
  return file?.kind === 'file' ? certificateIn(file.content ?? '') : undefined
}

function serverDelta(host: HostFacts): Pick<WitnessDelta, 'differences' | 'steps'> {
  const { node } = host
  const installed = host.packages.has(serverPackage)
  const unit = found(host.units.get(serverUnit), serverUnit)
  const lacking: Difference[] = []
  if (!installed)
    lacking.push({ node, what: 'package', name: serverPackage, change: 'absent', summary: 'is not installed' })
  if (authorityOf(host) === undefined)
    lacking.push({ node, what: 'file', name: authorityFile, change: 'absent', summary: 'is not there' })
  if (unit.enabled !== 'enabled')
    lacking.push({ node, what: 'unit', name: serverUnit, change: 'changed', summary: 'does not start at boot' })
  if (!isActive(host, serverUnit))
    lacking.push({ node, what: 'unit', name: serverUnit, change: 'absent', summary: 'is not running' })
  return {
    differences: lacking,
    steps: [
      ...(installed ? [] : [{ kind: 'install-packages', node, packages: [serverPackage] } as const]),
      ...(lacking.length === 0 ? [] : [{ kind: 'start-witness', node } as const]),
    ],
  }
}

/** Undefined: nothing. The authority is compared only where the witness could be asked. */
function lacks(
  { authority, cluster }: Enrolment,
  wanted: string,
  asked: boolean,
  current: string | undefined,
): Pick<Difference, 'change' | 'summary'> | undefined {
  if (authority === undefined) return { change: 'absent', summary: 'has no certificate of the witness' }
  if (cluster === undefined) return { change: 'changed', summary: 'has no valid certificate of the witness' }
  if (cluster !== wanted) return { change: 'changed', summary: `has a certificate of the cluster ${cluster}` }
  if (!asked || authority === current) return undefined
  return { change: 'changed', summary: 'has a certificate of another witness, or of one that was set up anew' }
}
