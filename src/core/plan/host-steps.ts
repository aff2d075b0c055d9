// What one machine's files, units and packages lack: compared with the artifacts, as differences for people and one step
// that puts it right.
import { found } from '../base/assert.ts'
import type { NodeName } from '../base/units.ts'
import type { HostAction, HostArtifacts, HostFile } from '../compile/artifacts.ts'
import { mergeUfw } from '../compile/firewall.ts'
import { mergeHosts } from '../compile/hosts.ts'
import type { FileFact, HostFacts } from '../live/host.ts'
import { isPending } from './pending.ts'
import { textDiff } from './text-diff.ts'
import type { Difference, Step } from './types.ts'

/** SHA-256, hexadecimal, of a secret file's content as it should be, by the file's secret name. */
export type SecretDigests = ReadonlyMap<string, string>

export interface HostDelta {
  readonly differences: readonly Difference[]
  readonly steps: readonly Step[]
  /** Actions that need more than one machine, so are steps of their own. */
  readonly followUps: ReadonlySet<HostAction>
}

const followUpActions: readonly HostAction[] = ['corosync-reload', 'corosync-restart', 'drbd-adjust']

export function hostDelta(host: HostArtifacts, facts: HostFacts, digests: SecretDigests): HostDelta {
  const node = host.node
  const packages = host.packages.filter(name => !facts.packages.has(name))
  const compared = host.files.map(file => compareFile(file, facts, digests))
  const files = compared.flatMap(one => (one.write ? [one.write] : []))
  const units = unitWork(host, facts)
  const wanted = new Set<HostAction>([
    ...files.flatMap(file => file.then),
    ...host.files.flatMap(file => file.then).filter(action => isPending(facts, action)),
  ])
  const followUps = new Set(followUpActions.filter(action => wanted.has(action)))
  const actions = [...wanted]
  const unfinished = actions.filter(action => !followUpActions.includes(action))
  const configure: Step = { kind: 'configure-host', node, files, actions, ...units }
  const needed =
    files.length + unfinished.length + units.stopAndMask.length + units.disable.length + units.enable.length > 0
  return {
    differences: [
      ...packages.map(
        name => ({ node, what: 'package', name, change: 'absent', summary: 'is not installed' }) as const,
      ),
      ...compared.flatMap(one => (one.difference ? [one.difference] : [])),
      ...unitDifferences(node, units),
    ],
    steps: [
      ...(packages.length > 0 ? [{ kind: 'install-packages', node, packages } as const] : []),
      ...(needed ? [configure] : []),
    ],
    followUps,
  }
}

export const isActive = (facts: HostFacts, unit: string): boolean =>
  ['active', 'activating', 'reloading'].includes(facts.units.get(unit)?.active ?? '')

export const isRunning = (facts: HostFacts): boolean =>
  isActive(facts, 'corosync.service') && isActive(facts, 'pacemaker.service')

interface UnitWork {
  readonly stopAndMask: readonly string[]
  readonly disable: readonly string[]
  readonly enable: readonly string[]
}

function unitWork(host: HostArtifacts, facts: HostFacts): UnitWork {
  const of = (unit: string) => found(facts.units.get(unit), `unit ${unit} among the facts of ${facts.node}`)
  return {
    stopAndMask: host.maskedUnits.filter(unit => of(unit).load !== 'masked' || isActive(facts, unit)),
    disable: host.disabledUnits.filter(unit => of(unit).load === 'loaded' && of(unit).enabled === 'enabled'),
    enable: host.enabledUnits.filter(unit => of(unit).enabled !== 'enabled'),
  }
}

function unitDifferences(node: NodeName, work: UnitWork): readonly Difference[] {
  const tell = (units: readonly string[], summary: string): Difference[] =>
    units.map(name => ({ node, what: 'unit', name, change: 'changed', summary }))
  return [
    ...tell(work.stopAndMask, 'is not masked: it could start beside the cluster'),
    ...tell(work.disable, 'starts at boot, beside the cluster'),
    ...tell(work.enable, 'does not start at boot'),
  ]
}

interface ComparedFile {
  /** As it is to be written; a secret's content is filled in when it is. */
  readonly write?: HostFile
  readonly difference?: Difference
}

/** What the whole file should be: where only lines of it are ours, the rest stays as it is. */
function mergedInto(file: HostFile, existing: string): string {
  if (file.merge === 'hosts') return mergeHosts(existing, file.content)
  return file.merge === 'ufw' ? mergeUfw(existing, file.content) : file.content
}

function compareFile(compiled: HostFile, facts: HostFacts, digests: SecretDigests): ComparedFile {
  const fact = facts.files.get(compiled.path)
  const keepsMode = compiled.merge === 'ufw' && fact?.kind === 'file'
  const file = keepsMode ? { ...compiled, mode: fact.mode, owner: fact.owner } : compiled
  const shape = { node: facts.node, what: 'file', name: file.path } as const
  const there = fact?.kind === 'file' ? fact : undefined
  if (fact?.kind === 'other')
    return { write: file, difference: { ...shape, change: 'changed', summary: `is a ${fact.what}, not a file` } }
  if (file.secret !== undefined)
    return compareSecret(file, there, digests)
      ? {}
      : {
          write: file,
          difference: {
            ...shape,
            change: there ? 'changed' : 'absent',
            summary: there ? 'has another secret or other permissions' : 'is not there',
          },
        }
  const content = mergedInto(file, there?.content ?? '')
  if (there && there.content === content && sameMode(file, there)) return {}
  const text = there && there.content !== content
  const summary = !there
    ? 'is not there'
    : text
      ? 'has other content'
      : `is ${there.owner} ${octal(there.mode)}, not ${file.owner} ${octal(file.mode)}`
  const diff = textDiff(there?.content ?? '', content)
  return {
    write: { ...file, content },
    difference: { ...shape, change: there ? 'changed' : 'absent', summary, ...(diff.length > 0 ? { diff } : {}) },
  }
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

/** "root" stands for "root:root". */
const sameMode = (file: HostFile, there: { mode: number; owner: string }): boolean =>
  there.mode === file.mode && (there.owner === file.owner || there.owner === `${file.owner}:${file.owner}`)

function compareSecret(
  file: HostFile,
  there: Extract<FileFact, { kind: 'file' }> | undefined,
  digests: SecretDigests,
): boolean {
  if (!there || !sameMode(file, there) || file.secret === undefined) return false
  return there.sha256 === digests.get(file.secret)
}
