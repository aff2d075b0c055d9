// Small words about roles that several phases share.
import type { RoleName } from '../decision.ts'
import { type Resource, Role } from '../model.ts'

export function setNextRole(resource: Resource, role: Role, why: string): void {
  resource.nextRole = role
  resource.nextRoleReason = why
}

/** "Master" and "Slave" are the old words. */
export function roleNamed(text: string | undefined): Role {
  switch (text?.toLowerCase()) {
    case 'stopped':
      return Role.stopped
    case 'started':
      return Role.started
    case 'unpromoted':
    case 'slave':
      return Role.unpromoted
    case 'promoted':
    case 'master':
      return Role.promoted
    default:
      return Role.unknown
  }
}

const names: Readonly<Record<Role, RoleName>> = {
  [Role.unknown]: 'Unknown',
  [Role.stopped]: 'Stopped',
  [Role.started]: 'Started',
  [Role.unpromoted]: 'Unpromoted',
  [Role.promoted]: 'Promoted',
}
export const roleName = (role: Role): RoleName => names[role]

/** The outermost clone, group or bundle that a resource is part of; itself where there is none. */
export function uberParent(resource: Resource): Resource {
  let top = resource
  while (top.parent && top.parent.kind !== 'bundle') top = top.parent
  return top
}

/** The same, a bundle included. */
export function topmost(resource: Resource): Resource {
  let top = resource
  while (top.parent) top = top.parent
  return top
}

/** What target-role asks for, where it means anything. */
export function targetRole(resource: Resource): Role | undefined {
  const text = resource.meta.get('target-role')
  if (text === undefined || text.toLowerCase() === 'default' || text.toLowerCase() === 'started') return undefined
  const role = roleNamed(text)
  if (role === Role.unknown) return undefined
  if (role > Role.started) {
    // "Promoted" is what a promotable clone does anyway; elsewhere it has no meaning.
    if (!uberParent(resource).promotable) return undefined
    if (role > Role.unpromoted) return undefined
  }
  return role
}

export const isBundled = (resource: Resource): boolean =>
  topmost(resource).kind === 'bundle' && resource.kind !== 'bundle'

/** A clone whose instances have no identity of their own. */
export const isAnonymousClone = (resource: Resource): boolean => resource.kind === 'clone' && !resource.unique
