// Does a cluster make sense? Every rule looks at the whole model and reports everything that it finds.
// Errors cannot be built or must not be; warnings are legal and lose data or uptime.
// What only one kind of service knows is checked by its blueprint; what a platform cannot do, by core/compile.

import { checkFencing } from './checks/fencing.ts'
import { checkNames } from './checks/names.ts'
import { checkNodes } from './checks/nodes.ts'
import { checkQuorum } from './checks/quorum.ts'
import { checkServiceAddresses } from './checks/service-addresses.ts'
import { checkServices } from './checks/services.ts'
import { checkVolumes } from './checks/volumes.ts'
import type { Finding } from './finding.ts'
import type { Cluster } from './types.ts'

const rules: readonly ((cluster: Cluster) => readonly Finding[])[] = [
  checkNames,
  checkNodes,
  checkVolumes,
  checkServices,
  checkServiceAddresses,
  checkFencing,
  checkQuorum,
]

export const check = (cluster: Cluster): readonly Finding[] => rules.flatMap(rule => rule(cluster))
