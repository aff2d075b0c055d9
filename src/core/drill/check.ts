// What a scenario may not ask of this cluster although its words are right: a fault that cannot happen there is
// refused, not ignored.
import type { Problem } from '../base/result.ts'
import type { Scenario, Statement, Vocabulary } from './types.ts'

export function checkScenario(scenario: Scenario, file: string, vocabulary: Vocabulary): Problem[] {
  return scenario.statements.flatMap(statement => {
    const wrong = impossible(statement, vocabulary)
    return wrong
      ? [{ severity: 'error' as const, code: 'impossible', ...wrong, at: { file, line: statement.line, column: 1 } }]
      : []
  })
}

function impossible(statement: Statement, vocabulary: Vocabulary): { message: string; hint: string } | undefined {
  if (statement.kind !== 'fault') return undefined
  const { fault } = statement
  if ('from' in fault && fault.from === fault.to)
    return { message: `${fault.from} has no link to itself.`, hint: 'Name two different nodes.' }
  if ('link' in fault && typeof fault.link === 'number' && fault.link >= vocabulary.links)
    return { message: `There is no link ${fault.link}.`, hint: `The cluster has links 0 to ${vocabulary.links - 1}.` }
  if (fault.kind === 'witness' && !vocabulary.witness)
    return {
      message: 'The cluster has no witness.',
      hint: 'Add `quorum: { witness: … }` to the cluster file, or remove the line.',
    }
  if (
    (fault.kind === 'cut' || fault.kind === 'heal') &&
    fault.link === 'replication' &&
    vocabulary.volumes.length === 0
  )
    return { message: 'The cluster replicates no volume.', hint: 'Cut a cluster link by its number instead.' }
  return undefined
}
