// Carries out one step: most are one command on one machine; a few are short sequences that look before they act.

import { fail, ok, type Result } from '../../core/base/result.ts'
import { minutes } from '../../core/base/units.ts'
import { hasResources } from '../../core/plan/cib-diff.ts'
import { configurationOf, mergedConfiguration, printed } from '../../core/plan/cib-merge.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import type { CibVersion, Step } from '../../core/plan/types.ts'
import type { Command, Outcome } from '../transport/transport.ts'
import { outcomeTrouble } from './failure.ts'
import { prove } from './prove.ts'
import { commandOf, queryTimeout, scriptCommand } from './script.ts'
import { joinWitness } from './witness.ts'
import { type Done, type Note, transportOf, type Workshop } from './workshop.ts'

export async function carryOut(step: Step, workshop: Workshop, note: Note): Promise<Done> {
  switch (step.kind) {
    case 'first-sync':
      return firstSync(step, workshop, note)
    case 'update-cib':
      return updateCib(step, workshop)
    case 'join-witness':
      return joinWitness(step, workshop, note)
    case 'prove':
      return prove(step, workshop, note)
    default:
      return act(step, commandOf(step, workshop.secrets), workshop, note)
  }
}

/** With input it cannot be followed, so then there is no word of it until it ends. */
async function act(step: Step, command: Command, workshop: Workshop, note: Note): Promise<Done> {
  const transport = transportOf(workshop, step.node)
  const lines: string[] = []
  const hear = (text: string): void => {
    const said = /^holdfast-progress (.*)$/.exec(text)?.[1]
    if (said !== undefined) note(said)
    lines.push(text)
  }
  const result =
    command.input === undefined
      ? await transport.follow(command, hear, workshop.abort)
      : await transport.run(command, workshop.abort)
  if (!result.ok) return fail(result.failure)
  const stdout = command.input === undefined ? lines.join('\n') : result.value.stdout
  const trouble = outcomeTrouble(step, { ...result.value, stdout })
  return trouble ? fail(trouble) : ok(undefined)
}

type FirstSync = Extract<Step, { kind: 'first-sync' }>

/** Blank only if every replica is: two disks that both hold something have to be made equal by copying. */
async function firstSync(step: FirstSync, workshop: Workshop, note: Note): Promise<Done> {
  note('looking whether the disks are blank')
  const nodes = [...new Set(step.replicas.map(replica => replica.node))]
  const answers = await Promise.all(
    nodes.map(node => {
      const devices = step.replicas.filter(replica => replica.node === node).map(replica => replica.device)
      return transportOf(workshop, node).run(scriptCommand('is-blank', devices, minutes(5)), workshop.abort)
    }),
  )
  for (const answer of answers) {
    if (!answer.ok) return fail(answer.failure)
    const trouble = outcomeTrouble(step, answer.value)
    if (trouble) return fail(trouble)
  }
  const blank = answers.every(answer => answer.ok && answer.value.stdout.trim() === 'blank')
  const parts = new Set(step.replicas.map(replica => String(replica.part)))
  const command = scriptCommand(step.kind, [step.resource, blank ? 'blank' : 'written', ...parts], minutes(5))
  return act(step, command, workshop, note)
}

type UpdateCib = Extract<Step, { kind: 'update-cib' }>

async function updateCib(step: UpdateCib, workshop: Workshop): Promise<Done> {
  const start = step.from ? ok({ version: step.from, configuration: step.configuration }) : await onto(step, workshop)
  if (!start.ok) return start
  const { version, configuration } = start.value
  // Inside the pretty-printed <cib> that the script splices it into.
  const indented = configuration.trimEnd().replaceAll(/^/gm, '  ')
  const command = scriptCommand(step.kind, [versionText(version)], minutes(10), `${indented}\n`)
  return act(step, command, workshop, () => undefined)
}

const versionText = (version: CibVersion): string => `${version.adminEpoch}.${version.epoch}`

/** A cluster that began only now: what it wrote into its first CIB by itself is kept, and it must hold nothing else. */
async function onto(
  step: UpdateCib,
  workshop: Workshop,
): Promise<Result<{ version: CibVersion; configuration: string }, Trouble>> {
  const query: Command = { program: 'cibadmin', args: ['--query'], asRoot: true, timeout: queryTimeout }
  const result = await transportOf(workshop, step.node).run(query, workshop.abort)
  if (!result.ok) return fail(result.failure)
  const trouble = outcomeTrouble(step, result.value)
  if (trouble) return fail(trouble)
  const version = versionOf(result.value)
  const actual = configurationOf(result.value.stdout, `the CIB of ${step.node}`)
  if (hasResources(actual))
    return fail({ kind: 'cib-conflict', node: step.node, expected: 'an empty one', found: versionText(version) })
  const wanted = configurationOf(step.configuration, 'the planned configuration')
  return ok({ version, configuration: printed(mergedConfiguration(wanted, actual)) })
}

function versionOf({ stdout }: Outcome): CibVersion {
  const head = /<cib [^>]*>/.exec(stdout)?.[0] ?? ''
  const number = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  return { adminEpoch: number('admin_epoch'), epoch: number('epoch') }
}
