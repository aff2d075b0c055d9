// What is worth knowing although the answer stands: redundancy that is reduced, proofs that are missing, things left
// behind by hand. These never turn "protected" into something else; where one should, it belongs to another table.
import { elapsed, type Instant, milliseconds, minutes, type NodeName, showDuration } from '../../base/units.ts'
import type { Unseen } from '../../live/snapshot.ts'
import { type Facts, isPresent } from '../facts.ts'
import { deviceWords, fenceLevels, isReady } from './loss.ts'
import { INFINITY, type Rule, type Words, words } from './rule.ts'

const proofShouldBeYoungerThan = minutes(30 * 24 * 60)
const clocksMayDifferBy = 1_000

function links(f: Facts): Words[] {
  const down = f.snapshot.links.filter(l => !l.up && isPresent(f, l.from) && isPresent(f, l.to))
  const pairs = new Map(down.map(l => [`${l.link} ${[l.from, l.to].toSorted().join(' ')}`, l]))
  return [...pairs.values()].map(l => {
    const oneWay = !down.some(x => x.link === l.link && x.from === l.to && x.to === l.from)
    const seenBack = f.snapshot.links.some(x => x.link === l.link && x.from === l.to && x.to === l.from)
    const between =
      oneWay && seenBack ? `from ${l.from} to ${l.to}` : `between ${[l.from, l.to].toSorted().join(' and ')}`
    return words(`link ${l.link} ${between} is down: the next link failure would split the cluster`)
  })
}

function lonelyLink(f: Facts): Words[] {
  const fewest = Math.min(...f.cluster.nodes.map(n => n.links.length))
  return fewest < 2 ? [words('the nodes have one link only: its failure splits the cluster')] : []
}

const unseen = (f: Facts): Words[] =>
  f.snapshot.unseen.map(u =>
    words(u.what === 'everything' ? `${unseenWords(u)}; what is shown of it is told by the others` : unseenWords(u)),
  )

/** What we were told often begins with the machine's name already. */
export function unseenWords({ node, what, why }: Unseen): string {
  const told = why.startsWith(`${node} `) || why.startsWith(`${node}:`)
  if (what === 'everything') return told ? why : `${node} does not answer us (${why})`
  return told ? `${what}: ${why}` : `${what} on ${node} cannot be seen (${why})`
}

function fenceSpares(f: Facts): Words[] {
  return f.cluster.nodes.flatMap(({ name }) => {
    const levels = fenceLevels(f, name)
    const ready = levels.some(level => level.every(id => isReady(f, id)))
    const idle = levels.flat().filter(id => !isReady(f, id))
    return ready ? idle.map(id => words(`${deviceWords(f, id, name)}; another level stands in`)) : []
  })
}

function proofs(f: Facts): Words[] {
  if (f.cluster.fencing.kind === 'none') return []
  return f.cluster.nodes.flatMap(({ name }) => {
    const at = lastProof(f, name)
    if (at === undefined) return [words(`fencing of ${name} has not been proven yet`, `holdfast drill proves it`)]
    const age = elapsed(at, f.snapshot.at)
    return age > proofShouldBeYoungerThan ? [words(`fencing of ${name} was last proven ${showDuration(age)} ago`)] : []
  })
}

/** When any device last answered for this node, or switched it. */
export function lastProof(f: Facts, target: NodeName): Instant | undefined {
  const ids = fenceLevels(f, target).flat()
  const proven = f.snapshot.fencing.devices
    .filter(d => ids.includes(d.id))
    .flatMap(d => (d.lastProven === undefined ? [] : [d.lastProven]))
  const switched = f.snapshot.fencing.history.filter(x => x.target === target && x.state === 'success').map(x => x.at)
  return [...proven, ...switched].toSorted((a, b) => b - a)[0]
}

function samePower(f: Facts): Words[] {
  return f.cluster.nodes
    .filter(n => n.fence.length > 0 && n.fence.every(d => d.sharesPower))
    .map(n => words(`if ${n.name} loses its power, its only fence device goes with it`))
}

const waitingNodes = (f: Facts): Words[] =>
  f.snapshot.nodes.flatMap(n => [
    ...(n.standby ? [words(`${n.name} is in standby`)] : []),
    ...(n.maintenance ? [words(`${n.name} is in maintenance`)] : []),
    ...(n.membership === 'offline' ? [words(`${n.name} is offline`)] : []),
    ...(n.membership === 'pending' ? [words(`${n.name} is joining the cluster`)] : []),
    ...(n.membership === 'unclean' ? [words(`${n.name} is lost and must be fenced`)] : []),
  ])

const leftovers = (f: Facts): Words[] =>
  f.snapshot.leftovers
    .filter(left => left.startsWith('cli-'))
    .map(left => words(`a move by hand has left the constraint ${left} behind`, 'crm_resource --clear -r RESOURCE'))

const failures = (f: Facts): Words[] =>
  f.snapshot.failures.map(x =>
    words(
      `${x.resource} failed on ${x.node} (${x.operation}: ${x.reason}), ${x.failCount >= INFINITY ? 'not tried again' : `${x.failCount}×`}`,
      `crm_resource --cleanup -r ${x.resource} -N ${x.node}`,
    ),
  )

const clocks = (f: Facts): Words[] =>
  f.snapshot.nodes
    .filter(n => Math.abs(n.clockOffset ?? 0) > clocksMayDifferBy)
    .map(n =>
      words(`the clock of ${n.name} is ${showDuration(milliseconds(Math.abs(n.clockOffset ?? 0)))} away from ours`),
    )

export const warningRules: readonly Rule<undefined>[] = [
  { code: 'node-waiting', source: 'Pacemaker Explained, Cluster Nodes', find: waitingNodes },
  {
    code: 'link-down',
    source: 'LINBIT DRBD 9 User’s Guide: two independent paths are "absolutely vital"',
    find: links,
  },
  {
    code: 'one-link',
    source: 'LINBIT DRBD 9 User’s Guide: two independent paths are "absolutely vital"',
    find: lonelyLink,
  },
  { code: 'unseen', source: 'what was not seen is said, never guessed', find: unseen },
  {
    code: 'fence-spare',
    source: 'Pacemaker Explained, fencing topology: a level is tried after the one before',
    find: fenceSpares,
  },
  { code: 'fence-unproven', source: 'fencing is proven, on a schedule', find: proofs },
  {
    code: 'fence-same-power',
    source: 'Pacemaker Explained: a BMC on the host’s own power needs a second level',
    find: samePower,
  },
  {
    code: 'witness',
    source: 'corosync-qdevice(8): a witness that does not vote does not help in a partition',
    find: f => (f.snapshot.quorum.some(v => v.witness === 'not-voting') ? [words('the witness does not vote')] : []),
  },
  {
    code: 'asynchronous',
    source: 'drbd.conf(5), protocol: A and B acknowledge before the peer’s disk has it',
    find: f =>
      f.cluster.volumes
        .filter(v => v.protocol !== 'C')
        .map(v => words(`${v.name} uses protocol ${v.protocol}: a failure may lose the last acknowledged writes`)),
  },
  { code: 'leftover', source: 'crm_resource(8): what --move and --ban leave stays until --clear', find: leftovers },
  { code: 'failure', source: 'Pacemaker Explained, failure counts', find: failures },
  { code: 'clock', source: 'a clock that differs makes logs and certificates lie', find: clocks },
]
