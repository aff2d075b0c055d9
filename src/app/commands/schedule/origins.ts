// Where the constraints of a compiled configuration come from: lines of the cluster file, for explanations.
import type { Span } from '../../../core/base/result.ts'
import type { Cib, Constraint } from '../../../core/cib/types.ts'
import { type Owner, owners } from '../../../core/model/names.ts'
import { decode } from '../../../core/spec/decode.ts'

type Path = readonly string[]

/** By the constraint's id; what an administrator added by hand is not in the file, and not in the map. */
export function origins(text: string, file: string, cib: Cib): ReadonlyMap<string, Span> {
  const { value, locate } = decode(text, file)
  const found = new Map<string, Span>()
  if (!value) return found
  const known = owners(value)
  for (const constraint of cib.configuration.constraints) {
    const path = pathOf(constraint, known)
    const at = path && locate(path, 'key')
    if (at) found.set(constraint.id, at)
  }
  return found
}

function pathOf(constraint: Constraint, known: ReadonlyMap<string, Owner>): Path | undefined {
  const { id } = constraint
  switch (constraint.kind) {
    case 'location':
      return /^(?:prefer|apart)-/.test(id) ? locationPath(known.get(constraint.rsc ?? '')) : undefined
    case 'colocation':
      return id.startsWith('together-') ? tiePath(known, constraint.rsc, constraint.withRsc, 'with') : undefined
    case 'order':
      return id.startsWith('order-') ? tiePath(known, constraint.thenRsc, constraint.firstRsc, 'after') : undefined
    default:
      return undefined
  }
}

function locationPath(owner: Owner | undefined): Path | undefined {
  if (owner?.kind === 'service') return ['services', owner.service.name, 'prefer']
  return owner?.kind === 'fence' ? ['nodes', owner.node.name, 'fence'] : undefined
}

/** A service names the volumes that it uses, and the services that it is with or after. */
function tiePath(
  known: ReadonlyMap<string, Owner>,
  id: string | undefined,
  other: string | undefined,
  key: 'with' | 'after',
): Path | undefined {
  const [owner, partner] = [known.get(id ?? ''), known.get(other ?? '')]
  if (owner?.kind !== 'service') return undefined
  if (partner?.kind === 'volume') return ['services', owner.service.name, 'volumes']
  return partner?.kind === 'service' && partner.service !== owner.service
    ? ['services', owner.service.name, key]
    : undefined
}
