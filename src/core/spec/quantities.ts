// Quantities as people write them in the cluster file: "8 GiB", "30 s". A number without its unit is refused.
import { z } from 'zod'
import { type Bytes, bytes, type Milliseconds, milliseconds } from '../base/units.ts'

const sizes: Readonly<Record<string, number>> = {
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
}
const spans: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }

const quantity = (units: Readonly<Record<string, number>>): RegExp =>
  new RegExp(`^([0-9]+(?:\\.[0-9]+)?) ?(${Object.keys(units).join('|')})$`)

function read(text: string, units: Readonly<Record<string, number>>): number {
  const [, number = '0', unit = ''] = quantity(units).exec(text) ?? []
  return Math.round(Number(number) * (units[unit] ?? 0))
}

export const sizeField: z.ZodType<Bytes, string> = z
  .string('expected a size with its unit, such as `8 GiB`')
  .regex(quantity(sizes), 'expected a size with its unit, such as `8 GiB` (MiB, GiB, TiB; MB, GB, TB)')
  .transform(text => bytes(read(text, sizes)))

export const durationField: z.ZodType<Milliseconds, string> = z
  .string('expected a time with its unit, such as `30 s`')
  .regex(quantity(spans), 'expected a time with its unit, such as `30 s` (ms, s, min, h)')
  .transform(text => milliseconds(read(text, spans)))
