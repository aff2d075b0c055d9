// The CIB of a partition: a change made by one member is everyone's, as long as the ring turns. While it does not, a
// change cannot be agreed upon, and whoever wants one waits. Source: Pacemaker Explained, "Configuration replication".
import type { Configuration } from '../../cib/types.ts'
import { statusOf, withConfiguration, withStatus } from './cib-copy.ts'
import type { Pacemaker } from './ports.ts'
import { controls, stackOf } from './ports.ts'
import type { CibCopy, Stack } from './types.ts'

/** Members of this node's partition whose Pacemaker runs, by node id. */
export const colleagues = (p: Pacemaker, node: string): Stack[] => {
  const members = p.ports.members(node)
  return p.ports.nodes
    .filter(other => members.includes(other) && p.ports.ringOf(other) === p.ports.ringOf(node) && controls(p, other))
    .map(other => stackOf(p, other))
}

/** Everyone who has joined the same coordinator holds this CIB from now on. */
export function publish(p: Pacemaker, by: Stack, cib: CibCopy): void {
  by.cib = cib
  for (const stack of colleagues(p, by.node)) if (stack.coordinator === by.coordinator) stack.cib = cib
}

/** A change of the configuration from a node: false where the partition cannot agree on it now, or has no quorum. */
export function changeConfiguration(p: Pacemaker, node: string, change: (c: Configuration) => Configuration): boolean {
  const stack = stackOf(p, node)
  if (!controls(p, node) || !p.ports.ringTurns(node) || !p.ports.quorate(node)) return false
  const coordinator = stack.coordinator
  if (coordinator === undefined || !p.ports.members(node).includes(coordinator)) return false
  const configuration = change(stack.cib.configuration)
  if (configuration === stack.cib.configuration) return true
  publish(p, stack, withConfiguration(stack.cib, configuration))
  return true
}

/** The coordinator reads what a node's executor and attribute manager hold. */
export function readNode(p: Pacemaker, coordinator: Stack, node: string): void {
  const stack = stackOf(p, node)
  const old = statusOf(coordinator.cib, node)
  const status = {
    ...old,
    inCcm: true,
    crmd: true,
    joined: true,
    expected: 'member' as const,
    attributes: new Map(stack.attributes),
    history: new Map(stack.records),
  }
  publish(p, coordinator, withStatus(coordinator.cib, node, status))
}
