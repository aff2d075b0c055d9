// What one node answered when it was asked for everything at once, read. Each part is there or its reason is in `unseen`.
import type { Result } from '../base/result.ts'
import type { Milliseconds, NodeName } from '../base/units.ts'
import { type ConfigurationView, parseConfiguration } from './configuration.ts'
import { parseLinks, parseNodeList, parseQuorum } from './corosync.ts'
import { type PacemakerView, parseCrmMon } from './crm-mon.ts'
import { parseDrbdEvents, parsePeerAddresses } from './drbd-events.ts'
import { type Proof, parseProofs } from './proofs.ts'
import type { LinkState, QuorumView, ReplicaState, Unseen } from './snapshot.ts'

/** A command's answer; its text is judged before its exit status, because some of the tools use the latter as a message. */
export interface Answer {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export type Question =
  | 'boot'
  | 'monitor'
  | 'configuration'
  | 'quorum'
  | 'links'
  | 'nodelist'
  | 'drbd'
  | 'drbdShow'
  | 'proofs'
export type Answers = Readonly<Record<Question, Answer>>

export interface NodeView {
  readonly node: NodeName
  readonly bootId?: string
  readonly clockOffset?: Milliseconds
  readonly pacemaker?: PacemakerView
  readonly configuration?: ConfigurationView
  readonly quorum?: QuorumView
  readonly links: readonly LinkState[]
  readonly replicas: readonly ReplicaState[]
  readonly proofs: readonly Proof[]
  readonly unseen: readonly Unseen[]
}

export function readNode(
  node: NodeName,
  names: readonly NodeName[],
  answers: Answers,
  clockOffset?: Milliseconds,
): NodeView {
  const pacemaker = heard(answers.monitor, parseCrmMon)
  const configuration = heard(answers.configuration, parseConfiguration)
  const nodeList = parseNodeList(answers.nodelist.stdout)
  const quorum = parseQuorum(answers.quorum.stdout, node)
  const drbd = readDrbd(node, names, answers)
  const proofs = answers.proofs.exitCode === 0 ? parseProofs(answers.proofs.stdout) : undefined
  const bootId = answers.boot.stdout.trim()
  return {
    node,
    ...(bootId ? { bootId } : {}),
    ...(clockOffset === undefined ? {} : { clockOffset }),
    ...(pacemaker.ok ? { pacemaker: pacemaker.value } : {}),
    ...(configuration.ok ? { configuration: configuration.value } : {}),
    ...(quorum ? { quorum } : {}),
    links: parseLinks(answers.links.stdout, node, nodeList),
    replicas: drbd.ok ? drbd.value : [],
    proofs: proofs?.ok ? proofs.value : [],
    unseen: [
      ...(pacemaker.ok ? [] : [{ node, what: 'pacemaker' as const, why: pacemaker.failure }]),
      ...(quorum ? [] : [{ node, what: 'corosync' as const, why: complaint(answers.quorum, 'it gave no quorum') }]),
      ...(drbd.ok ? [] : [{ node, what: 'drbd' as const, why: drbd.failure }]),
    ],
  }
}

/** Pacemaker's tools explain themselves in their own XML, also when they fail; else standard error has to do. */
function heard<T>(answer: Answer, parse: (text: string) => Result<T, string>): Result<T, string> {
  if (answer.stdout.trim() === '') return { ok: false, failure: complaint(answer, 'no answer') }
  const parsed = parse(answer.stdout)
  return parsed.ok || answer.exitCode === 0 ? parsed : { ok: false, failure: complaint(answer, parsed.failure) }
}

const complaint = ({ exitCode, stderr }: Answer, otherwise: string): string => {
  if (exitCode === 124) return 'it did not answer in time'
  if (exitCode === 127) return 'it is not installed'
  return stderr.trim().split('\n').at(-1) || otherwise
}

/** A kernel without DRBD, or a machine without its tools, has no replica up: that is seen, not unseen. */
function readDrbd(node: NodeName, names: readonly NodeName[], answers: Answers): Result<ReplicaState[], string> {
  const { exitCode, stdout, stderr } = answers.drbd
  if (exitCode !== 0) {
    const none = exitCode === 127 || /generic netlink family|not loaded|No such file or directory/.test(stderr)
    return none ? { ok: true, value: [] } : { ok: false, failure: complaint(answers.drbd, 'no answer') }
  }
  const nodeList = parseNodeList(answers.nodelist.stdout)
  const addresses = parsePeerAddresses(answers.drbdShow.stdout)
  const others = names.filter(name => name !== node)
  // In a pair it can only be the other one.
  const only = others.length === 1 ? others[0] : undefined
  return parseDrbdEvents(stdout, node, (resource, connection) => {
    const address = addresses.get(resource)
    const owner = nodeList.find(each => address !== undefined && each.addresses.includes(address))
    return names.find(name => name === connection) ?? owner?.name ?? only
  })
}
