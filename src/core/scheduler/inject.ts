// Events on a CIB, as crm_simulate injects them: a node comes or goes or fails, an operation result appears,
// quorum is lost, a ticket changes hands. The status section changes, the configuration never does.
import type { Checked } from '../base/result.ts'
import type { Cib } from '../cib/types.ts'

export type Event =
  | { readonly kind: 'node-up' | 'node-down' | 'node-fail'; readonly node: string }
  /** RSC_OP_INTERVAL@NODE=RC[,outcome], as crm_simulate reads it; interval in milliseconds. */
  | { readonly kind: 'op-inject'; readonly spec: string }
  | { readonly kind: 'quorum'; readonly value: boolean }
  | { readonly kind: 'ticket-grant' | 'ticket-revoke' | 'ticket-standby' | 'ticket-activate'; readonly ticket: string }

export function inject(cib: Cib, _events: readonly Event[]): Checked<Cib> {
  return { value: cib, problems: [] }
}
