// What runs on a machine besides the cluster software: mounts, processes and addresses. All of it is gone with the power.
// An application remembers on its replicated volume whether it was stopped cleanly and how much WAL a crash would replay.

export interface Mount {
  readonly directory: string
  readonly rsc: string
  /** The DRBD resource below it; absent for a local disk. */
  readonly volume: string | undefined
}

export interface Process {
  readonly rsc: string
  state: 'running' | 'frozen'
  /** The DRBD resource that holds its data. */
  readonly volume: string | undefined
}

export interface Host {
  readonly node: string
  readonly mounts: Map<string, Mount>
  readonly processes: Map<string, Process>
  /** Address → since when; the last to announce itself is where the neighbours send their packets. */
  readonly addresses: Map<string, number>
  /** Agents that misbehave here, by resource. */
  readonly misbehaving: Map<string, 'hang' | 'lying'>
}

export const host = (node: string): Host => ({
  node,
  mounts: new Map(),
  processes: new Map(),
  addresses: new Map(),
  misbehaving: new Map(),
})

export function emptyHost(h: Host): void {
  h.mounts.clear()
  h.processes.clear()
  h.addresses.clear()
}

/** On the volume, not in a machine: survives every crash. */
export interface VolumeContent {
  cleanlyStopped: boolean
  /** Bytes since the last checkpoint. */
  wal: number
  checkpointAt: number
}
