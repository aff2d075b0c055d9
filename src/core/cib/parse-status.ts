// <status>: node states with transient attributes and operation history, and tickets.
// Source: "Pacemaker Explained" 2.1, "Status – Here be dragons".
import { childrenNamed, type Element, elementsOf, firstChild } from '../xml/types.ts'
import { parsePairSets } from './parse-rules.ts'
import type { Reading } from './reading.ts'
import type { HistoryEntry, NodeState, PairSet, ResourceHistory, TicketState } from './types.ts'

export function parseNodeState(element: Element, reading: Reading): NodeState {
  const get = (name: string): string | undefined => element.attributes.get(name)
  const transient: PairSet[] = []
  for (const part of childrenNamed(element, 'transient_attributes')) {
    transient.push(...parsePairSets(part, 'instance_attributes', reading))
  }
  const lrm = firstChild(element, 'lrm')
  return {
    id: get('id') ?? '',
    uname: get('uname'),
    inCcm: get('in_ccm'),
    crmd: get('crmd'),
    join: get('join'),
    expected: get('expected'),
    remoteNode: get('remote_node'),
    nodeFenced: get('node_fenced'),
    nodeInMaintenance: get('node_in_maintenance'),
    crmDebugOrigin: get('crm-debug-origin'),
    transient,
    history:
      lrm && childrenNamed(lrm, 'lrm_resources').flatMap(list => childrenNamed(list, 'lrm_resource').map(history)),
    at: element.at,
  }
}

function history(element: Element): ResourceHistory {
  const get = (name: string): string | undefined => element.attributes.get(name)
  return {
    id: get('id') ?? '',
    class: get('class'),
    provider: get('provider'),
    type: get('type'),
    container: get('container'),
    shutdownLock: get('shutdown-lock'),
    entries: childrenNamed(element, 'lrm_rsc_op').map(entry),
  }
}

function entry({ attributes }: Element): HistoryEntry {
  return {
    id: attributes.get('id') ?? '',
    operation: attributes.get('operation') ?? '',
    operationKey: attributes.get('operation_key'),
    callId: attributes.get('call-id'),
    rcCode: attributes.get('rc-code'),
    opStatus: attributes.get('op-status'),
    interval: attributes.get('interval'),
    transitionKey: attributes.get('transition-key'),
    transitionMagic: attributes.get('transition-magic'),
    exitReason: attributes.get('exit-reason'),
    onNode: attributes.get('on_node'),
    lastRun: attributes.get('last-run'),
    lastRcChange: attributes.get('last-rc-change'),
    execTime: attributes.get('exec-time'),
    queueTime: attributes.get('queue-time'),
    opDigest: attributes.get('op-digest'),
    opForceRestart: attributes.get('op-force-restart'),
    opRestartDigest: attributes.get('op-restart-digest'),
    opSecureParams: attributes.get('op-secure-params'),
    opSecureDigest: attributes.get('op-secure-digest'),
    migrateSource: attributes.get('migrate_source'),
    migrateTarget: attributes.get('migrate_target'),
    crmDebugOrigin: attributes.get('crm-debug-origin'),
    crmFeatureSet: attributes.get('crm_feature_set'),
  }
}

export function parseTicketStates(status: Element): readonly TicketState[] {
  return childrenNamed(status, 'tickets')
    .flatMap(elementsOf)
    .filter(element => element.name === 'ticket_state')
    .map(element => ({ id: element.attributes.get('id') ?? '', attributes: element.attributes }))
}
