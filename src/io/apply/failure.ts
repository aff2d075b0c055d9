// What a machine answered, as a trouble: a line of refusal that a script wrote, a full disk, or simply a command that failed.
import { type NodeName, seconds } from '../../core/base/units.ts'
import { describeStep } from '../../core/plan/kinds.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import type { Step } from '../../core/plan/types.ts'
import type { Outcome } from '../transport/transport.ts'

/** Undefined where the step succeeded. */
export function outcomeTrouble(step: Step, outcome: Outcome): Trouble | undefined {
  if (outcome.exitCode === 0) return undefined
  const refusal = /^holdfast-refused (\S+) ?(.*)$/m.exec(outcome.stdout)
  if (refusal) return refused(step, refusal[1] ?? '', refusal[2] ?? '')
  const { node } = step
  const said = outcome.stderr.trim().split('\n').slice(-6).join('; ')
  return (
    recognised(step, said) ?? {
      kind: 'step-failed',
      node,
      step: describeStep(step),
      exitCode: outcome.exitCode,
      detail: said,
    }
  )
}

/** What tools say in their own words, where more than those can be said. */
function recognised(step: Step, said: string): Trouble | undefined {
  const { node } = step
  if (/No space left on device|Disk quota exceeded|enough free space/.test(said))
    return { kind: 'disk-filled', node, step: describeStep(step), detail: said }
  if (step.kind === 'install-packages') {
    const complaints = said
      .split('; ')
      .filter(line => /^E: /.test(line))
      .map(line => line.slice(3))
    return { kind: 'package-absent', node, packages: step.packages, detail: complaints.join('; ') || said }
  }
  if ('replica' in step && /Device or resource busy/.test(said))
    return { kind: 'device-in-use', node, device: step.replica.device, by: `something that holds it open (${said})` }
  return undefined
}

const answers = ['answers', 'refused', 'no-route', 'silent'] as const

/** The words after a refusal's kind, as the scripts write them. */
function refused(step: Step, kind: string, rest: string): Trouble {
  const { node } = step
  const words = rest.split(' ')
  const [first = '', second = '', third = ''] = words
  switch (kind) {
    case 'package-absent':
      return { kind, node, packages: words, detail: 'no package source has it' }
    case 'device-in-use':
      return { kind, node, device: first, by: words.slice(1).join(' ') }
    case 'device-carries':
      return { kind, node, device: first, volume: resourceOf(step), signatures: second.split(',') }
    case 'name-wrong':
      return { kind, node, name: first, expected: second, found: third.split(',').filter(one => one !== '') }
    case 'not-joined':
      return { kind, node, waited: seconds(120), detail: `its daemons are ${rest}` }
    case 'port-blocked':
      return {
        kind,
        from: node,
        to: peerOf(step),
        what: `DRBD (${resourceOf(step)} is ${first})`,
        address: second,
        port: Number(third),
        answer: answers.find(one => one === words[3]) ?? 'silent',
      }
    case 'cib-conflict':
      return { kind, node, expected: first, found: second }
    case 'cib-refused':
      return { kind, node, detail: rest }
    case 'locked':
      return { kind, node, holder: rest }
    default:
      return { kind: 'step-failed', node, step: describeStep(step), exitCode: 65, detail: rest }
  }
}

function resourceOf(step: Step): string {
  if (step.kind === 'create-metadata' || step.kind === 'wipe-device') return step.replica.resource
  if (step.kind === 'first-sync' || step.kind === 'prepare-volume' || step.kind === 'bring-up') return step.resource
  return ''
}

const peerOf = (step: Step): NodeName =>
  (step.kind === 'first-sync' ? step.replicas.find(replica => replica.node !== step.node)?.node : undefined) ??
  step.node
