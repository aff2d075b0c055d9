// A DRBD configuration: as a tree of statements, in order, and as what Holdfast and its simulator understand of one
// resource. Source: drbd.conf-8.4(5), drbd.conf-9.0(5).

/** `words…;` */
export interface Option {
  readonly kind: 'option'
  readonly words: readonly string[]
}

/** `words… { body }` */
export interface Section {
  readonly kind: 'section'
  readonly words: readonly string[]
  readonly body: readonly Statement[]
}
export type Statement = Option | Section

export interface DrbdResource {
  readonly name: string
  readonly hosts: readonly DrbdHost[]
  /** One address per host for each path, hosts in the order of `hosts`. DRBD 8.4 knows exactly one path. */
  readonly paths: readonly (readonly DrbdAddress[])[]
  /** Options by section; a word without a value has the value ''. */
  readonly net: Options
  readonly disk: Options
  readonly options: Options
  readonly handlers: Options
}

export type Options = Readonly<Record<string, string>>

export interface DrbdHost {
  readonly name: string
  /** DRBD 9's node-id; absent in 8.4. */
  readonly id?: number
  readonly volumes: readonly DrbdVolume[]
}

export interface DrbdVolume {
  readonly number: number
  readonly minor: number
  /** The backing device; absent for a diskless host. */
  readonly disk?: string
}

export interface DrbdAddress {
  readonly host: string
  readonly address: string
  readonly port: number
}
