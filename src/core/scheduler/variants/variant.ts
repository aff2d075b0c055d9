// The kinds of resource behind one interface: the phases know no more of them than this.
import type { Resource } from '../model.ts'
import type { Assign } from '../world.ts'
import { assignBundle } from './bundle.ts'
import { assignClone } from './clone.ts'
import { assignGroup } from './group.ts'
import { assignPrimitive } from './primitive.ts'

export interface Variant {
  readonly assign: Assign
}

export const variants: Readonly<Record<Resource['kind'], Variant>> = {
  primitive: { assign: assignPrimitive },
  group: { assign: assignGroup },
  clone: { assign: assignClone },
  bundle: { assign: assignBundle },
}

export const assign: Assign = (world, rsc, prefer) => variants[rsc.kind].assign(world, rsc, prefer)
