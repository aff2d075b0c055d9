// The cluster options, with Pacemaker's defaults and its old and new spellings.
// Source: "Pacemaker Explained" 2.1 and 3.0, "Cluster-Wide Configuration"; `pacemaker-schedulerd metadata`.
import { MINUS_INFINITY, type Score, score } from '../../base/score.ts'
import type { Instant } from '../../base/units.ts'
import { combine } from '../../cib/rules.ts'
import type { Cib, PairSet, Resource } from '../../cib/types.ts'
import { asBoolean, asInteger, asMilliseconds, asScore } from '../../cib/values.ts'

export type QuorumPolicy = 'stop' | 'freeze' | 'ignore' | 'suicide' | 'demote'
export type PlacementStrategy = 'default' | 'utilization' | 'balanced' | 'minimal'

export interface Options {
  readonly fencing: boolean
  readonly fencingAction: string
  readonly fencingTimeout: number
  readonly startupFencing: boolean
  readonly concurrentFencing: boolean
  readonly watchdog: boolean
  readonly watchdogTimeout: number
  readonly priorityFencingDelay: number
  readonly quorate: boolean
  readonly quorumPolicy: QuorumPolicy
  readonly symmetric: boolean
  readonly maintenance: boolean
  readonly startFailureIsFatal: boolean
  readonly startupProbes: boolean
  readonly stopAll: boolean
  readonly stopOrphans: boolean
  readonly stopOrphanActions: boolean
  readonly removeAfterStop: boolean
  readonly shutdownLock: boolean
  readonly shutdownLockLimit: number
  readonly placement: PlacementStrategy
  readonly healthStrategy: string
  readonly healthBase: Score
  readonly colours: Readonly<Record<string, Score>>
  readonly clusterName: string | undefined
  readonly clusterDelay: number
  /** The configuration speaks of unfencing: resources need unfencing unless they say otherwise. */
  readonly unfencing: boolean
}

const newNames: Readonly<Record<string, string>> = {
  'stonith-enabled': 'fencing-enabled',
  'stonith-action': 'fencing-action',
  'stonith-timeout': 'fencing-timeout',
  'stonith-watchdog-timeout': 'fencing-watchdog-timeout',
}
/** Options that were once written with underscores or other words. */
const oldNames: Readonly<Record<string, string>> = {
  'no-quorum-policy': 'no_quorum_policy',
  'symmetric-cluster': 'symmetric_cluster',
  'stonith-enabled': 'stonith_enabled',
  'stonith-action': 'stonith_action',
  'startup-fencing': 'startup_fencing',
  'stop-orphan-resources': 'stop_orphan_resources',
  'stop-orphan-actions': 'stop_orphan_actions',
  'remove-after-stop': 'remove_after_stop',
  'cluster-delay': 'transition_idle_timeout',
}

export function readOptions(cib: Cib, now: Instant): Options {
  const values = combine(cib.configuration.options, { now }, new Map(), 'cib-bootstrap-options')
  const get = (name: string): string | undefined =>
    values.get(name) ?? values.get(newNames[name] ?? '') ?? values.get(oldNames[name] ?? '')
  const flag = (name: string, otherwise: boolean): boolean => asBoolean(get(name), otherwise)
  const quorate = asBoolean(cib.attributes.get('have-quorum'))
  const fencing = flag('stonith-enabled', true)
  const colours = {
    red: asScore(get('node-health-red') ?? '-INFINITY'),
    yellow: asScore(get('node-health-yellow')),
    green: asScore(get('node-health-green')),
  }
  return {
    fencing,
    fencingAction: get('stonith-action') === 'poweroff' ? 'off' : (get('stonith-action') ?? 'reboot'),
    fencingTimeout: asMilliseconds(get('stonith-timeout')) ?? 60_000,
    startupFencing: flag('startup-fencing', true),
    concurrentFencing: flag('concurrent-fencing', false),
    watchdog: flag('have-watchdog', false),
    watchdogTimeout: asMilliseconds(get('stonith-watchdog-timeout')) ?? 0,
    priorityFencingDelay: asMilliseconds(get('priority-fencing-delay')) ?? 0,
    quorate,
    quorumPolicy: quorumPolicy(get('no-quorum-policy'), fencing, cib, quorate),
    symmetric: flag('symmetric-cluster', true),
    maintenance: flag('maintenance-mode', false),
    startFailureIsFatal: flag('start-failure-is-fatal', true),
    startupProbes: flag('enable-startup-probes', true),
    stopAll: flag('stop-all-resources', false),
    stopOrphans: flag('stop-orphan-resources', true),
    stopOrphanActions: flag('stop-orphan-actions', true),
    removeAfterStop: flag('remove-after-stop', false),
    shutdownLock: flag('shutdown-lock', false),
    shutdownLockLimit: asMilliseconds(get('shutdown-lock-limit')) ?? 0,
    placement: placement(get('placement-strategy')),
    healthStrategy: get('node-health-strategy') ?? 'none',
    healthBase: score(asInteger(get('node-health-base'), 0)),
    colours: {
      ...colours,
      red: colours.red === 0 && get('node-health-red') === undefined ? MINUS_INFINITY : colours.red,
    },
    clusterName: get('cluster-name'),
    clusterDelay: asMilliseconds(get('cluster-delay')) ?? 60_000,
    unfencing: knowsUnfencing(cib),
  }
}

function quorumPolicy(text: string | undefined, fencing: boolean, cib: Cib, quorate: boolean): QuorumPolicy {
  switch (text?.toLowerCase()) {
    case 'ignore':
      return 'ignore'
    case 'freeze':
      return 'freeze'
    case 'demote':
      return 'demote'
    case 'fence':
    case 'suicide': {
      // Fencing itself for lack of quorum needs fencing, and a quorum that was once there.
      if (!fencing) return 'stop'
      const hadQuorum = quorate || asBoolean(cib.attributes.get('no-quorum-panic'), false)
      return hadQuorum ? 'suicide' : 'stop'
    }
    default:
      return 'stop'
  }
}

function placement(text: string | undefined): PlacementStrategy {
  return text === 'utilization' || text === 'balanced' || text === 'minimal' ? text : 'default'
}

/** One word of it anywhere is enough: a device that provides it, or a resource that requires it. */
function knowsUnfencing({ configuration }: Cib): boolean {
  const says = (sets: readonly PairSet[]): boolean =>
    sets.some(set => set.pairs.some(({ name, value }) => value === 'unfencing' && /^(provides|requires)$/.test(name)))
  const within = (resource: Resource): boolean => says(resource.meta) || partsOf(resource).some(within)
  const { resources, templates, resourceDefaults } = configuration
  return says(resourceDefaults) || templates.some(template => says(template.meta)) || resources.some(within)
}

function partsOf(resource: Resource): readonly Resource[] {
  switch (resource.kind) {
    case 'primitive':
      return []
    case 'group':
      return resource.members
    case 'clone':
      return [resource.child]
    case 'bundle':
      return resource.primitive ? [resource.primitive] : []
    default:
      return resource satisfies never
  }
}
