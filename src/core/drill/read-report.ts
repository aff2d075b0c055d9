// A drill's report from its JSON file, checked: what `drill --json` prints and report.json holds.
import { z } from 'zod'
import { parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { instant, milliseconds, nodeName } from '../base/units.ts'
import type { DrillReport } from './report.ts'

const time = z.number().transform(instant)
const span = z.number().transform(milliseconds)
const node = z.string().transform(nodeName)
const phases = ['detection', 'fencing', 'promotion', 'mount', 'recovery', 'address'] as const
const sources = ['fault', 'client', 'corosync', 'pacemaker', 'drbd', 'fencing', 'service', 'drill', 'holdfast'] as const

const report: z.ZodType<DrillReport> = z.object({
  schema: z.literal(1),
  cluster: z.string(),
  scenario: z.string(),
  text: z.string(),
  world: z.enum(['sim', 'lab', 'live']),
  simulation: z.object({ seed: z.number(), calibration: z.string().exactOptional() }).exactOptional(),
  started: time,
  ended: time,
  verdict: z.enum(['passed', 'failed']),
  steps: z.array(
    z.object({
      line: z.number(),
      text: z.string(),
      verdict: z.enum(['done', 'met', 'failed']),
      from: time.exactOptional(),
      to: time.exactOptional(),
      why: z.string().exactOptional(),
    }),
  ),
  services: z.array(
    z.object({
      service: z.string(),
      asks: z.string().exactOptional(),
      acknowledged: z.number(),
      refused: z.number(),
      lost: z.number().exactOptional(),
      outages: z.array(
        z.object({
          from: time,
          to: time,
          split: z.array(z.object({ phase: z.enum([...phases, 'client']), took: span })),
        }),
      ),
      rate: z.array(z.number()),
    }),
  ),
  lanes: z.array(
    z.object({
      subject: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('node'), node }),
        z.object({ kind: z.literal('replica'), node, resource: z.string() }),
        z.object({ kind: z.literal('service'), service: z.string() }),
      ]),
      spans: z.array(z.object({ from: time, to: time, state: z.string() })),
    }),
  ),
  events: z.array(
    z.object({
      at: time,
      node: node.exactOptional(),
      source: z.enum(sources),
      text: z.string(),
      mark: z.object({ phase: z.enum(phases), service: z.string().exactOptional() }).exactOptional(),
    }),
  ),
})

export function readReport(text: string): Result<DrillReport, string> {
  const data = parseJson(text)
  if (!data.ok) return fail('it is not JSON')
  const read = report.safeParse(data.value)
  if (read.success) return ok(read.data)
  const [first] = read.error.issues
  return fail(`it is no drill report: ${first?.path.join('.') || 'the whole'}: ${first?.message ?? ''}`)
}
