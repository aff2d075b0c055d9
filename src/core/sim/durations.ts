// How long things take in the simulated world, in milliseconds, as ranges from which a run draws evenly. One table, so
// that a lab run can calibrate it: a calibration file holds the same names with measured ranges.
// The defaults are of small virtual machines without KVM, and of agents that poll once a second.

export type Range = readonly [low: number, high: number]

export interface Durations {
  /** Power to login. */
  readonly boot: Range
  /** Login to Corosync's first ring; systemd starts Pacemaker after it. */
  readonly corosyncStart: Range
  readonly pacemakerStart: Range
  readonly election: Range
  readonly join: Range
  /** One decision of the scheduler, with the CIB's round trip. */
  readonly decision: Range
  /** A message from the coordinator to an executor and back. */
  readonly dispatch: Range
  readonly fenceOff: Range
  readonly fenceMonitor: Range
  readonly drbdStart: Range
  readonly drbdPromote: Range
  readonly drbdDemote: Range
  readonly drbdStop: Range
  readonly drbdNotify: Range
  /** One look of the fence-peer handler at the cluster. */
  readonly fencePeer: Range
  readonly mount: Range
  readonly unmount: Range
  readonly postgresStart: Range
  readonly postgresStop: Range
  readonly addressStart: Range
  readonly addressStop: Range
  readonly serviceStart: Range
  readonly serviceStop: Range
  readonly monitor: Range
  readonly diskWrite: Range
  /** What the client needs to notice that its address answers again. */
  readonly clientReconnect: Range
}

export const defaultDurations: Durations = {
  boot: [18_000, 26_000],
  corosyncStart: [1_000, 2_000],
  pacemakerStart: [1_500, 2_500],
  election: [100, 400],
  join: [200, 500],
  decision: [20, 60],
  dispatch: [2, 8],
  fenceOff: [1_500, 3_000],
  fenceMonitor: [700, 1_500],
  drbdStart: [600, 1_200],
  drbdPromote: [150, 400],
  drbdDemote: [100, 250],
  drbdStop: [150, 400],
  drbdNotify: [60, 150],
  fencePeer: [200, 400],
  mount: [250, 700],
  unmount: [250, 900],
  postgresStart: [1_100, 2_100],
  postgresStop: [1_100, 2_100],
  addressStart: [80, 200],
  addressStop: [60, 150],
  serviceStart: [500, 1_500],
  serviceStop: [300, 1_000],
  monitor: [60, 250],
  diskWrite: [0.3, 1.2],
  clientReconnect: [50, 300],
}

/** PostgreSQL replays so many bytes of WAL in a second after a crash, and a transaction writes so many. */
export const walReplayRate: number = 32 * 2 ** 20
export const walPerWrite: number = 16 * 2 ** 10

/** A calibration: measured ranges for some of the names. Unknown names and impossible ranges are refused by the caller. */
export type Calibration = Partial<Durations>
export const calibrated = (calibration: Calibration): Durations => ({ ...defaultDurations, ...calibration })

/** Every range drawn together to its middle: what is typical, and the same each time. */
export function typical(durations: Durations): Durations {
  const out: Record<string, Range> = {}
  for (const [name, [low, high]] of Object.entries(durations)) out[name] = [(low + high) / 2, (low + high) / 2]
  return { ...durations, ...out }
}
