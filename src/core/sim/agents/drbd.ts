// ocf:linbit:drbd: brings a resource up, promotes it, and tells Pacemaker by its score how good this replica would be as
// the Primary. Source: the agent's meta-data (`adjust_master_score`, `wfc_timeout`), DRBD 9 User's Guide, "Pacemaker".
import { demote, down, promote, up } from '../drbd/device.ts'
import { replicaOf, siteOf, upToDatePeer } from '../drbd/ports.ts'
import type { AgentPorts, AgentTable, Answer, Call } from './agent.ts'
import { done, draw, genericError, notRunning, ok, runningPromoted, wait } from './agent.ts'

const resourceOf = (call: Call): string => call.parameters.get('drbd_resource') ?? ''

/**
 * The agent's own scores: only Consistent; only a peer has good data; UpToDate here, the peer unknown; UpToDate here, and
 * Primary or all is known. So a Primary that has lost its disk is moved to its peer (seen on machines, too).
 */
const usualScores = '0 10 1000 10000'

/** 0 is no offer: while the peer may have newer data, nobody is to try. */
function score(ports: AgentPorts, call: Call): number | undefined {
  const site = siteOf(ports.drbd, resourceOf(call))
  const r = replicaOf(site, call.node)
  const words = (call.parameters.get('adjust_master_score') ?? usualScores).split(/\s+/)
  const [consistent, remote, alone, known] = words.map(Number)
  if (!r.up || (site.config.quorum && !r.hadQuorum)) return undefined
  if (r.disk === 'UpToDate') {
    const isKnown = r.role === 'Primary' || [...r.peers.values()].every(p => p.disk !== 'DUnknown')
    return isKnown ? known : alone
  }
  if (upToDatePeer(r)) return remote
  if (ports.bugs.has('promote-outdated-data')) return known
  return r.disk === 'Consistent' && consistent !== 0 ? consistent : undefined
}

function tell(ports: AgentPorts, call: Call): void {
  ports.setScore(call.node, call.rsc, score(ports, call))
}

function state(ports: AgentPorts, call: Call): number {
  const r = replicaOf(siteOf(ports.drbd, resourceOf(call)), call.node)
  return r.up ? (r.role === 'Primary' ? runningPromoted : ok) : notRunning
}

function tryPromotion(ports: AgentPorts, call: Call): Answer {
  const result = promote(ports.drbd, resourceOf(call), call.node)
  if (result.kind === 'again') return wait(1_000)
  if (result.kind === 'asking') return wait(250)
  if (result.kind === 'refused') {
    tell(ports, call)
    return done(genericError, result.why)
  }
  tell(ports, call)
  ports.phase(call.node, 'promotion', call.rsc)
  return done(ok)
}

/** wfc_timeout: so long `start` waits for its peers. */
const waitForConnections = (call: Call): number => Number(call.parameters.get('wfc_timeout') ?? '5') * 1_000

export const drbdAgent: AgentTable = {
  start: {
    takes: (ports, call) => {
      up(ports.drbd, resourceOf(call), call.node)
      return draw(ports, ports.durations.drbdStart)
    },
    finish: (ports, call) => {
      const r = replicaOf(siteOf(ports.drbd, resourceOf(call)), call.node)
      if (!r.diskless && r.disk === 'Diskless') return done(genericError, 'the backing disk cannot be attached')
      const waits = [...r.peers.values()].some(p => p.connection === 'Connecting')
      if (waits && ports.now() - call.startedAt < waitForConnections(call)) return wait(500)
      tell(ports, call)
      return done(ok)
    },
  },
  stop: {
    takes: ports => draw(ports, ports.durations.drbdStop),
    finish: (ports, call) => {
      const why = demote(ports.drbd, resourceOf(call), call.node) ?? down(ports.drbd, resourceOf(call), call.node)
      if (why) return wait(1_000)
      ports.setScore(call.node, call.rsc, undefined)
      return done(ok)
    },
  },
  promote: { takes: ports => draw(ports, ports.durations.drbdPromote), finish: tryPromotion },
  demote: {
    takes: ports => draw(ports, ports.durations.drbdDemote),
    finish: (ports, call) => {
      if (demote(ports.drbd, resourceOf(call), call.node)) return wait(1_000)
      tell(ports, call)
      return done(ok)
    },
  },
  monitor: {
    takes: ports => draw(ports, ports.durations.monitor),
    finish: (ports, call) => {
      if (state(ports, call) !== notRunning) tell(ports, call)
      return done(state(ports, call))
    },
  },
  notify: {
    takes: ports => draw(ports, ports.durations.drbdNotify),
    finish: (ports, call) => {
      if (state(ports, call) !== notRunning) tell(ports, call)
      return done(ok)
    },
  },
}
