// What differs between two configurations, element by element: what appears, disappears or changes, to which resource it
// belongs, and what that costs a service that runs. The full text diff is made beside it, for the eye.
import { type Element, elementsOf } from '../xml/types.ts'
import { comparable, printed, redacted } from './cib-merge.ts'
import { textDiff } from './text-diff.ts'
import type { Hazard, HazardLevel } from './types.ts'
import { hazardLevels } from './types.ts'

export interface CibChange {
  readonly change: 'absent' | 'changed' | 'surplus'
  readonly element: string
  readonly id: string
  /** The primitive, group or clone that it is part of. */
  readonly resource?: string
  readonly section: string
  /** `db-server: pgport 5433 → 5432`. */
  readonly summary: string
  readonly fencing: boolean
}

export interface CibDifference {
  readonly changes: readonly CibChange[]
  readonly text: readonly string[]
}

interface Place {
  readonly element: Element
  readonly section: string
  readonly parent: string
  readonly resource?: string
  readonly fencing: boolean
}

export function cibDifference(wanted: Element, actual: Element): CibDifference {
  const [want, have] = [comparable(redacted(wanted)), comparable(redacted(actual))]
  const [places, there] = [flatten(comparable(wanted)), flatten(comparable(actual))]
  const changes: CibChange[] = []
  for (const [key, place] of places) {
    const old = there.get(key)
    if (!old) {
      if (!places.has(place.parent) || there.has(place.parent))
        changes.push(change('absent', key, place, 'is not there'))
    } else changes.push(...compare(key, place, old))
  }
  for (const [key, place] of there)
    if (!places.has(key) && (!there.has(place.parent) || places.has(place.parent)))
      changes.push(change('surplus', key, place, 'is not in the cluster file'))
  return { changes, text: changes.length === 0 ? [] : textDiff(printed(have), printed(want)) }
}

/** Elements by id; one without an id by its place below the next one that has one. */
function flatten(configuration: Element): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  const walk = (element: Element, parent: string, above: Pick<Place, 'section' | 'resource' | 'fencing'>): void => {
    const id = element.attributes.get('id') ?? element.attributes.get('id-ref')
    const key = id !== undefined && !references.has(element.name) ? id : `${parent}/${element.name}:${id ?? ''}`
    const isResource = resourceNames.has(element.name)
    const fencing =
      above.fencing || element.attributes.get('class') === 'stonith' || above.section === 'fencing-topology'
    const resource = isResource ? id : above.resource
    const here = { section: above.section, fencing, ...(resource === undefined ? {} : { resource }) }
    places.set(key, { element, parent, ...here })
    for (const child of elementsOf(element)) walk(child, key, here)
  }
  for (const section of elementsOf(configuration))
    for (const child of elementsOf(section)) walk(child, section.name, { section: section.name, fencing: false })
  return places
}
const references = new Set(['resource_ref', 'obj_ref'])
const resourceNames = new Set(['primitive', 'group', 'clone', 'master', 'bundle', 'template'])

function compare(key: string, wanted: Place, actual: Place): CibChange[] {
  const found: CibChange[] = []
  const names = new Set([...wanted.element.attributes.keys(), ...actual.element.attributes.keys()])
  for (const name of [...names].sort()) {
    const [want, have] = [wanted.element.attributes.get(name), actual.element.attributes.get(name)]
    if (want !== have) found.push(change('changed', key, wanted, changedText(wanted.element, name, want, have)))
  }
  if (wanted.parent !== actual.parent || wanted.element.name !== actual.element.name)
    found.push(change('changed', key, wanted, `stands under ${actual.parent}, and belongs under ${wanted.parent}`))
  const order = (place: Place): string =>
    elementsOf(place.element)
      .map(child => child.attributes.get('id'))
      .sort()
      .join()
  const exact = (place: Place): string =>
    elementsOf(place.element)
      .map(child => child.attributes.get('id'))
      .join()
  if (ordered.has(wanted.element.name) && order(wanted) === order(actual) && exact(wanted) !== exact(actual))
    found.push(change('changed', key, wanted, 'has its members in another order'))
  return found
}
const ordered = new Set(['group', 'resource_set'])

function changedText(element: Element, name: string, want: string | undefined, have: string | undefined): string {
  const shown = redacted(element).attributes.get(name) === want
  const what = element.name === 'nvpair' && name === 'value' ? (element.attributes.get('name') ?? name) : name
  return shown ? `${what} is ${have ?? 'not set'}, not ${want ?? 'unset'}` : `${what} is another (secret)`
}

function change(kind: CibChange['change'], key: string, place: Place, text: string): CibChange {
  const { element, section, resource, fencing } = place
  const label =
    element.name === 'nvpair'
      ? `${element.attributes.get('name')}`
      : `${element.name} ${element.attributes.get('id') ?? ''}`.trim()
  const isValue = kind === 'changed' && element.name === 'nvpair'
  const where = resource !== undefined && resource !== key ? `${resource}: ` : ''
  const summary = where + (isValue ? text : `${label} ${text}`)
  return {
    change: kind,
    element: element.name,
    id: key,
    section,
    summary,
    fencing,
    ...(resource === undefined ? {} : { resource }),
  }
}

/** What giving Pacemaker the wanted configuration may cost now. */
export function cibHazard(changes: readonly CibChange[]): Hazard {
  let worst: Hazard = { level: 'none', why: '' }
  for (const one of changes) {
    const hazard = hazardOf(one)
    if (hazardLevels.indexOf(hazard.level) > hazardLevels.indexOf(worst.level)) worst = hazard
  }
  return worst
}

function hazardOf(one: CibChange): Hazard {
  const hazard = (level: HazardLevel, why: string): Hazard => ({ level, why })
  if (one.fencing || one.section === 'op_defaults' || one.section === 'rsc_defaults') return { level: 'none', why: '' }
  if (one.change === 'surplus' && one.resource === one.id)
    return hazard('outage', `${one.id} is stopped: it is not in the cluster file`)
  if (one.section === 'resources' && one.change !== 'absent' && one.element !== 'op')
    return hazard('short-outage', `${one.resource ?? one.id} is restarted where it runs (${one.summary})`)
  if (one.section === 'constraints' && one.change !== 'absent')
    return hazard('short-outage', `services may move (${one.summary})`)
  return { level: 'none', why: '' }
}

/** Does this configuration run DRBD resource `resource`? */
export function runsDrbd(configuration: Element, resource: string): boolean {
  const holds = (element: Element): boolean =>
    (element.name === 'nvpair' &&
      element.attributes.get('name') === 'drbd_resource' &&
      element.attributes.get('value') === resource) ||
    elementsOf(element).some(holds)
  return holds(configuration)
}

export const hasResources = (configuration: Element): boolean =>
  elementsOf(configuration).some(section => section.name === 'resources' && elementsOf(section).length > 0)
