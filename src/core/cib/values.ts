// What the strings of a CIB mean: booleans, scores, intervals, points in time.
// Source: "Pacemaker Explained" 2.1, "Common Value Types"; ISO 8601 for dates.
import { INFINITY, MINUS_INFINITY, type Score, score } from '../base/score.ts'

const truths = new Set(['true', 'on', 'yes', 'y', '1'])
const lies = new Set(['false', 'off', 'no', 'n', '0'])

export function asBoolean(text: string | undefined, otherwise = false): boolean {
  if (text === undefined) return otherwise
  const lower = text.toLowerCase()
  return truths.has(lower) ? true : lies.has(lower) ? false : otherwise
}

/** Colours are the scores of the node-health options and are given by the caller. */
export function asScore(text: string | undefined, colours?: Readonly<Record<string, Score>>): Score {
  if (text === undefined) return score(0)
  const trimmed = text.trim()
  const word = trimmed.toLowerCase()
  if (word === 'infinity' || word === '+infinity') return INFINITY
  if (word === '-infinity') return MINUS_INFINITY
  const colour = colours?.[word]
  if (colour !== undefined) return colour
  const number = Number.parseInt(trimmed, 10)
  return Number.isNaN(number) ? score(0) : score(number)
}

export function asInteger(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const number = Number.parseInt(text, 10)
  return Number.isNaN(number) ? otherwise : number
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  us: 0.001,
  usec: 0.001,
  s: 1_000,
  sec: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
}

/** "10", "10s", "5min", "PT5M" → milliseconds; undefined where it is no duration. A bare number is seconds. */
export function asMilliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const plain = /^\s*(\d+)(?:\.\d*)?\s*([a-zA-Z]*)\s*$/.exec(text)
  if (plain) {
    const factor = plain[2] === '' ? 1_000 : units[plain[2]?.toLowerCase() ?? '']
    return factor === undefined ? undefined : Math.trunc(Number(plain[1]) * factor)
  }
  if (!/^[Pp]/.test(text)) return undefined
  const iso = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(text)
  if (!iso) return undefined
  const [years, months, weeks, days, hours, minutes, seconds] = iso.slice(1).map(part => Number(part ?? 0))
  const wholeDays = (years ?? 0) * 365 + (months ?? 0) * 30 + (weeks ?? 0) * 7 + (days ?? 0)
  return (((wholeDays * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1_000
}

/** ISO 8601 calendar, ordinal and week dates, with or without time and zone (none: UTC) → milliseconds since 1970. */
export function asInstant(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const match =
    /^\s*([0-9W-]+)?(?:[T ]?\s*(\d{1,2}(?::?\d{2}(?::?\d{2})?)?)?\s*(Z|[+-]\d{1,2}:?(?:\d{2})?)?)?\s*$/.exec(text)
  if (!match) return undefined
  const day = asDay(match[1] ?? '')
  if (day === undefined) return undefined
  const clock = (match[2] ?? '').replaceAll(':', '').padEnd(6, '0')
  const time = Number(clock.slice(0, 2)) * 3_600 + Number(clock.slice(2, 4)) * 60 + Number(clock.slice(4, 6))
  return day + time * 1_000 - zoneOffset(match[3])
}

function asDay(text: string): number | undefined {
  const calendar = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text)
  if (calendar) return Date.UTC(Number(calendar[1]), Number(calendar[2]) - 1, Number(calendar[3]))
  const ordinal = /^(\d{4})-?(\d{3})$/.exec(text)
  if (ordinal) return Date.UTC(Number(ordinal[1]), 0, Number(ordinal[2]))
  const week = /^(\d{4})-?W(\d{2})-?(\d)?$/.exec(text)
  if (!week) return undefined
  const january4 = new Date(Date.UTC(Number(week[1]), 0, 4))
  const monday = january4.getTime() - ((january4.getUTCDay() + 6) % 7) * 86_400_000
  return monday + ((Number(week[2]) - 1) * 7 + Number(week[3] ?? 1) - 1) * 86_400_000
}

function zoneOffset(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  const hours = Number(digits.length > 2 ? digits.slice(0, -2) : digits)
  const minutes = digits.length > 2 ? Number(digits.slice(-2)) : 0
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
