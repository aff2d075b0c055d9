// A compiled configuration as Pacemaker would hold it with every node up, no resource started yet and every replica of
// every volume fit for promotion; and the programs that judge it.
import { spawnSync } from 'node:child_process'
import { replicaId } from '../../src/core/model/names.ts'
import type { Cluster } from '../../src/core/model/types.ts'

export function cibWithNodesUp(cluster: Cluster, configuration: string): string {
  const states = cluster.nodes.map((node, index) => {
    const id = index + 1
    const scores = cluster.volumes
      .filter(volume => volume.nodes.includes(node.name))
      .map(volume => `<nvpair id="score-${id}-${volume.name}" name="master-${replicaId(volume)}" value="10000"/>`)
    const attributes = `<transient_attributes id="${id}"><instance_attributes id="status-${id}">${scores.join('')}</instance_attributes></transient_attributes>`
    return `<node_state id="${id}" uname="${node.name}" in_ccm="true" crmd="online" join="member" expected="member">${attributes}<lrm id="${id}"><lrm_resources/></lrm></node_state>`
  })
  const head =
    'crm_feature_set="3.16.1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0" have-quorum="1" dc-uuid="1"'
  return `<cib ${head}>\n${configuration}<status>${states.join('')}</status>\n</cib>\n`
}

export interface Ran {
  readonly status: number | null
  readonly output: string
}

export function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Ran {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, ...environment },
  })
  return { status, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` }
}
