// From what the compiler wrote, as any caller holds it, to a plan of the simulation. The shape is stated here so that
// this room need not know the compiler: the first node's files stand for all, as they do on real machines.
import type { Checked } from '../base/result.ts'
import type { SimPlan } from './plan.ts'
import { readPlan } from './plan.ts'

export interface CompiledFiles {
  readonly cib: string
  readonly hosts: ReadonlyMap<
    string,
    { readonly files: readonly { readonly path: string; readonly content: string }[] }
  >
}

export function planFrom(artifacts: CompiledFiles, sizes: Readonly<Record<string, number>>): Checked<SimPlan> {
  const files = [...artifacts.hosts.values()][0]?.files ?? []
  const corosync = files.find(file => file.path.endsWith('/corosync.conf'))
  if (!corosync)
    return {
      problems: [{ severity: 'error', code: 'no-corosync-conf', message: 'the artifacts have no corosync.conf' }],
    }
  const drbd = new Map(
    [...artifacts.hosts.values()].flatMap(host =>
      host.files.filter(f => f.path.endsWith('.res')).map(f => [f.path, f] as const),
    ),
  )
  return readPlan({ cib: artifacts.cib, corosync: corosync.content, drbd: [...drbd.values()], sizes })
}
