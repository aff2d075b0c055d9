// Why a node is fenced, or is not though it looks as if it should be.
import { primitivesOf } from '../inject.ts'
import { type About, clusterOption } from './about.ts'
import type { Explanation } from './explanation.ts'
import { comma, list } from './words.ts'

/** Pacemaker's reasons in words of people. A rule may keep parts of what it matched. */
const reasons: readonly (readonly [pattern: RegExp, words: string])[] = [
  [
    /^peer is no longer part of the cluster$/,
    'it left the membership without saying so: it crashed, hangs, or its network is cut',
  ],
  [/^peer process is no longer available$/, "it is a member, but Pacemaker's controller on it does not answer"],
  [
    /^peer has not been seen by the cluster$/,
    'nothing was heard of it since the cluster started, and nobody knows what runs on it',
  ],
  [/^peer failed Pacemaker membership criteria$/, 'it may not join: the cluster has refused it'],
  [/^peer was in an unknown state$/, 'it is in a state that nobody knows how to read'],
  [/^peer is unexpectedly down$/, 'it was a member and is gone without a shutdown'],
  [/^termination was requested$/, 'an administrator asked for it (stonith_admin, or the attribute "terminate")'],
  [/^node is unclean$/, 'nobody knows what runs on it'],
  [/^cluster does not have quorum$/, 'the cluster has no quorum, and no-quorum-policy=suicide'],
  [/^(.+) failed there$/, '$1 failed there in a way that only fencing cures (on-fail=fence, or a stop that failed)'],
  [/^(.+) is thought to be active there$/, '$1 may still run there, and the node cannot be asked'],
  [/^deadman ticket was lost$/, 'the ticket that its resources depend on was lost, with loss-policy=fence'],
  [/^guest is unclean$/, 'the guest is unclean: what it runs in is restarted'],
  [/^required by (.+) (start|monitor)$/, '$1 needs the node to be unfenced before its $2'],
  [/^remote connection is unrecoverable$/, 'its remote connection was lost and can be made nowhere'],
]

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

export const fencingReason = (reason: string): string => {
  for (const [pattern, words] of reasons) {
    if (!pattern.test(reason)) continue
    const text = reason.replace(pattern, words)
    return words.startsWith('$') ? text : sentence(text)
  }
  return reason
}

export function explainNode(about: About, name: string): Explanation {
  const { decision } = about
  const fenced = decision.fencing.filter(f => f.node === name)
  const first = fenced[0]
  const view = decision.nodes.find(n => n.node === name)
  const how = first?.op.match(/\((.+)\)/)?.[1] ?? 'reboot'
  const verdict = first
    ? `${name} will be ${how === 'on' ? 'unfenced (switched on for its fence device)' : `fenced (${how})`}.`
    : view?.unclean
      ? `${name} is unclean, but is not fenced now.`
      : `${name} is not fenced.`
  const because = first
    ? [`${fencingReason(first.reason)}.`, ...byWhat(about, name, first.container), ...afterwards(about, name)]
    : view?.unclean
      ? whyNot(about)
      : state(about, name)
  return { subject: name, kind: 'node', verdict, because, nodes: [], promotion: [], waits: [] }
}

/** The devices that say they can do it; where none says so, any may. */
function byWhat(about: About, name: string, container: string | undefined): readonly string[] {
  if (container !== undefined) return [`Its fencing is the stop of ${container}.`]
  const devices = about.cib.configuration.resources.filter(r => r.kind === 'primitive' && r.class === 'stonith')
  if (devices.length === 0) return []
  const named = devices.filter(device =>
    device.parameters.some(set =>
      set.pairs.some(
        pair =>
          (pair.name === 'pcmk_host_list' && (pair.value ?? '').split(/[\s,;]+/).includes(name)) ||
          (pair.name === 'pcmk_host_map' &&
            (pair.value ?? '').split(/[\s;]+/).some(part => part.split(/[:=]/)[0] === name)),
      ),
    ),
  )
  return named.length === 0 ? [] : [`Devices that name it: ${list(named.map(device => device.id))}.`]
}

/** What cannot go on before. */
function afterwards({ decision }: About, name: string): readonly string[] {
  const lost = decision.current.filter(one => one.node === name).map(one => one.id)
  const waiting = [...new Set(lost.filter(id => decision.changes.some(c => c.rsc === id && c.verb !== 'leave')))]
  return waiting.length === 0 ? [] : [`Before that nothing else is done with what ran there: ${list(waiting)}.`]
}

function whyNot(about: About): readonly string[] {
  const enabled = clusterOption(about, 'stonith-enabled') ?? clusterOption(about, 'fencing-enabled')
  if (enabled?.value === 'false')
    return [
      `Fencing is switched off (${enabled.name}=false${comma(enabled.at)}): data may be lost when it should be on.`,
    ]
  if (!primitivesOf(about.cib.configuration.resources).some(rsc => rsc.class === 'stonith'))
    return ['There is no fence device in the configuration.']
  if (about.cib.attributes.get('have-quorum') === '0')
    return ['The cluster has no quorum, and may fence nobody without it.']
  return ['Startup fencing is off, or its fencing is not possible now.']
}

function state(about: About, name: string): readonly string[] {
  const view = about.decision.nodes.find(n => n.node === name)
  if (!view) return []
  if (view.pending) return ['It is joining, and has not finished yet.']
  if (!view.online)
    return isMissing(about, name)
      ? ['It is gone without a shutdown.', ...whyNot(about)]
      : ['It is offline, and left in order: nothing of it is missing.']
  const flags = [view.standby && 'in standby', view.maintenance && 'in maintenance'].filter(flag => flag !== false)
  return [`It is online${flags.length === 0 ? '' : `, ${list(flags)}`}, and nothing speaks against it.`]
}

const isMissing = ({ cib }: About, name: string): boolean =>
  cib.nodeStates.some(one => one.uname === name && one.expected === 'member')
