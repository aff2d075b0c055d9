// When is a cluster at rest? When nothing is under way, and no monitor would find anything that is not known already: so
// the end of a run need not wait for the slowest monitor. And when are two clusters in the same state?

import { lookAt } from './agents/agent.ts'
import { agentOf } from './agents/registry.ts'
import { settled } from './boot.ts'
import { keyOf } from './memo.ts'
import { forScheduler } from './pacemaker/cib-copy.ts'
import { depthOf, parameters, primitive } from './pacemaker/ports.ts'
import type { RecurringOperation, Stack } from './pacemaker/types.ts'
import type { Sim } from './sim.ts'
import { speaker } from './snapshot.ts'

/** Nothing is under way, and nothing waits to be found. Asked again and again, it looks first where it last found something. */
export function restOf(sim: Sim): () => boolean {
  let last: readonly [node: string, key: string] | undefined
  const isNews = (node: string, key: string): boolean => {
    const stack = sim.state.pacemaker.stacks.get(node)
    const recurring = stack?.recurring.get(key)
    return stack !== undefined && recurring !== undefined && isWatched(sim, stack) && !finds(sim, stack, recurring)
  }
  return () => {
    if (!settled(sim) || !connectionsKnown(sim) || (last && isNews(...last))) return false
    last = newsOf(sim)
    return last === undefined
  }
}

/** A connection that counts as up, but does not answer, is about to be noticed. */
const connectionsKnown = (sim: Sim): boolean =>
  [...sim.state.drbd.resources.values()].every(({ config, replicas }) =>
    [...replicas.values()].every(
      r =>
        !sim.answers(r.node) ||
        [...r.peers.values()].every(
          p => p.connection !== 'Connected' || sim.drbd.ports.reachable(r.node, p.node, config.link),
        ),
    ),
  )

const isWatched = (sim: Sim, stack: Stack): boolean => stack.running === 'up' && sim.answers(stack.node)

/** The first repeated monitor that would not say what it said last time. */
function newsOf(sim: Sim): readonly [node: string, key: string] | undefined {
  for (const stack of sim.state.pacemaker.stacks.values())
    if (isWatched(sim, stack))
      for (const [key, recurring] of stack.recurring) if (!finds(sim, stack, recurring)) return [stack.node, key]
  return undefined
}

function finds(sim: Sim, stack: Stack, recurring: RecurringOperation): boolean {
  const of = primitive(stack, recurring.rsc)
  if (!of) return true
  const call = {
    node: stack.node,
    rsc: of.id,
    operation: recurring.operation,
    parameters: parameters(of),
    look: 1,
    startedAt: sim.now(),
    depth: depthOf(of, recurring.operation, recurring.interval),
  }
  const answer = lookAt(agentOf(of), sim.pacemaker.ports.agents, call)
  return answer.kind === 'done' && answer.rc === recurring.lastRc
}

/** The same text for two clusters at rest means: what comes next will be the same, but for the dice and the amounts. */
export function stateKey(sim: Sim): string {
  const { machines, hosts, disks, drbd, membership, network, pacemaker } = sim.state
  const stack = speaker(sim)
  return [
    ...[...machines.values()].map(m => `${m.name} ${m.power} ${m.paused} ${m.clockOffset !== 0}`),
    ...[...hosts.values()].map(h =>
      [
        h.node,
        ...h.mounts.keys(),
        ...[...h.processes.values()].map(p => `${p.rsc}${p.state}`),
        ...h.addresses.keys(),
        ...h.misbehaving,
      ].join(),
    ),
    ...[...disks].map(([name, disk]) => `${name} ${disk.health}`),
    ...[...drbd.resources.values()].flatMap(site =>
      [...site.replicas.values()].map(r =>
        [
          r.node,
          r.up,
          r.role,
          r.disk,
          r.suspendedByFencing,
          ...[...r.peers.values()].map(p => `${p.connection} ${p.disk}`),
        ].join(),
      ),
    ),
    ...[...membership.nodes].map(([node, m]) => [node, m.up, m.frozen, ...m.members, m.quorum.quorate].join()),
    ...[...network.cables]
      .filter(([, c]) => !c.up || c.loss > 0 || c.delay > 1)
      .map(([name, c]) => `${name} ${c.up} ${c.loss} ${c.delay}`),
    ...[...pacemaker.fencing.devices].map(([name, d]) => `${name} ${d.state}`),
    String(membership.witnessUp),
    ...(stack
      ? [
          stack.node,
          ...stack.cib.configuration.constraints.map(c => c.id),
          keyOf(forScheduler(stack.cib, { quorate: true, coordinator: stack.coordinator ?? '' }), sim.instant()),
        ]
      : []),
  ].join('\n')
}
