// Model → the CIB's configuration. One container for each service and volume (names.ts), a service with its Promoted
// volume (colocation and order), fencing devices with their topology, and the defaults of the right-hand column.
// Source: Pacemaker Explained 2.1; Clusters from Scratch; best practice, "What people commonly do wrong, and what is right".
import { blueprintOf } from '../blueprints/registry.ts'
import { configurationElement } from '../cib/print-configuration.ts'
import type { Configuration, FencingLevel, NodeEntry, PairSet } from '../cib/types.ts'
import { migrationThreshold } from '../model/defaults.ts'
import { fenceId } from '../model/names.ts'
import type { Cluster } from '../model/types.ts'
import { printXml } from '../xml/print.ts'
import type { Platform } from './artifacts.ts'
import { pairs } from './cib-parts.ts'
import { timingOf } from './timing.ts'
import { fenceConstraints, fenceDevices } from './to-cib-fencing.ts'
import { serviceConstraints, serviceResources } from './to-cib-services.ts'
import { volumeClone, volumeConstraints } from './to-cib-volumes.ts'
import { isAtLeast } from './versions.ts'

export const toCib = (cluster: Cluster, platform: Platform): string =>
  printXml(configurationElement(toConfiguration(cluster, platform)))

function toConfiguration(cluster: Cluster, platform: Platform): Configuration {
  const services = cluster.services.map(service => ({ service, blueprint: blueprintOf(service) }))
  return {
    options: [clusterOptions(cluster, platform)],
    nodes: cluster.nodes.map(
      (node, index): NodeEntry => ({ id: String(index + 1), uname: node.name, attributes: [], utilization: [] }),
    ),
    resources: [
      ...cluster.volumes.map(volume => volumeClone(cluster, volume, platform)),
      ...services.flatMap(({ service, blueprint }) => serviceResources(cluster, service, blueprint, platform)),
      ...fenceDevices(cluster),
    ],
    templates: [],
    constraints: [
      ...cluster.volumes.flatMap(volume => volumeConstraints(cluster, volume, platform)),
      ...services.flatMap(({ service, blueprint }) => serviceConstraints(cluster, service, blueprint, platform)),
      ...fenceConstraints(cluster),
    ],
    resourceDefaults: [
      pairs('resource-defaults', {
        // Positive: nothing moves back by itself.
        'resource-stickiness': '200',
        // The third failure within ten minutes moves the service away; before that it is restarted in place.
        'migration-threshold': String(migrationThreshold),
        'failure-timeout': '600s',
      }),
    ],
    operationDefaults: [],
    fencingTopology: fencingTopology(cluster),
    tags: [],
    others: [],
  }
}

function clusterOptions(cluster: Cluster, platform: Platform): PairSet {
  const fencing = isAtLeast(platform.pacemaker, '3.0.2') ? 'fencing' : 'stonith'
  const isFenced = cluster.fencing.kind === 'required'
  return pairs('cib-bootstrap-options', {
    'cluster-name': cluster.name,
    [`${fencing}-enabled`]: String(isFenced),
    ...(isFenced && { [`${fencing}-timeout`]: fencingTimeout(cluster) }),
    ...(isFenced &&
      cluster.nodes.length === 2 && { 'priority-fencing-delay': `${timingOf(cluster).fencingHead / 1_000}s` }),
    'no-quorum-policy': 'stop',
    // By default Pacemaker runs few actions at once on few processors (two for each) and fewer still under load; the
    // outage waits for every one of them, and there are not many.
    'load-threshold': '1000%',
    'node-action-limit': '8',
  })
}

/** At least the device's worst (a minute, by the agents' own default) + token + consensus. */
function fencingTimeout(cluster: Cluster): string {
  const { token, consensus } = timingOf(cluster)
  return `${60 + Math.ceil((token + consensus) / 10_000) * 10}s`
}

/** Only where a node has more than one device: with one, Pacemaker needs no topology. */
const fencingTopology = (cluster: Cluster): readonly FencingLevel[] =>
  cluster.nodes.flatMap(node => {
    if (node.fence.length < 2 || cluster.fencing.kind === 'none') return []
    const levels = [...new Set(node.fence.map(device => device.level))].sort((a, b) => a - b)
    return levels.map(level => ({
      id: `fencing-${node.name}-${level}`,
      index: String(level),
      target: node.name,
      devices: node.fence.flatMap((device, index) => (device.level === level ? [fenceId(node, index)] : [])),
    }))
  })
