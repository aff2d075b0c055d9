// Secrets stay out of the CIB: anybody who may read it would have the power switch. An agent that takes a password takes
// a program that prints it as well; the program reads a file that only root can read. A secret that is no password has no
// such way in: it stands in the CIB as `{secret:NAME}` until apply fills it in, and `check` warns.
// Source: security.md, "secrets never in … CIB in clear"; `fence_redfish -o metadata`: password_script.
import { corosyncKeySecret, fenceSecret, secretDirectory } from '../model/names.ts'
import type { Cluster, FenceDevice, Node, SecretReference } from '../model/types.ts'
import type { HostFile } from './artifacts.ts'

/** Where a secret's text comes from: the administrator's reference, or made once for the cluster. */
export type SecretSource = SecretReference | { readonly kind: 'made'; readonly length: number }

/** Parameter of the cluster file → the agent's parameter for a program that prints it. */
const scripts: ReadonlyMap<string, string> = new Map([
  ['password', 'password_script'],
  ['passwd', 'passwd_script'],
  ['snmp_priv_passwd', 'snmp_priv_passwd_script'],
])

const hasScript = (parameter: string): boolean => scripts.has(parameter)

/** Every secret of the cluster by its name. */
export function secretSources(cluster: Cluster): ReadonlyMap<string, SecretSource> {
  const sources = new Map<string, SecretSource>([[corosyncKeySecret, { kind: 'made', length: 256 }]])
  for (const node of cluster.nodes)
    for (const [index, device] of node.fence.entries())
      for (const [parameter, reference] of Object.entries(device.secrets))
        sources.set(fenceSecret(node, index, parameter), reference)
  return sources
}

export function secretParameters(node: Node, device: FenceDevice, index: number): Readonly<Record<string, string>> {
  const parameters = Object.keys(device.secrets).map(parameter => {
    const name = fenceSecret(node, index, parameter)
    const script = scripts.get(parameter)
    return script === undefined ? [parameter, `{secret:${name}}`] : [script, scriptPath(name)]
  })
  return Object.fromEntries(parameters)
}

const secretPath = (name: string): string => `${secretDirectory}/${name}`
const scriptPath = (name: string): string => `${secretPath(name)}.sh`

/** The same on every node: each may have to fence any other. */
export function secretFiles(cluster: Cluster): readonly HostFile[] {
  if (cluster.fencing.kind === 'none') return []
  const names = cluster.nodes.flatMap(node =>
    node.fence.flatMap((device, index) =>
      Object.keys(device.secrets)
        .filter(hasScript)
        .map(parameter => fenceSecret(node, index, parameter)),
    ),
  )
  return names.flatMap(name => [
    { path: secretPath(name), content: '', mode: 0o400, owner: 'root:root', secret: name, then: [] },
    {
      path: scriptPath(name),
      content: `#!/bin/sh\nexec cat ${secretPath(name)}\n`,
      mode: 0o500,
      owner: 'root:root',
      then: [],
    },
  ])
}
