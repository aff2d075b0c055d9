// Successive snapshots → lanes: for each node, replica and service the stretches of time in one state.
import type { Instant, NodeName } from '../base/units.ts'
import type { Snapshot } from '../live/snapshot.ts'
import { placesOf } from './conditions.ts'
import type { Lane } from './report.ts'
import type { Vocabulary } from './types.ts'

export function lanesOf(snapshots: readonly Snapshot[], vocabulary: Vocabulary, ended: Instant): Lane[] {
  const lane = (subject: Lane['subject'], state: (snapshot: Snapshot) => string): Lane => ({
    subject,
    spans: spansOf(
      snapshots.map(snapshot => ({ at: snapshot.at, state: state(snapshot) })),
      ended,
    ),
  })
  return [
    ...vocabulary.nodes.map(node => lane({ kind: 'node', node }, snapshot => nodeState(snapshot, node))),
    ...vocabulary.volumes.flatMap(resource =>
      vocabulary.nodes
        .filter(node => snapshots.some(s => s.replicas.some(r => r.node === node && r.resource === resource)))
        .map(node => lane({ kind: 'replica', node, resource }, snapshot => replicaState(snapshot, node, resource))),
    ),
    ...vocabulary.services.map(({ name }) =>
      lane(
        { kind: 'service', service: name },
        snapshot => placesOf(name, { snapshot, vocabulary, since: snapshot.at }).join(', ') || 'stopped',
      ),
    ),
  ]
}

function nodeState(snapshot: Snapshot, name: NodeName): string {
  const node = snapshot.nodes.find(n => n.name === name)
  if (!node) return 'unknown'
  return node.membership === 'online' && node.standby ? 'standby' : node.membership
}

function replicaState(snapshot: Snapshot, node: NodeName, resource: string): string {
  const replica = snapshot.replicas.find(r => r.node === node && r.resource === resource)
  return replica ? `${replica.role} ${replica.disk}` : 'unknown'
}

function spansOf(states: readonly { readonly at: Instant; readonly state: string }[], ended: Instant): Lane['spans'] {
  const spans: { from: Instant; to: Instant; state: string }[] = []
  for (const { at, state } of states) {
    const last = spans.at(-1)
    if (last && last.state === state) last.to = at
    else {
      if (last) last.to = at
      spans.push({ from: at, to: at, state })
    }
  }
  const last = spans.at(-1)
  if (last) last.to = ended
  return spans
}
