// Explanations as lines of text.
import type { Account, Explanation } from './explanation.ts'
import { points, signed } from './words.ts'

/** What stands out is marked by the caller: the verdict, a node's line. */
export interface Paint {
  readonly strong: (text: string) => string
  readonly weak: (text: string) => string
}

const plain: Paint = { strong: text => text, weak: text => text }

export const showExplanations = (all: readonly Explanation[], paint: Paint = plain): readonly string[] =>
  all.flatMap((one, at) => [
    ...(at > 0 && (one.nodes.length > 0 || one.waits.length > 0) ? [''] : []),
    ...showOne(one, paint),
  ])

function showOne(one: Explanation, paint: Paint): readonly string[] {
  return [
    paint.strong(one.verdict),
    ...one.because.map(line => `  ${line}`),
    ...one.nodes.flatMap(account => showAccount(account, paint, `  ${account.node}`)),
    ...one.promotion.flatMap(account => showAccount(account, paint, `  ${account.node}, for promotion`)),
    ...one.waits.flatMap(({ action, waitsFor }) => [`  ${action} waits for`, ...waitsFor.map(name => `    ${name}`)]),
  ]
}

function showAccount(account: Account, paint: Paint, name: string): readonly string[] {
  const { score, chosen, parts, aside, but, remedy, remedySuffices } = account
  const head = `${name}: ${score === undefined ? 'out of the question' : `score ${points(score)}`}${chosen ? ', chosen' : ''}`
  const sum = parts.map(part => `    ${signed(part.score).padStart(9)}  ${part.text}`)
  return [
    paint.strong(head),
    ...sum,
    ...aside.map(part => paint.weak(`    (${signed(part.score)})  ${part.text}`)),
    ...but.map(line => `    ${line}`),
    ...showRemedy(remedy, remedySuffices),
  ]
}

function showRemedy(remedy: readonly string[], suffices: boolean | undefined): readonly string[] {
  if (remedy.length === 0)
    return suffices === false ? ['    to run here: nothing that Holdfast could try is enough'] : []
  const lines = remedy.map((step, at) => `    ${at === 0 ? 'to run here:' : '            '} ${step}`)
  return [...lines, ...(suffices ? [] : ['                 and more: tried on paper, this alone is not enough'])]
}
