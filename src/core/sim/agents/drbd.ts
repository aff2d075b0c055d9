// ocf:linbit:drbd: brings a resource up, promotes it, and tells Pacemaker by its score how good this replica would be as
// the Primary. Source: the agent's meta-data (adjust_master_score "5 10 1000 10000"), DRBD 9 User's Guide, "Pacemaker".
import { demote, down, promote, up } from '../drbd/device.ts'
import { replicaOf, siteOf, upToDatePeer } from '../drbd/ports.ts'
import type { AgentPorts, AgentTable, Answer, Call } from './agent.ts'
import { done, draw, genericError, notRunning, ok, runningPromoted, wait } from './agent.ts'

const resourceOf = (call: Call): string => call.parameters.get('drbd_resource') ?? ''

/** 5: only Consistent; 10: only a peer has good data; 1000: UpToDate here, the peer unknown; 10000: all known. */
export function score(ports: AgentPorts, res: string, node: string): number | undefined {
  const site = siteOf(ports.drbd, res)
  const r = replicaOf(site, node)
  if (!r.up || (site.config.quorum && !r.hadQuorum)) return undefined
  if (r.role === 'Primary') return 10_000
  if (r.disk === 'UpToDate') {
    const known = [...r.peers.values()].every(p => p.disk !== 'DUnknown')
    return known ? 10_000 : 1_000
  }
  if (upToDatePeer(r)) return 10
  if (r.disk === 'Consistent') return 5
  return ports.bugs.has('promote-outdated-data') ? 10_000 : undefined
}

function tell(ports: AgentPorts, call: Call): void {
  ports.setScore(call.node, call.rsc, score(ports, resourceOf(call), call.node))
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

export const drbdAgent: AgentTable = {
  start: {
    takes: (ports, call) => {
      up(ports.drbd, resourceOf(call), call.node)
      return draw(ports, ports.durations.drbdStart)
    },
    finish: (ports, call) => {
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
