// All kinds of service, in the order in which the reference lists them. Adding one: a file beside this one and a line here;
// docs/checklists/add-a-blueprint.md says how.
import { found } from '../base/assert.ts'
import { type SealedBlueprint, seal } from './blueprint.ts'
import { haproxy } from './haproxy.ts'
import { postgresql } from './postgresql.ts'

export const blueprints: readonly SealedBlueprint[] = [seal(postgresql), seal(haproxy)]

/** The decoder has made sure that there is such a kind. */
export const blueprintOf = (service: { readonly blueprint: string }): SealedBlueprint =>
  found(
    blueprints.find(blueprint => blueprint.name === service.blueprint),
    `blueprint ${service.blueprint}`,
  )
