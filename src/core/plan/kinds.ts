// The table of step kinds: in which order, after what, why there, what can be taken back. The order of this array is the
// order of a plan; `after` is what really has to be waited for, so steps that are not in it may run at once.
import type { Hazard, Step, StepKind } from './types.ts'

export interface KindRow {
  readonly kind: StepKind
  /** Kinds that must be done before. `own`: on the same node only; `all`: on every node. */
  readonly after: readonly { readonly kind: StepKind; readonly where: 'own' | 'all' }[]
  /** Why it stands here. */
  readonly why: string
  /** How it is taken back, by hand; Holdfast goes forward only. */
  readonly undo: string
}

const own = (...kinds: StepKind[]): KindRow['after'] => kinds.map(kind => ({ kind, where: 'own' }))
const all = (...kinds: StepKind[]): KindRow['after'] => kinds.map(kind => ({ kind, where: 'all' }))

export const stepKinds: readonly KindRow[] = [
  {
    kind: 'install-packages',
    after: [],
    why: 'everything else needs the engines, and what is written depends on their versions',
    undo: 'remove the packages',
  },
  {
    kind: 'stop-cluster',
    after: own('install-packages'),
    why: 'a change that Corosync cannot take while it runs needs the whole cluster down, before any node has the new file',
    undo: 'start-cluster',
  },
  {
    kind: 'wipe-device',
    after: all('install-packages'),
    why: 'before the .res file is there: from then on metadata on the device counts as this volume’s own',
    undo: 'none: what was on the device is lost',
  },
  {
    kind: 'make-logical-volume',
    after: own('install-packages'),
    why: 'DRBD needs its backing device',
    undo: 'lvremove',
  },
  {
    kind: 'configure-host',
    after: [...own('wipe-device'), ...all('stop-cluster')],
    why: 'names, masked units and files must be right before any daemon reads them',
    undo: 'the files that were there are kept beside them as *.before-holdfast',
  },
  {
    kind: 'start-witness',
    after: own('install-packages'),
    why: 'its certificate authority has to be there before a node can ask it for a certificate',
    undo: 'systemctl disable --now corosync-qnetd',
  },
  {
    kind: 'join-witness',
    after: [...own('install-packages'), ...all('start-witness')],
    why: 'the witness gives its vote only to nodes that it knows; each makes its own key, which never leaves it',
    undo: 'remove /etc/corosync/qdevice/net/nssdb',
  },
  {
    kind: 'create-metadata',
    after: own('configure-host', 'make-logical-volume'),
    why: 'drbdadm needs the .res file; only on a device that carries nothing',
    undo: 'wipefs',
  },
  {
    kind: 'bring-up',
    after: own('create-metadata', 'configure-host'),
    why: 'both ends must stand before they can compare their disks',
    undo: 'drbdadm down',
  },
  {
    kind: 'adjust-replication',
    after: all('configure-host'),
    why: 'both ends have the new file, so the handshake finds equal settings',
    undo: 'the old file and drbdadm adjust',
  },
  {
    kind: 'first-sync',
    after: all('bring-up'),
    why: 'connected and never written to: the one moment at which two blank disks may be called equal',
    undo: 'none needed: the disks were blank',
  },
  {
    kind: 'prepare-volume',
    after: all('first-sync'),
    why: 'a filesystem is made once, through DRBD, on the Primary, so that the peer has it too',
    undo: 'none: nothing was there before',
  },
  {
    kind: 'reload-corosync',
    after: all('configure-host'),
    why: 'all nodes have the new file',
    undo: 'the old file and a reload',
  },
  {
    kind: 'start-cluster',
    after: all('configure-host', 'stop-cluster'),
    why: 'the key and the links are equal on all nodes; no resource is known yet, so nothing can start too early',
    undo: 'systemctl stop pacemaker corosync',
  },
  {
    kind: 'start-voting',
    after: [...own('join-witness', 'configure-host', 'start-cluster'), ...all('reload-corosync')],
    why: 'it asks the witness on behalf of a Corosync that runs',
    undo: 'systemctl stop corosync-qdevice',
  },
  {
    kind: 'update-cib',
    after: all(
      'start-cluster',
      'prepare-volume',
      'adjust-replication',
      'bring-up',
      'reload-corosync',
      'start-voting',
      'configure-host',
      'install-packages',
    ),
    why: 'only now is everything there that Pacemaker will start',
    undo: 'cibadmin --replace of the version before, kept in /var/lib/pacemaker/cib',
  },
  {
    kind: 'prove',
    after: [],
    why: 'applied is not the same as working',
    undo: 'nothing was changed',
  },
]

export const noHazard: Hazard = { level: 'none', why: '' }

/** What happens, for people. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'install-packages':
      return `install ${step.packages.join(', ')}`
    case 'stop-cluster':
      return 'stop Pacemaker and Corosync'
    case 'wipe-device':
      return `destroy what is on ${step.replica.device}`
    case 'make-logical-volume':
      return `make the logical volume ${step.volume.group}/${step.volume.name}`
    case 'configure-host':
      return configureText(step)
    case 'create-metadata':
      return `write DRBD metadata of ${step.replica.resource} on ${step.replica.device}`
    case 'bring-up':
      return `bring up ${step.resource}`
    case 'adjust-replication':
      return `bring DRBD in line with its files${step.resources.length > 0 ? ` for ${step.resources.join(', ')}` : ''}`
    case 'first-sync':
      return `first sync of ${step.resource}: at once where the disks are blank, else from ${step.node}`
    case 'prepare-volume':
      return `make the filesystem of ${step.resource}${step.preparation ? ` and what ${step.preparation.service} needs in it` : ''}`
    case 'reload-corosync':
      return 'let Corosync take the changed configuration'
    case 'start-cluster':
      return 'start Corosync and Pacemaker'
    case 'start-witness':
      return 'make it a witness: certificate authority and corosync-qnetd'
    case 'join-witness':
      return `get a certificate of the witness ${step.witness}`
    case 'start-voting':
      return 'let it ask the witness for its vote'
    case 'update-cib':
      return 'give Pacemaker its configuration'
    case 'prove':
      return proofText(step)
    default:
      return step satisfies never
  }
}

function configureText(step: Extract<Step, { kind: 'configure-host' }>): string {
  const parts = [
    ...(step.files.length > 0
      ? [
          `write ${few(
            step.files.map(file => file.path),
            'files',
          )}`,
        ]
      : []),
    ...(step.stopAndMask.length > 0 ? [`stop and mask ${few(step.stopAndMask, 'units')}`] : []),
    ...(step.disable.length > 0 ? [`disable ${few(step.disable, 'units')}`] : []),
    ...(step.enable.length > 0 ? [`enable ${few(step.enable, 'units')}`] : []),
  ]
  return parts.length > 0 ? parts.join(', ') : `finish ${step.actions.join(', ')}`
}

/** Their names are among the differences. */
const few = (names: readonly string[], what: string): string =>
  names.length <= 2 ? names.join(' and ') : `${names.length} ${what}`

function proofText({ proof }: Extract<Step, { kind: 'prove' }>): string {
  if (proof.what === 'replication') return `prove that ${proof.resource} is UpToDate on both ends`
  if (proof.what === 'links') return 'prove that every cluster link is up'
  if (proof.what === 'witness') return `prove that the witness ${proof.host} votes`
  if (proof.what === 'fencing') return `prove that the fence device of ${proof.target} answers`
  return `prove that ${proof.proof.service} answers`
}
