// The answer in words: one headline, one sentence, and the reasons behind it. Shared by the terminal, the page and JSON.
import type { Milliseconds } from '../base/units.ts'
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
      return oneRisk(p) ?? `A failure now would not be survived by ${listed(named)}.`
    case 'down':
      return `${listed(named)} ${named.length === 1 ? 'does' : 'do'} not serve.`
    case 'unknown':
      return 'No machine could be asked, so nothing is known of the services.'
    default:
      return p.answer satisfies never
  }
}

/** Where every reason is about the same machines, the sentence names them. */
function oneRisk(p: Protection): string | undefined {
  const about = new Set(p.services.flatMap(s => s.risks.map(riskWords)))
  const [only] = about
  return about.size === 1 && only !== undefined ? `${capital(only)}.` : undefined
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** "9 s ago", "12 min ago", "3 days ago": one unit is enough for an age. */
export function showAge(span: Milliseconds): string {
  const units = [
    [86_400_000, 'days'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ] as const
  const [size, name] = units.find(([n]) => span >= 2 * n) ?? [1_000, 's']
  return `${Math.max(0, Math.floor(span / size))} ${name} ago`
}

export const listed = (names: readonly string[], last = 'and'): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names[names.length - 1]}`

const riskWords = (r: Risk): string =>
  r.lost.length === 0
    ? 'a failure now would not be survived'
    : `a failure of ${listed(r.lost, 'or')} now would not be survived`

const downWords = (s: ServiceProtection): string =>
  s.answer === 'unknown' ? 'nothing is known of the services' : `the service ${s.service} does not serve`

/** One line of text per reason, with whom it concerns. */
export interface Why {
  readonly services: readonly string[]
  /** "a failure of alpha or beta now would not be survived", "db does not serve"; the same for several reasons in a row. */
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
  ...s.down.map(x => ({ services: [s.service], about: downWords(s), ...x })),
  ...s.risks.flatMap(r => r.reasons.map(x => ({ services: [s.service], about: riskWords(r), ...x }))),
]
