// A step as what runs on the machine: one fixed script, its arguments, and on standard input what is long or secret.
// The scripts lie beside this file as .sh; nothing of the cluster file ever becomes a part of their text.
import { readFileSync } from 'node:fs'
import { assert } from '../../core/base/assert.ts'
import { type Milliseconds, minutes } from '../../core/base/units.ts'
import type { HostAction, HostFile, VolumePreparation } from '../../core/compile/artifacts.ts'
import type { Step } from '../../core/plan/types.ts'
import type { Command } from '../transport/transport.ts'

export type ScriptName =
  | Exclude<Step['kind'], 'prove' | 'join-witness'>
  /** Not steps of their own. */
  | 'witness-authority'
  | 'witness-request'
  | 'witness-sign'
  | 'witness-import'
  | 'is-blank'
  | 'lock'

const read = (name: string): string => readFileSync(new URL(`scripts/${name}.sh`, import.meta.url), 'utf8')

/** `lock` stands alone: it must not hold what it waits for. */
const textOf = (name: ScriptName): string => (name === 'lock' ? read(name) : read('prelude') + read(name))

export function scriptCommand(
  name: ScriptName,
  args: readonly string[],
  timeout: Milliseconds,
  input?: string,
): Command {
  const words = ['-c', textOf(name), `holdfast-${name}`, ...args]
  return { program: 'sh', args: words, asRoot: true, timeout, ...(input === undefined ? {} : { input }) }
}

/** The contents of secret files, by the secret's name. */
export type Secrets = ReadonlyMap<string, Buffer>

type Plain = Exclude<Step, { kind: 'prove' | 'first-sync' | 'update-cib' | 'join-witness' }>

/** Steps that are one command; the others are sequences, in `steps.ts`. */
export function commandOf(step: Plain, secrets: Secrets): Command {
  switch (step.kind) {
    case 'install-packages':
      return scriptCommand(step.kind, step.packages, minutes(30))
    case 'make-logical-volume':
      return scriptCommand(step.kind, [step.volume.group, step.volume.name, String(step.volume.size)], minutes(10))
    case 'wipe-device':
      return scriptCommand(step.kind, [step.replica.device], minutes(10))
    case 'configure-host':
      return scriptCommand(step.kind, [], minutes(10), configureLines(step, secrets))
    case 'create-metadata': {
      const { resource, part, device } = step.replica
      return scriptCommand(step.kind, [resource, String(part), device], minutes(5))
    }
    case 'bring-up':
      return scriptCommand(step.kind, [step.resource], minutes(10))
    case 'adjust-replication':
      return scriptCommand(step.kind, step.resources, minutes(10))
    case 'prepare-volume':
      return scriptCommand(step.kind, prepareWords(step), minutes(30), prepareLines(step.preparation))
    case 'stop-cluster':
    case 'reload-corosync':
    case 'start-witness':
    case 'start-voting':
      return scriptCommand(step.kind, [], minutes(10))
    case 'start-cluster':
      return scriptCommand(step.kind, [step.node, ...step.names.map(one => `${one.name}=${one.address}`)], minutes(10))
    default:
      return step satisfies never
  }
}

const later: readonly HostAction[] = ['corosync-reload', 'corosync-restart', 'drbd-adjust']
/** What the others build on comes first. */
const actionOrder: readonly string[] = ['systemd-reload', 'modules-load', 'sysctl']

function configureLines(step: Extract<Step, { kind: 'configure-host' }>, secrets: Secrets): string {
  const rank = (action: string): number =>
    actionOrder.includes(action) ? actionOrder.indexOf(action) : actionOrder.length
  const now = step.actions.filter(action => !later.includes(action)).toSorted((a, b) => rank(a) - rank(b))
  const units = (verb: string, names: readonly string[]): string[] => (names.length > 0 ? [line(verb, ...names)] : [])
  return [
    ...step.actions.map(action => line('pending', action)),
    ...units('mask', step.stopAndMask),
    ...units('disable', step.disable),
    ...step.files.map(file => fileLine(file, secrets)),
    ...now.map(action => line('action', action)),
    ...units('enable', step.enable),
    '',
  ].join('\n')
}

const prepareWords = (step: Extract<Step, { kind: 'prepare-volume' }>): readonly string[] => [
  ...step.resources,
  '--',
  ...step.parts.map(part => `${part.minor}:${part.filesystem}:${part.mount}`),
]

function prepareLines(preparation: VolumePreparation | undefined): string {
  return [
    ...(preparation?.directories ?? []).map(one => line('directory', one.path, one.owner, one.group, octal(one.mode))),
    ...(preparation?.commands ?? []).map(one =>
      line('command', one.creates, one.user, ...one.argv.map(word => base64(word))),
    ),
    ...(preparation?.files ?? []).map(file => fileLine(file, new Map())),
    '',
  ].join('\n')
}

function fileLine(file: HostFile, secrets: Secrets): string {
  const secret = file.secret === undefined ? undefined : secrets.get(file.secret)
  assert(file.secret === undefined || secret !== undefined, `secret ${file.secret} was resolved`)
  const owner = file.owner.includes(':') ? file.owner : `${file.owner}:${file.owner}`
  return line('file', file.path, octal(file.mode), owner, secret ? secret.toString('base64') : base64(file.content))
}

const octal = (mode: number): string => mode.toString(8)
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** The fields are words without blanks by the grammar of the cluster file; should one not be, it must not become two. */
function line(...fields: readonly string[]): string {
  assert(!fields.some(field => /\s/.test(field)), `no blank in a field of: ${fields[0]} ${fields[1]}`)
  return fields.join(' ')
}

export const queryTimeout: Milliseconds = minutes(3)
