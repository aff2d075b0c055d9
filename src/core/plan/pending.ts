// Marks on a machine for what has to follow a written file: set before the file is written, taken away when the action
// has been done. So an apply that died in between is seen by the next one, on the machine itself.
import type { HostAction } from '../compile/artifacts.ts'
import type { HostFacts } from '../live/host.ts'

export const pendingFolder = '/var/lib/holdfast/pending'

export const pendingMark = (action: HostAction): string => `${pendingFolder}/${action}`

/** Of files that are written only where that firewall is active, so no artifact names them. */
export const firewallActions: readonly HostAction[] = ['firewalld-reload', 'ufw-reload']

export const isPending = (facts: HostFacts, action: HostAction): boolean => facts.files.has(pendingMark(action))
