// Bundles unfolded: per replica a container, an address, a connection to the guest node inside, and the inner primitive.
// Source: "Pacemaker Explained" 2.1, "Bundles – Containerized Resources".
import type { Bundle } from '../../cib/types.ts'
import type { Resource } from '../model.ts'
import type { Unpacked } from '../world.ts'

export function unfoldBundle(_world: Unpacked, _resource: Resource, _source: Bundle): void {
  // Filled in below.
}
