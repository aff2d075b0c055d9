// <status>: node states with transient attributes and operation history, and tickets.
// Source: "Pacemaker Explained" 2.1, "Status – Here be dragons".
import { Columns } from '../xml/attributes.ts'
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

/** There may be hundreds of thousands of them: in the order in which `entry` takes them. */
const ofEntry = new Columns([
  'id',
  'operation',
  'operation_key',
  'call-id',
  'rc-code',
  'op-status',
  'interval',
  'transition-key',
  'transition-magic',
  'exit-reason',
  'on_node',
  'last-run',
  'last-rc-change',
  'exec-time',
  'queue-time',
  'op-digest',
  'op-force-restart',
  'op-restart-digest',
  'op-secure-params',
  'op-secure-digest',
  'migrate_source',
  'migrate_target',
  'crm-debug-origin',
  'crm_feature_set',
])

function entry({ attributes }: Element): HistoryEntry {
  const values = ofEntry.of(attributes)
  return {
    id: values[0] ?? '',
    operation: values[1] ?? '',
    operationKey: values[2],
    callId: values[3],
    rcCode: values[4],
    opStatus: values[5],
    interval: values[6],
    transitionKey: values[7],
    transitionMagic: values[8],
    exitReason: values[9],
    onNode: values[10],
    lastRun: values[11],
    lastRcChange: values[12],
    execTime: values[13],
    queueTime: values[14],
    opDigest: values[15],
    opForceRestart: values[16],
    opRestartDigest: values[17],
    opSecureParams: values[18],
    opSecureDigest: values[19],
    migrateSource: values[20],
    migrateTarget: values[21],
    crmDebugOrigin: values[22],
    crmFeatureSet: values[23],
  }
}

export function parseTicketStates(status: Element): readonly TicketState[] {
  return childrenNamed(status, 'tickets')
    .flatMap(elementsOf)
    .filter(element => element.name === 'ticket_state')
    .map(element => ({ id: element.attributes.get('id') ?? '', attributes: element.attributes }))
}
