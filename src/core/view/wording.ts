// The answer in words: one headline, one sentence, and the reasons behind it. Shared by the terminal, the page and JSON.
import type { Answer, Protection, Risk, ServiceProtection } from './protection.ts'
import type { Tone } from './styled.ts'

export const answerTone: Readonly<Record<Answer, Tone>> = {
  protected: 'good',
  unprotected: 'warn',
  down: 'bad',
  unknown: 'bad',
}

/** Never colour alone: each answer has a sign of its own. */
export const answerSign: Readonly<Record<Answer, string>> = {
  protected: '✔',
  unprotected: '▲',
  down: '✖',
  unknown: '?',
}

export const answerWords: Readonly<Record<Answer, string>> = {
  protected: 'Protected',
  unprotected: 'Running, but unprotected',
  down: 'Down',
  unknown: 'Out of sight',
}

export function answerSentence(p: Protection): string {
  const named = p.services.filter(s => s.answer === p.answer).map(s => s.service)
  switch (p.answer) {
    case 'protected':
      return 'A failure of any one machine now would be survived.'
    case 'unprotected':
      return `A failure now would not be survived by ${listed(named)}.`
    case 'down':
      return `${listed(named)} ${named.length === 1 ? 'does' : 'do'} not serve.`
    case 'unknown':
      return 'No machine could be asked, so nothing is known of the services.'
    default:
      return p.answer satisfies never
  }
}

export const listed = (names: readonly string[], last = 'and'): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names[names.length - 1]}`

export const riskWords = (r: Risk): string =>
  r.lost.length === 0
    ? 'a failure now would not be survived'
    : `a failure of ${listed(r.lost, 'or')} now would not be survived`

/** One line of text per reason, with whom it concerns. */
export interface Why {
  readonly services: readonly string[]
  /** "a failure of alpha or beta now would not be survived", "down"; the same for several reasons in a row. */
  readonly about: string
  readonly code: string
  readonly text: string
  readonly hint?: string
}

/** Every reason once, with all services that it concerns. */
export function reasons(p: Protection): Why[] {
  const all = p.services.flatMap(s => reasonsOf(s))
  const merged = new Map<string, Why>()
  for (const why of all) {
    const key = `${why.about}\n${why.text}`
    const same = merged.get(key)
    merged.set(key, same ? { ...same, services: [...new Set([...same.services, ...why.services])] } : why)
  }
  return [...merged.values()]
}

const reasonsOf = (s: ServiceProtection): Why[] => [
  ...s.down.map(x => ({ services: [s.service], about: s.answer === 'unknown' ? 'out of sight' : 'down', ...x })),
  ...s.risks.flatMap(r => r.reasons.map(x => ({ services: [s.service], about: riskWords(r), ...x }))),
]
