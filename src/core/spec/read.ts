// The whole of `check`: text → form → model → everything that makes no sense or is a risk, each at its line.
import { type Checked, hasErrors, type Problem } from '../base/result.ts'
import { checkBlueprints } from '../blueprints/check.ts'
import { check } from '../model/check.ts'
import type { Finding } from '../model/finding.ts'
import type { Cluster } from '../model/types.ts'
import { decode, placed } from './decode.ts'

/** The value is absent where there are errors; warnings leave it. */
export function readCluster(text: string, file: string): Checked<Cluster> {
  const { value, problems, locate, rest } = decode(text, file)
  const sorted = (findings: readonly Finding[]): readonly Problem[] =>
    [...problems, ...findings.map(finding => placed(finding, locate))].sort(byPlace)
  if (value === undefined) return { problems: sorted(rest ? check(rest.cluster).filter(rest.isTrustworthy) : []) }
  const model = check(value)
  // A blueprint may rely on what the model's own rules have made sure of.
  const all = sorted([...model, ...(hasErrors(model) ? [] : checkBlueprints(value))])
  return hasErrors(all) ? { problems: all } : { value, problems: all }
}

const byPlace = (a: Problem, b: Problem): number =>
  (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0)
