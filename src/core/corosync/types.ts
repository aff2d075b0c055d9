// corosync.conf: as a tree of sections, in order, and as what Holdfast and its simulator understand of it.
// Source: corosync.conf(5), votequorum(5), corosync-qdevice(8).
import type { Milliseconds } from '../base/units.ts'

export interface Entry {
  readonly kind: 'entry'
  readonly key: string
  readonly value: string
}

export interface Section {
  readonly kind: 'section'
  readonly name: string
  readonly children: readonly (Entry | Section)[]
}

export interface CorosyncConfig {
  readonly clusterName: string
  readonly transport: 'knet' | 'udpu' | 'udp'
  readonly cryptoCipher: string
  readonly cryptoHash: string
  /** As configured; with three and more nodes Corosync adds 650 ms for each beyond the second. */
  readonly token: Milliseconds
  readonly consensus: Milliseconds
  readonly nodes: readonly CorosyncNode[]
  readonly quorum: QuorumConfig
}

export interface CorosyncNode {
  readonly name: string
  readonly id: number
  /** ring0_addr, ring1_addr, … */
  readonly links: readonly string[]
  /** quorum_votes; 1 where not given. */
  readonly votes: number
}

export interface QuorumConfig {
  readonly twoNode: boolean
  readonly waitForAll: boolean
  readonly autoTieBreaker: boolean
  readonly lastManStanding: boolean
  readonly device?: QuorumDevice
}

export interface QuorumDevice {
  readonly host: string
  readonly algorithm: 'ffsplit' | 'lms'
  readonly votes: number
}
