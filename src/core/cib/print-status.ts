// <status> as elements. Source: "Pacemaker Explained" 2.1, "Status – Here be dragons".
import type { Element } from '../xml/types.ts'
import { make } from './make.ts'
import { pairSets } from './print-rules.ts'
import type { Cib, HistoryEntry, NodeState, ResourceHistory } from './types.ts'

export const statusElement = (cib: Cib): Element =>
  make(
    'status',
    [],
    [
      ...cib.nodeStates.map(nodeState),
      ...(cib.tickets.length > 0
        ? [
            make(
              'tickets',
              [],
              cib.tickets.map(ticket => make('ticket_state', [...ticket.attributes])),
            ),
          ]
        : []),
    ],
  )

const nodeState = (state: NodeState): Element =>
  make(
    'node_state',
    [
      ['id', state.id],
      ['uname', state.uname],
      ['in_ccm', state.inCcm],
      ['crmd', state.crmd],
      ['crm-debug-origin', state.crmDebugOrigin],
      ['join', state.join],
      ['expected', state.expected],
      ['remote_node', state.remoteNode],
      ['node_fenced', state.nodeFenced],
      ['node_in_maintenance', state.nodeInMaintenance],
    ],
    [
      ...(state.transient.length > 0
        ? [make('transient_attributes', [['id', state.id]], pairSets('instance_attributes', state.transient))]
        : []),
      ...(state.history
        ? [make('lrm', [['id', state.id]], [make('lrm_resources', [], state.history.map(resourceHistory))])]
        : []),
    ],
  )

const resourceHistory = (history: ResourceHistory): Element =>
  make(
    'lrm_resource',
    [
      ['id', history.id],
      ['class', history.class],
      ['provider', history.provider],
      ['type', history.type],
      ['container', history.container],
      ['shutdown-lock', history.shutdownLock],
    ],
    history.entries.map(entry),
  )

const entry = (item: HistoryEntry): Element =>
  make('lrm_rsc_op', [
    ['id', item.id],
    ['operation_key', item.operationKey],
    ['operation', item.operation],
    ['crm-debug-origin', item.crmDebugOrigin],
    ['crm_feature_set', item.crmFeatureSet],
    ['transition-key', item.transitionKey],
    ['transition-magic', item.transitionMagic],
    ['exit-reason', item.exitReason],
    ['on_node', item.onNode],
    ['call-id', item.callId],
    ['rc-code', item.rcCode],
    ['op-status', item.opStatus],
    ['interval', item.interval],
    ['last-rc-change', item.lastRcChange],
    ['last-run', item.lastRun],
    ['exec-time', item.execTime],
    ['queue-time', item.queueTime],
    ['op-digest', item.opDigest],
    ['op-force-restart', item.opForceRestart],
    ['op-restart-digest', item.opRestartDigest],
    ['op-secure-params', item.opSecureParams],
    ['op-secure-digest', item.opSecureDigest],
    ['migrate_source', item.migrateSource],
    ['migrate_target', item.migrateTarget],
  ])
