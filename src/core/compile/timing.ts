// The timing profiles as figures. Only token and consensus are changed in Corosync, as its manual asks.
// Source: best practice, "Timing"; corosync.conf(5): on two nodes a consensus above join (50 ms) and below token is safe.
import { type Milliseconds, milliseconds, seconds } from '../base/units.ts'
import type { Cluster, TimingProfile } from '../model/types.ts'

export interface Timing {
  readonly token: Milliseconds
  readonly consensus: Milliseconds
  /** DRBD's own words and units: ping-int and connect-int in s, timeout and ping-timeout in 0.1 s. */
  readonly replication: Readonly<Record<'ping-int' | 'ping-timeout' | 'timeout' | 'connect-int', string>>
  /** How long fencing of the node with the more important services is held back on two nodes. It is part of every
   *  failover, so it is as short as the other node's shot may be late: two fence agents that start together do not
   *  differ by more. */
  readonly fencingHead: Milliseconds
  /** The same for one fixed node, for the case that both have the same; at most half of `fencingHead`. */
  readonly tieBreak: Milliseconds
}

const patient = { 'ping-int': '10', 'ping-timeout': '5', timeout: '60', 'connect-int': '10' }

const profiles: Readonly<Record<TimingProfile, Timing>> = {
  'lan-fast': {
    token: milliseconds(1_000),
    consensus: milliseconds(1_200),
    replication: { 'ping-int': '3', 'ping-timeout': '5', timeout: '25', 'connect-int': '3' },
    fencingHead: seconds(2),
    tieBreak: seconds(1),
  },
  balanced: {
    token: milliseconds(3_000),
    consensus: milliseconds(3_600),
    replication: patient,
    fencingHead: seconds(3),
    tieBreak: seconds(1),
  },
  cloud: {
    token: milliseconds(20_000),
    consensus: milliseconds(24_000),
    replication: { ...patient, 'ping-timeout': '30' },
    fencingHead: seconds(10),
    tieBreak: seconds(5),
  },
}

export function timingOf(cluster: Cluster): Timing {
  const timing = profiles[cluster.timing]
  return cluster.nodes.length === 2 ? { ...timing, consensus: milliseconds(timing.token / 4) } : timing
}
