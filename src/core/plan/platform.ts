// What the machines run, for the compiler: the lowest version of each engine among the nodes, and where one is not
// installed yet, the version that the distribution will install.
import { found } from '../base/assert.ts'
import type { Platform } from '../compile/artifacts.ts'
import { isAtLeast } from '../compile/versions.ts'
import type { HostFacts } from '../live/host.ts'

type Engines = Pick<Platform, 'pacemaker' | 'corosync' | 'drbd'>

/** Source: packages.debian.org; DRBD is the kernel's own module. */
const shipped: readonly (readonly [id: string, version: number, engines: Engines])[] = [
  ['debian', 13, { pacemaker: '3.0.0', corosync: '3.1.9', drbd: '8.4.11' }],
  ['debian', 12, { pacemaker: '2.1.5', corosync: '3.1.7', drbd: '8.4.11' }],
]
const newest = found(shipped[0], 'the newest known distribution')

/** Before any machine has been asked. */
export const assumedPlatform: Platform = { distribution: { id: newest[0], version: newest[1] }, ...newest[2] }

export function platformOf(hosts: readonly HostFacts[]): Platform {
  const { os } = found(hosts[0], 'a node')
  const known = shipped.find(([id, version]) => id === os.id && version === os.version) ?? newest
  const lowest = (name: keyof Engines): string => {
    const versions = hosts.flatMap(host => host.engines[name] ?? [])
    return versions.length === 0 ? known[2][name] : versions.reduce((a, b) => (isAtLeast(a, b) ? b : a))
  }
  return {
    distribution: { id: os.id, version: os.version },
    pacemaker: lowest('pacemaker'),
    corosync: lowest('corosync'),
    drbd: lowest('drbd'),
  }
}
