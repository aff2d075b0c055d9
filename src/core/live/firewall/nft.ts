// `nft --json list ruleset`, as libnftables-json(5) describes it. What is not understood stands as an unknown condition, so
// that nobody takes a rule for more than it says.
import { z } from 'zod'
import type { Condition, FilterRule, FilterVerdict, InputChain, Ruleset } from './types.ts'

const record = z.record(z.string(), z.unknown())
const chainShape = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  hook: z.string().optional(),
  type: z.string().optional(),
  policy: z.string().optional(),
})
const ruleShape = z.object({ family: z.string(), table: z.string(), chain: z.string(), expr: z.array(record) })
const listing = z.object({ nftables: z.array(record) })
const match = z.object({ op: z.string(), left: z.unknown(), right: z.unknown() })

export function readNft(text: string): Ruleset {
  const chains = new Map<string, FilterRule[]>()
  const inputs: InputChain[] = []
  for (const item of listing.parse(JSON.parse(text)).nftables) {
    if ('chain' in item) {
      const { family, table, name, hook, type, policy } = chainShape.parse(item['chain'])
      const chain = `${family} ${table} ${name}`
      chains.set(chain, [])
      if (hook !== 'input' || type !== 'filter' || (family !== 'ip' && family !== 'ip6' && family !== 'inet')) continue
      inputs.push({ tool: 'nft', name: chain, family, chain, policy: policy === 'drop' ? 'drop' : 'accept' })
    }
    if ('rule' in item) {
      const { family, table, chain, expr } = ruleShape.parse(item['rule'])
      chains.get(`${family} ${table} ${chain}`)?.push(...rulesOf(expr, `${family} ${table}`))
    }
  }
  return { inputs, chains }
}

/** Rules that iptables wrote hold extensions that only iptables can tell. */
export const isFromIptables = (text: string): boolean => /"xt": ?\{/.test(text)

/** More than one for a verdict map, which has one verdict for each value. */
function rulesOf(statements: readonly Record<string, unknown>[], table: string): readonly FilterRule[] {
  const conditions: Condition[] = []
  for (const statement of statements) {
    const map = vmap(statement, table)
    if (map) return map.map(rule => ({ ...rule, conditions: [...conditions, ...rule.conditions] }))
    const verdict = verdictOf(statement, table)
    if (verdict) return [{ conditions, verdict }]
    conditions.push(...conditionsOf(statement))
  }
  return [{ conditions, verdict: { kind: 'none' } }]
}

const target = z.object({ target: z.string() })

function verdictOf(statement: Record<string, unknown>, table: string): FilterVerdict | undefined {
  if ('accept' in statement) return { kind: 'accept' }
  if ('drop' in statement || 'reject' in statement) return { kind: 'drop' }
  if ('return' in statement) return { kind: 'return' }
  for (const kind of ['jump', 'goto'] as const)
    if (kind in statement) return { kind, chain: `${table} ${target.parse(statement[kind]).target}` }
  return undefined
}

const verdictMap = z.object({
  key: z.unknown(),
  data: z.object({ set: z.array(z.tuple([z.unknown(), record])) }),
})

function vmap(statement: Record<string, unknown>, table: string): readonly FilterRule[] | undefined {
  const map = verdictMap.safeParse(statement['vmap'])
  if (!map.success) return undefined
  return map.data.data.set.map(([value, verdict]) => ({
    conditions: compared(map.data.key, value, false),
    verdict: verdictOf(verdict, table) ?? { kind: 'none' },
  }))
}

/** They count or write, and let the packet go on. */
const silent = new Set(['counter', 'log', 'comment', 'notrack', 'mangle', 'ct helper'])

function conditionsOf(statement: Record<string, unknown>): readonly Condition[] {
  if (Object.keys(statement).every(name => silent.has(name))) return []
  const one = match.safeParse(statement['match'])
  if (!one.success) return [{ on: 'unknown' }]
  const { op, left, right } = one.data
  return op === '==' || op === 'in' || op === '!=' ? compared(left, right, op === '!=') : [{ on: 'unknown' }]
}

const leftShape = z.union([
  z.object({ payload: z.object({ protocol: z.string(), field: z.string() }) }),
  z.object({ meta: z.object({ key: z.string() }) }),
  z.object({ ct: z.object({ key: z.string() }) }),
])

function compared(left: unknown, right: unknown, not: boolean): readonly Condition[] {
  const side = leftShape.safeParse(left)
  const values = valuesOf(right)
  if (!side.success || !values) return [{ on: 'unknown' }]
  if ('ct' in side.data) return [side.data.ct.key === 'state' ? { on: 'state', values, not } : { on: 'unknown' }]
  if ('meta' in side.data) return [ofMeta(side.data.meta.key, values, not)]
  return ofPayload(side.data.payload, values, not)
}

function ofMeta(key: string, values: readonly string[], not: boolean): Condition {
  if (key === 'l4proto') return { on: 'protocol', values, not }
  if (key === 'iifname' || key === 'iif') return { on: 'interface', values, not }
  if (key === 'nfproto' || key === 'protocol')
    return { on: 'family', values: values.map(value => value.replace(/^ipv4$/, 'ip').replace(/^ipv6$/, 'ip6')), not }
  return { on: 'unknown' }
}

/** A comparison with a field of a protocol's header holds only for packets of that protocol. */
function ofPayload(
  { protocol, field }: { protocol: string; field: string },
  values: readonly string[],
  not: boolean,
): readonly Condition[] {
  if (field === 'dport') {
    const own: readonly Condition[] = protocol === 'th' ? [] : [{ on: 'protocol', values: [protocol], not: false }]
    return [...own, { on: 'port', ranges: values.map(rangeOf), not }]
  }
  const isIp = protocol === 'ip' || protocol === 'ip6'
  if (isIp && field === 'saddr')
    return [
      { on: 'family', values: [protocol], not: false },
      { on: 'source', values, not },
    ]
  if (isIp && (field === 'protocol' || field === 'nexthdr')) return [{ on: 'protocol', values, not }]
  return [{ on: 'unknown' }]
}

const scalar = z.union([z.string(), z.number()]).transform(String)
const rightShape = z.union([
  scalar,
  z.object({ range: z.tuple([scalar, scalar]) }),
  z.object({ prefix: z.object({ addr: z.string(), len: z.number() }) }),
])

/** As texts: `22`, `7788-7799`, `10.0.0.0/8`. Undefined for what has no values here, such as a set by its name. */
function valuesOf(right: unknown): readonly string[] | undefined {
  const list = z.union([z.array(rightShape), z.object({ set: z.array(rightShape) })]).safeParse(right)
  const items = list.success ? ('set' in list.data ? list.data.set : list.data) : undefined
  const one = rightShape.safeParse(right)
  const all = items ?? (one.success ? [one.data] : [])
  const texts = all.map(item => {
    if (typeof item === 'string') return item
    return 'range' in item ? item.range.join('-') : `${item.prefix.addr}/${item.prefix.len}`
  })
  return texts.length === 0 || texts.some(text => text.startsWith('@')) ? undefined : texts
}

function rangeOf(text: string): readonly [number, number] {
  const [from = '', to = from] = text.split('-')
  return [Number(from), Number(to)]
}
