// `iptables-save` and `ip6tables-save`: the table `filter`, as iptables(8) and iptables-extensions(8) write it.
import type { Condition, FilterRule, FilterVerdict, InputChain, Ruleset } from './types.ts'

export function readIptables(text: string, tool: 'iptables' | 'ip6tables'): Ruleset {
  const filter = /^\*filter\n([\s\S]*?)^COMMIT$/m.exec(text)?.[1] ?? ''
  const chains = new Map<string, FilterRule[]>()
  const inputs: InputChain[] = []
  const key = (name: string): string => `${tool} ${name}`
  for (const line of filter.split('\n')) {
    const head = /^:(\S+) (\S+)/.exec(line)
    if (head) {
      const [, name = '', policy = ''] = head
      chains.set(key(name), [])
      if (name === 'INPUT')
        inputs.push({
          tool,
          name,
          family: tool === 'iptables' ? 'ip' : 'ip6',
          chain: key(name),
          policy: policy === 'DROP' ? 'drop' : 'accept',
        })
    }
    const [verb, chain = '', ...words] = wordsOf(line)
    if (verb === '-A') chains.get(key(chain))?.push(ruleOf(words, key))
  }
  return { inputs, chains }
}

/** A comment may hold blanks in quotes. */
const wordsOf = (line: string): readonly string[] => line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []

const noop = new Set(['comment', 'tcp', 'udp', 'multiport', 'conntrack', 'state'])

function ruleOf(words: readonly string[], key: (name: string) => string): FilterRule {
  const conditions: Condition[] = []
  let verdict: FilterVerdict = { kind: 'none' }
  for (let i = 0, not = false; i < words.length; i += 1) {
    const [option = '', value = ''] = [words[i], words[i + 1] ?? '']
    if (option === '!') {
      not = true
      continue
    }
    if (option === '-j' || option === '-g') verdict = verdictOf(option, value, key)
    else if (option === '--comment' || (option === '-m' && noop.has(value))) conditions.push()
    // What belongs to a target decides nothing.
    else if (verdict.kind !== 'none') break
    else conditions.push(conditionOf(option, value, not))
    not = false
    i += 1
  }
  return { conditions, verdict }
}

function verdictOf(option: string, target: string, key: (name: string) => string): FilterVerdict {
  if (option === '-g') return { kind: 'goto', chain: key(target) }
  if (target === 'ACCEPT') return { kind: 'accept' }
  if (target === 'DROP' || target === 'REJECT') return { kind: 'drop' }
  if (target === 'RETURN') return { kind: 'return' }
  return { kind: 'jump', chain: key(target) }
}

function conditionOf(option: string, value: string, not: boolean): Condition {
  const values = value.split(',')
  switch (option) {
    case '-s':
      return { on: 'source', values, not }
    case '-p':
      return { on: 'protocol', values, not }
    case '-i':
      return { on: 'interface', values: [value.replace(/\+$/, '*')], not }
    case '--dport':
    case '--dports':
      return { on: 'port', ranges: values.map(rangeOf), not }
    case '--ctstate':
    case '--state':
      return { on: 'state', values: values.map(each => each.toLowerCase()), not }
    default:
      return { on: 'unknown' }
  }
}

function rangeOf(text: string): readonly [number, number] {
  const [from = '', to = from] = text.split(':')
  return [Number(from), Number(to)]
}
