// Which scenario, about which service: a name of the catalog or the path of a file, and the service it is played on.
import { existsSync, readFileSync } from 'node:fs'
import { fail, ok, type Problem, type Result } from '../../core/base/result.ts'
import { closest } from '../../core/base/suggest.ts'
import { catalog } from '../../core/drill/catalog.ts'
import type { Cluster, Service } from '../../core/model/types.ts'

export interface ScenarioSource {
  /** The name for the report: `power-loss`, or a path. */
  readonly name: string
  /** A catalog text needs to know the service; a file's text stands as it is. Undefined where it is about a volume only. */
  readonly text: (service: Service) => string | undefined
}

export type DrillTrouble =
  | { readonly kind: 'problems'; readonly problems: readonly Problem[]; readonly text: string }
  | { readonly kind: 'not-ready'; readonly why: string; readonly hint: string }

/** Undefined, and said on standard error, where there is none of that name. */
export function scenarioSource(name: string): ScenarioSource | undefined {
  const known = catalog.find(entry => entry.name === name)
  if (known) return { name, text: service => known.text(service.name, service.volumes[0]) }
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

export function textFor(source: ScenarioSource, service: Service): Result<string, DrillTrouble> {
  const text = source.text(service)
  const why = `${source.name} is about replication, and ${service.name} keeps no data`
  return text === undefined ? fail({ kind: 'not-ready', why, hint: 'holdfast drill --list' }) : ok(text)
}

/** The named service, else the first one that keeps data, else the first one. */
export function chosenService(cluster: Cluster, name: string | undefined): Service | undefined {
  const named = cluster.services.find(s => (name === undefined ? s.volumes.length > 0 : s.name === name))
  const service = named ?? (name === undefined ? cluster.services[0] : undefined)
  if (service) return service
  const names = cluster.services.map(s => s.name)
  const near = name === undefined ? undefined : closest(name, names)
  console.error(
    name === undefined
      ? `holdfast drill: ${cluster.name} has no service.`
      : `holdfast drill: there is no service "${name}".${near ? ` Did you mean "${near}"?` : ` There are: ${names.join(', ')}.`}`,
  )
  return undefined
}
