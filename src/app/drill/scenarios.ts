// Which scenario, about which service: a name of the catalog or the path of a file, and the service it is played on.
import { existsSync, readFileSync } from 'node:fs'
import { closest } from '../../core/base/suggest.ts'
import { catalog } from '../../core/drill/catalog.ts'
import type { Cluster, Service } from '../../core/model/types.ts'
import type { ScenarioSource } from './lab-drill.ts'

/** Undefined, and said on standard error, where there is none of that name. */
export function scenarioSource(name: string): ScenarioSource | undefined {
  const known = catalog.find(entry => entry.name === name)
  if (known) return { name, text: service => known.text(service.name, service.volumes[0] ?? service.name) }
  if (existsSync(name)) {
    const text = readFileSync(name, 'utf8')
    return { name, text: () => text }
  }
  const near = closest(
    name,
    catalog.map(s => s.name),
  )
  console.error(
    `holdfast: there is no scenario "${name}".${near ? ` Did you mean "${near}"?` : ''}\n  holdfast drill --list`,
  )
  return undefined
}

/** The named service, or the first one that keeps data; in the simulator `orAny` other one will do for a text of one's own. */
export function chosenService(cluster: Cluster, name: string | undefined, orAny = false): Service | undefined {
  const named = cluster.services.find(s => (name === undefined ? s.volumes.length > 0 : s.name === name))
  const service = named ?? (orAny && name === undefined ? cluster.services[0] : undefined)
  if (service) return service
  const names = cluster.services.map(s => s.name)
  const near = name === undefined ? undefined : closest(name, names)
  console.error(
    name === undefined
      ? `holdfast drill: ${cluster.name} has no service on a volume; a drill needs one that keeps data.`
      : `holdfast drill: there is no service "${name}".${near ? ` Did you mean "${near}"?` : ` There are: ${names.join(', ')}.`}`,
  )
  return undefined
}
