// How a machine can fail to answer. The transport tells it, and it is a trouble as it stands: its sentences are in
// core/plan/trouble-text.ts with the others.
import type { Milliseconds, NodeName } from '../base/units.ts'

export type TransportFailure =
  | { readonly kind: 'unreachable'; readonly node: NodeName; readonly detail: string }
  | { readonly kind: 'host-key'; readonly node: NodeName; readonly detail: string }
  | { readonly kind: 'authentication'; readonly node: NodeName; readonly detail: string }
  | { readonly kind: 'sudo'; readonly node: NodeName; readonly detail: string }
  | { readonly kind: 'timed-out'; readonly node: NodeName; readonly command: string; readonly after: Milliseconds }
  | { readonly kind: 'connection-lost'; readonly node: NodeName; readonly command: string; readonly detail: string }
  | { readonly kind: 'aborted'; readonly node: NodeName; readonly command: string }
  /** Neither memory nor disk takes even the temporary file of a question. */
  | { readonly kind: 'no-room'; readonly node: NodeName; readonly detail: string }
  /** The file is there and could not be read (an I/O error). */
  | { readonly kind: 'unreadable'; readonly node: NodeName; readonly path: string; readonly detail: string }
