// What can be wrong with the world when a plan is made or carried out, as data that carries the facts. The sentences are
// in trouble-text.ts; every kind has one there, and a test walks them all.
import type { Bytes, Milliseconds, NodeName } from '../base/units.ts'
import type { TransportFailure } from '../live/transport-failure.ts'

export type Trouble =
  | TransportFailure
  // The machine itself.
  | {
      readonly kind: 'package-absent'
      readonly node: NodeName
      readonly packages: readonly string[]
      readonly detail: string
    }
  | { readonly kind: 'engine-absent'; readonly node: NodeName; readonly engine: string; readonly package: string }
  | { readonly kind: 'fence-agent-absent'; readonly node: NodeName; readonly agent: string }
  | {
      readonly kind: 'clock-apart'
      readonly nodes: readonly NodeName[]
      readonly apart: Milliseconds
      readonly limit: Milliseconds
    }
  | { readonly kind: 'clock-alone'; readonly node: NodeName }
  | {
      readonly kind: 'name-wrong'
      readonly node: NodeName
      readonly name: string
      readonly expected: string
      readonly found: readonly string[]
    }
  | { readonly kind: 'address-absent'; readonly node: NodeName; readonly address: string }
  | { readonly kind: 'network-absent'; readonly node: NodeName; readonly address: string }
  | { readonly kind: 'port-taken'; readonly node: NodeName; readonly port: number; readonly by: string }
  | {
      readonly kind: 'port-blocked'
      readonly from: NodeName
      readonly to: NodeName
      readonly what: string
      /** TCP, of the other end. */
      readonly address: string
      readonly port: number
      /** To a plain connection. */
      readonly answer: 'answers' | 'refused' | 'no-route' | 'silent'
    }
  | {
      readonly kind: 'firewall-closed'
      readonly node: NodeName
      readonly firewall: string
      readonly openings: readonly string[]
      /** To be typed there. */
      readonly lines: readonly string[]
      /** False: a rule that was not understood may be what lets them in. */
      readonly certain: boolean
    }
  | {
      readonly kind: 'disk-full'
      readonly node: NodeName
      readonly path: string
      readonly free: Bytes
      readonly needed: Bytes
    }
  | {
      readonly kind: 'memory-short'
      readonly node: NodeName
      readonly there: Bytes
      readonly needed: Bytes
      /** `shared_buffers of db`. */
      readonly by: readonly string[]
    }
  | { readonly kind: 'disk-filled'; readonly node: NodeName; readonly step: string; readonly detail: string }
  | {
      readonly kind: 'ids-differ'
      readonly user: string
      readonly ids: readonly { readonly node: NodeName; readonly id: string }[]
    }
  // Storage.
  | { readonly kind: 'device-absent'; readonly node: NodeName; readonly device: string }
  | { readonly kind: 'device-in-use'; readonly node: NodeName; readonly device: string; readonly by: string }
  | {
      readonly kind: 'device-too-small'
      readonly node: NodeName
      readonly device: string
      readonly size: Bytes
      readonly needed: Bytes
    }
  | {
      readonly kind: 'device-carries'
      readonly node: NodeName
      readonly device: string
      readonly volume: string
      readonly signatures: readonly string[]
    }
  | { readonly kind: 'group-absent'; readonly node: NodeName; readonly group: string }
  | {
      readonly kind: 'group-full'
      readonly node: NodeName
      readonly group: string
      readonly free: Bytes
      readonly needed: Bytes
    }
  | { readonly kind: 'split-brain'; readonly volume: string; readonly nodes: readonly NodeName[] }
  // The cluster.
  | { readonly kind: 'fence-refused'; readonly device: string; readonly target: NodeName; readonly detail: string }
  | { readonly kind: 'cib-conflict'; readonly node: NodeName; readonly expected: string; readonly found: string }
  | { readonly kind: 'cib-refused'; readonly node: NodeName; readonly detail: string }
  | { readonly kind: 'not-joined'; readonly node: NodeName; readonly waited: Milliseconds; readonly detail: string }
  | { readonly kind: 'not-proven'; readonly node: NodeName; readonly what: string; readonly detail: string }
  | { readonly kind: 'held-by-handler'; readonly resource: string; readonly constraint: string }
  // Ours.
  | { readonly kind: 'locked'; readonly node: NodeName; readonly holder: string }
  | { readonly kind: 'secret-absent'; readonly name: string; readonly detail: string }
  | { readonly kind: 'unseen'; readonly node: NodeName; readonly what: string; readonly detail: string }
  | {
      readonly kind: 'step-failed'
      readonly node: NodeName
      readonly step: string
      readonly exitCode: number
      readonly detail: string
    }

export type TroubleKind = Trouble['kind']
