// What a bundle's words amount to: how many replicas, how many per host, which ports and folders.
// Source: "Pacemaker Explained" 2.1, "Bundle Properties", "Bundle Network Properties", "Bundle Storage Properties".
import type { Bundle } from '../../cib/types.ts'
import { asInteger } from '../../cib/values.ts'

export interface BundlePlan {
  readonly source: Bundle
  readonly replicas: number
  readonly perHost: number
  readonly promotedMax: number
  readonly port: string
  readonly mounts: readonly (readonly [
    source: string,
    target: string,
    options: string | undefined,
    subdirectory: boolean,
  ])[]
  readonly ports: readonly (readonly [outside: string, inside: string])[]
}

export function replicaCount(source: Bundle): number {
  const promotedMax = asInteger(source.attributes.get('promoted-max') ?? source.attributes.get('masters'), 0)
  return Math.max(1, asInteger(source.attributes.get('replicas'), promotedMax > 0 ? promotedMax : 1))
}

/** A primitive inside needs a way in: an address of its own, or a port on the host. */
export const hasNetwork = (source: Bundle): boolean =>
  source.network?.attributes.get('ip-range-start') !== undefined ||
  source.network?.attributes.get('control-port') !== undefined

/** A primitive that nothing can reach: Pacemaker refuses the whole bundle. */
export const isUnreachable = (source: Bundle): boolean => source.primitive !== undefined && !hasNetwork(source)

export function planOf(source: Bundle): BundlePlan {
  const get = (name: string): string | undefined => source.attributes.get(name)
  const network = source.network?.attributes
  const port = network?.get('control-port') ?? '3121'
  const perHost = Math.max(1, asInteger(get('replicas-per-host'), 1))
  const mounts = source.storage.map(mapping => {
    const root = mapping.get('source-dir-root')
    return [
      mapping.get('source-dir') ?? root ?? '',
      mapping.get('target-dir') ?? '',
      mapping.get('options'),
      root !== undefined,
    ] as const
  })
  const ports = (source.network?.ports ?? []).map(mapping => {
    const range = mapping.get('range') ?? mapping.get('port') ?? ''
    return [range, mapping.get('internal-port') ?? range] as const
  })
  const managed = source.primitive !== undefined
  return {
    source,
    replicas: replicaCount(source),
    // With one port of the host for all replicas, there can be only one on each.
    perHost: managed && network?.get('ip-range-start') === undefined ? 1 : perHost,
    promotedMax: Math.max(0, asInteger(get('promoted-max') ?? get('masters'), 0)),
    port,
    mounts: managed
      ? [
          ...mounts,
          ['/etc/pacemaker/authkey', '/etc/pacemaker/authkey', undefined, false],
          ['/var/log/pacemaker/bundles', '/var/log', undefined, true],
        ]
      : mounts,
    ports: managed ? [...ports, [port, port]] : ports,
  }
}

/** Addresses that end in 0 or 255 are left out. */
export function nextAddress(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  return d >= 254 ? `${a}.${b}.${c + 1}.1` : `${a}.${b}.${c}.${d + 1}`
}
