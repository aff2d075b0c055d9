// A calibration: durations that were measured, with a word about where. A JSON file:
//   { "about": "…", "durations": { "mount": [420, 650], … } }      name → [low, high] in milliseconds
// Names that do not exist and ranges that cannot be are refused, with the nearest name.
import { parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { closest } from '../base/suggest.ts'
import { type Calibration, type Durations, defaultDurations, type Range } from './durations.ts'

export interface CalibrationFile {
  readonly about: string
  readonly durations: Calibration
}

export const durationNames: readonly (keyof Durations)[] = Object.keys(defaultDurations).filter(isDuration)

export function isDuration(name: string): name is keyof Durations {
  return Object.hasOwn(defaultDurations, name)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function parseCalibration(text: string): Result<CalibrationFile, string> {
  const read = parseJson(text)
  if (!read.ok) return fail('it is not JSON')
  const data = read.value
  const given = isObject(data) ? data['durations'] : undefined
  if (!isObject(data) || !isObject(given)) return fail('expected { "about": …, "durations": { NAME: [low, high] } }')
  const durations: Partial<Record<keyof Durations, Range>> = {}
  for (const [name, range] of Object.entries(given)) {
    if (!isDuration(name)) {
      const near = closest(name, durationNames)
      return fail(`there is no duration "${name}".${near ? ` Did you mean "${near}"?` : ''}`)
    }
    const [low, high]: readonly unknown[] = Array.isArray(range) ? range : []
    if (typeof low !== 'number' || typeof high !== 'number' || !(low >= 0) || !(high >= low))
      return fail(`${name}: expected [low, high] in milliseconds, the lower one first`)
    durations[name] = [low, high]
  }
  return ok({ about: typeof data['about'] === 'string' ? data['about'] : '', durations })
}

export const printCalibration = ({ about, durations }: CalibrationFile): string => {
  const rows = durationNames.flatMap(name => {
    const range = durations[name]
    return range ? [`    "${name}": [${range.map(n => Math.round(n * 10) / 10).join(', ')}]`] : []
  })
  return `{\n  "about": ${JSON.stringify(about)},\n  "durations": {\n${rows.join(',\n')}\n  }\n}\n`
}
