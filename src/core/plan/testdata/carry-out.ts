// What a plan's steps do to the machines of bare-world.ts, as the real ones change real machines. Each refuses what the real
// machine would refuse, or what would lose data.
import { assert, found } from '../../base/assert.ts'
import { type NodeName } from '../../base/units.ts'
import type { HostFile } from '../../compile/artifacts.ts'


import { certificateIn } from '../../live/witness.ts'
import { configurationOf, mergedConfiguration, printed } from '../cib-merge.ts'
import { pendingMark } from '../pending.ts'
import { thisRound } from '../plan.ts'
import { backingPath, cibFile } from '../questions.ts'
import { labels } from '../storage.ts'
import type { Plan, PlannedStep, Step } from '../types.ts'
import { authorityFile } from '../witness.ts'

import { type Disk, type Machine, planOf, type World } from './bare-world.ts'

export const machineOf = (world: World, node: NodeName): Machine =>
  found(world.machines.get(node) ?? (world.witness?.node === node ? world.witness : undefined), node)
let keys = 0

/** `upTo`: how many of the single writes of this step happen before the power goes. */
export function carryOut(world: World, step: Step, upTo: number = Number.POSITIVE_INFINITY): void {
  const machine = machineOf(world, step.node)
  switch (step.kind) {
    case 'install-packages':
      for (const name of step.packages.slice(0, upTo)) machine.packages.add(name)
      return
    case 'configure-host': {
      const key = [...world.machines.values()].map(one => one.files.get('/etc/corosync/authkey')?.content).find(Boolean)
      const put = (file: HostFile): void => {
        const secret = file.path.endsWith('authkey') ? (key ?? `key ${++keys}`) : `secret ${file.secret}`
        machine.files.set(file.path, {
          content: file.secret === undefined ? file.content : secret,
          mode: file.mode,
          owner: file.owner,
        })
      }
      const later = ['corosync-reload', 'corosync-restart', 'drbd-adjust']
      const writes = [
        ...step.actions.map(
          action => () => machine.files.set(pendingMark(action), { content: '', mode: 0o644, owner: 'root:root' }),
        ),
        ...step.stopAndMask.map(unit => () => machine.masked.add(unit)),
        ...step.files.map(file => () => put(file)),
        ...step.actions
          .filter(action => !later.includes(action))
          .map(action => () => machine.files.delete(pendingMark(action))),
        ...step.enable.map(unit => () => machine.enabled.add(unit)),
      ]
      for (const write of writes.slice(0, upTo)) write()
      return
    }
    case 'make-logical-volume': {
      const path = `/dev/${step.volume.group}/${step.volume.name}`
      assert(!machine.disks.has(path), `${path} exists`)
      machine.disks.set(path, { size: step.volume.size, signatures: new Set() })
      return
    }
    case 'wipe-device':
      found(machine.disks.get(step.replica.device), 'disk').signatures.clear()
      return
    case 'create-metadata': {
      const disk = found(machine.disks.get(step.replica.device), step.replica.device)
      assert(disk.signatures.size === 0, `metadata over something on ${step.node}`)
      assert(machine.files.has(`/etc/drbd.d/${step.replica.resource}.res`), 'no .res file')
      assert(machine.packages.has('drbd-utils'), 'no drbdadm')
      disk.signatures.add('drbd')
      return
    }
    case 'bring-up':
      assert(
        disksOf(world, machine, step.resource).every(disk => disk.signatures.has('drbd')),
        'no metadata',
      )
      if (!machine.up.has(step.resource)) machine.up.set(step.resource, 'Inconsistent')
      fillFromPeer(world, machine, step.resource)
      machine.files.delete(pendingMark('drbd-adjust'))
      return
    case 'adjust-replication':
      machine.files.delete(pendingMark('drbd-adjust'))
      for (const [resource, disk] of machine.up) if (disk === 'Diskless') machine.up.set(resource, 'UpToDate')
      return
    case 'first-sync':
      for (const one of world.machines.values()) {
        assert(one.up.has(step.resource), `${step.resource} is not up on ${one.node}`)
        assert(!disksOf(world, one, step.resource).some(disk => disk.label === labels.whole), 'data declared blank')
      }
      for (const one of world.machines.values()) one.up.set(step.resource, 'UpToDate')
      return
    case 'prepare-volume': {
      assert(machine.up.get(step.resource) === 'UpToDate', `${step.resource} is not in sync`)
      assert(
        ![...world.machines.values()].some(one => one !== machine && one.primary.has(step.resource)),
        'two Primaries',
      )
      const all = [...world.machines.values()]
      const disks = all.flatMap(one => step.resources.flatMap(resource => disksOf(world, one, resource)))
      for (const resource of step.resources) assert(machine.up.get(resource) === 'UpToDate', `${resource} is not in sync`)
      // As the script: one that is whole says it for the others, whose label alone is missing.
      const whole = disks.some(disk => disk.label === labels.whole)
      for (const disk of disks) {
        disk.signatures.add('ext4')
        disk.label = whole ? labels.whole : labels.making
      }
      const paths = [...new Set(step.parts.map(part => part.device))]
      for (const path of paths.slice(0, upTo))
        for (const one of all) found(one.disks.get(path), path).label = labels.whole
      return
    }
    case 'stop-cluster':
      machine.active.clear()
      return
    case 'start-witness':
      assert(machine.packages.has('corosync-qnetd'), 'no qnetd')
      if (!machine.files.has(authorityFile))
        machine.files.set(authorityFile, { content: pem('authority'), mode: 0o644, owner: 'root:root' })
      if (upTo < 1) return
      machine.enabled.add('corosync-qnetd.service')
      machine.active.add('corosync-qnetd.service')
      return
    case 'join-witness': {
      assert(machine.packages.has('corosync-qdevice'), 'no qdevice')
      const authority = found(machineOf(world, step.witness).files.get(authorityFile), 'an authority')
      machine.enrolment = { authority: found(certificateIn(authority.content), 'a certificate') }
      if (upTo >= 1) machine.enrolment = { ...machine.enrolment, cluster: step.cluster }
      return
    }
    case 'start-voting':
      assert(machine.active.has('corosync.service'), 'no Corosync to ask for')
      assert(machine.enrolment.cluster === world.cluster.name, 'the witness would not know it')
      machine.active.add('corosync-qdevice.service')
      return
    case 'reload-corosync':
      machine.runs = corosyncOf(machine)
      machine.files.delete(pendingMark('corosync-reload'))
      return
    case 'start-cluster':
      if (upTo < 1) {
        machine.active.add('corosync.service')
        return
      }
      assert(machine.files.get('/etc/hosts')?.content.includes('127.0.1.1') === false, 'its name leads to 127.0.1.1')
      machine.active.add('corosync.service').add('pacemaker.service')
      machine.runs = corosyncOf(machine)
      machine.files.delete(pendingMark('corosync-reload'))
      machine.files.delete(pendingMark('corosync-restart'))
      machine.files.set(cibFile, { content: '', mode: 0o600, owner: 'hacluster:haclient' })
      world.cib ??= {
        epoch: 1,
        text: '<cib epoch="1"><configuration><crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="d" name="dc-version" value="3"/></cluster_property_set></crm_config><nodes/><resources/><constraints/></configuration></cib>',
      }
      return
    case 'update-cib': {
      const cib = found(world.cib, 'a CIB')
      assert(machine.active.has('pacemaker.service'), 'no Pacemaker')
      assert(cib.epoch === (step.from?.epoch ?? 1), 'the CIB was changed meanwhile')
      for (const volume of world.cluster.volumes)
        assert(
          disksOf(world, machine, volume.name).every(disk => disk.label === labels.whole),
          'the cluster would start an empty volume',
        )
      world.cib = {
        epoch: cib.epoch + 1,
        text: `<cib>${printed(mergedConfiguration(configurationOf(step.configuration, 'it'), configurationOf(cib.text, 'it')))}</cib>`,
      }
      return
    }
    case 'prove':
      assert(
        new Set([...world.machines.values()].map(one => one.runs)).size === 1,
        'Corosync runs with different files',
      )
      world.proven.add(step.proof.what)
      return
    default:
      step satisfies never
  }
}

export const pem = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`

/** A replica that is connected to a good one becomes the same. */
export function fillFromPeer(world: World, machine: Machine, resource: string): void {
  const peer = [...world.machines.values()].find(one => one !== machine && one.up.get(resource) === 'UpToDate')
  if (!peer) return
  machine.up.set(resource, 'UpToDate')
  for (const [i, disk] of disksOf(world, machine, resource).entries()) {
    const good = found(disksOf(world, peer, resource)[i], 'the same disk of the peer')
    for (const one of good.signatures) disk.signatures.add(one)
    if (good.label !== undefined) disk.label = good.label
  }
}

export const corosyncOf = (machine: Machine): string =>
  ['/etc/corosync/authkey', '/etc/corosync/corosync.conf'].map(path => machine.files.get(path)?.content).join()

export const disksOf = (world: World, machine: Machine, resource: string): Disk[] =>
  found(
    world.cluster.volumes.find(one => one.name === resource),
    resource,
  ).parts.map(part => found(machine.disks.get(backingPath(part.backing)), `the disk of ${resource} on ${machine.node}`))

/** To the end: plan, do, look again, until there is nothing left to do. Answers how many steps that took. */
export function converge(world: World, order: (ready: readonly PlannedStep[]) => PlannedStep): number {
  let count = 0
  for (let round = 0; round < 5; round += 1) {
    const made = planOf(world)
    assert(made.troubles.length === 0, made.troubles.map(one => one.kind).join())
    if (made.steps.length === 0) {
      for (const proof of made.proofs) carryOut(world, proof.step)
      return count
    }
    for (const step of inSomeOrder(thisRound(made), order)) {
      carryOut(world, step.step)
      count += 1
    }
  }
  throw new Error(`no end: ${planOf(world).steps.map(step => step.id)}`)
}

export function* inSomeOrder(made: Plan, choose: (ready: readonly PlannedStep[]) => PlannedStep): Generator<PlannedStep> {
  const [left, done] = [new Set(made.steps), new Set<string>()]
  while (left.size > 0) {
    const next = choose([...left].filter(step => step.after.every(id => done.has(id))))
    left.delete(next)
    yield next
    done.add(next.id)
  }
}
export const first = (ready: readonly PlannedStep[]): PlannedStep => found(ready[0], 'a step that can be begun')

/** What counts in the end; keys are random, so only their being equal. */
export const stateOf = (world: World): unknown => ({
  cib: world.cib?.text,
  keys: new Set([...world.machines.values()].map(one => one.files.get('/etc/corosync/authkey')?.content)).size,
  proven: world.proven,
  machines: [...world.machines.values()].map(({ runs: _, files, ...rest }) => ({
    ...rest,
    files: [...files].filter(([path]) => !path.endsWith('authkey')).sort(),
    enabled: [...rest.enabled].sort(),
  })),
})

/** Data and WAL as volumes of their own: they are prepared together. */
