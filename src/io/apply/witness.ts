// What apply does between the nodes and the witness's machine. A node's key is made on the node and stays there: what
// travels is the authority's certificate, the node's request and the node's certificate, none of them secret.
// Source: corosync-qdevice-net-certutil(8), with one request per node instead of one key for all of them.
import { fail, ok, type Result } from '../../core/base/result.ts'
import { minutes, type NodeName } from '../../core/base/units.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import type { Step } from '../../core/plan/types.ts'
import { outcomeTrouble } from './failure.ts'
import { type ScriptName, scriptCommand } from './script.ts'
import { type Done, type Note, transportOf, type Workshop } from './workshop.ts'

type JoinWitness = Extract<Step, { kind: 'join-witness' }>

/** From the beginning whenever it is run: what an interrupted one left is made anew. */
export async function joinWitness(step: JoinWitness, workshop: Workshop, note: Note): Promise<Done> {
  const at = (node: NodeName, name: ScriptName, args: readonly string[], input?: string) =>
    said({ ...step, node }, name, args, input, workshop)
  note(`asking ${step.witness} for its authority`)
  const authority = await at(step.witness, 'witness-authority', [])
  if (!authority.ok) return authority
  note('making a key')
  const request = await at(step.node, 'witness-request', [step.cluster], authority.value)
  if (!request.ok) return request
  note(`waiting for the signature of ${step.witness}`)
  const certificate = await at(step.witness, 'witness-sign', [step.cluster], request.value)
  if (!certificate.ok) return certificate
  note('taking over the certificate')
  const done = await at(step.node, 'witness-import', [], certificate.value)
  return done.ok ? ok(undefined) : done
}

async function said(
  step: JoinWitness,
  name: ScriptName,
  args: readonly string[],
  input: string | undefined,
  workshop: Workshop,
): Promise<Result<string, Trouble>> {
  const command = scriptCommand(name, args, minutes(2), input)
  const result = await transportOf(workshop, step.node).run(command, workshop.abort)
  if (!result.ok) return fail(result.failure)
  const trouble = outcomeTrouble(step, result.value)
  return trouble ? fail(trouble) : ok(result.value.stdout)
}
