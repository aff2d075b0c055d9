// A bundle's replicas: containers first, then addresses and connections, then what runs inside.
// Source: "Pacemaker Explained" 2.1, "Bundles – Containerized Resources".
import type { ClusterNode, Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'

export function assignBundle(
  _world: Unpacked,
  _rsc: Resource,
  _prefer: ClusterNode | undefined,
): ClusterNode | undefined {
  return undefined
}
