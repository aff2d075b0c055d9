// Invariant 1, its ground: whoever acts has quorum, and quorum is a matter of counting.
// It counts again, from the rings as they are and from what it has seen since each daemon started.
import type { MemberState } from '../membership.ts'
import type { Sim } from '../sim.ts'
import type { Oracle } from './oracle.ts'

/** More than half of all votes, the witness's included. */
function isMajority(sim: Sim, own: MemberState): boolean {
  const { nodes, device } = sim.state.membership.config.quorum
  const all = nodes.length + (device?.votes ?? 0)
  return 2 * (own.members.length + own.quorum.deviceVotes) > all
}

export const quorumIsEarned: Oracle = {
  name: 'quorum-is-earned',
  invariant: 1,
  checks:
    'a node is quorate only with more than half of all votes; of two nodes, once it has met the other since its Corosync started; and nobody has another node fenced without it',
  doesNotCheck: 'auto_tie_breaker and last_man_standing, which allow less; whether the witness chose well',
  watch: sim => {
    const { config } = sim.state.membership
    const { twoNode, waitForAll, autoTieBreaker, lastManStanding, nodes } = config.quorum
    const met = new Set<string>()
    const { history } = sim.state.pacemaker.fencing
    let fenced = history.length
    const look = (): string | undefined => {
      for (const [node, own] of sim.state.membership.nodes) {
        if (!own.up) met.delete(node)
        else if (own.members.length === nodes.length) met.add(node)
        if (!own.up || !own.quorum.quorate || autoTieBreaker || lastManStanding) continue
        const two = twoNode && nodes.length === 2
        if (two ? waitForAll && !met.has(node) : !isMajority(sim, own))
          return `${node} is quorate with ${own.members.join(', ')}${two ? ', and has not met its peer since it started' : ''}`
      }
      for (; fenced < history.length; fenced += 1) {
        const { by, target } = history[fenced] ?? {}
        if (by !== undefined && !sim.state.membership.nodes.get(by)?.quorum.quorate)
          return `${by} has ${target} fenced, and has no quorum`
      }
      return undefined
    }
    look()
    return { look }
  },
}
