// Which firewall is active on a machine: the two that manage their rules are known by their units and files, everything
// else by the packet filter's own listing.
import type { FileFact, UnitFact } from '../host.ts'
import { readIptables } from './iptables.ts'
import { isFromIptables, readNft } from './nft.ts'
import type { FirewallFact, Ruleset } from './types.ts'

/** To be asked of every machine. */
export const firewallUnits: readonly string[] = ['firewalld.service', 'ufw.service']
export const firewallFiles: readonly string[] = [
  '/etc/firewalld/policies/holdfast.xml',
  '/etc/ufw/ufw.conf',
  '/etc/ufw/before.rules',
  '/etc/ufw/before6.rules',
]

export interface FirewallTold {
  readonly units: ReadonlyMap<string, UnitFact>
  readonly files: ReadonlyMap<string, FileFact>
  /** `nft --json list ruleset`; empty where there is none. */
  readonly nft: string
  /** Of iptables-save and ip6tables-save, where nft could not tell it all. */
  readonly four: string
  readonly six: string
}

export function readFirewall(told: FirewallTold): FirewallFact {
  const isActive = (unit: string): boolean => told.units.get(unit)?.active === 'active'
  if (isActive('firewalld.service')) return { kind: 'firewalld' }
  const conf = told.files.get('/etc/ufw/ufw.conf')
  // Its unit counts as active even where it filters nothing, and as inactive after `ufw enable`, until the next boot.
  const isLoaded = isActive('ufw.service') || /\bufw-before-input\b/.test(told.nft + told.four)
  if (isLoaded && conf?.kind === 'file' && /^ENABLED=yes/im.test(conf.content ?? '')) return { kind: 'ufw' }
  const own = told.nft.trim() === '' ? [] : [readNft(told.nft)].map(rules => withoutIptables(rules, told.nft))
  const tables = [readIptables(told.four, 'iptables'), readIptables(told.six, 'ip6tables')]
  for (const [kind, rules] of [
    ['nftables', joined(own)],
    ['iptables', joined(tables)],
  ] as const)
    if (filters(rules)) return { kind, rules: joined([...own, ...tables]) }
  return { kind: 'none' }
}

const joined = (all: readonly Ruleset[]): Ruleset => ({
  inputs: all.flatMap(one => one.inputs),
  chains: new Map(all.flatMap(one => [...one.chains])),
})

/** What iptables has written through nft's kernel side it tells itself, with the words that nft does not know. */
const withoutIptables = (rules: Ruleset, text: string): Ruleset =>
  isFromIptables(text)
    ? { ...rules, inputs: rules.inputs.filter(input => !/^ip6? filter INPUT$/.test(input.name)) }
    : rules

/** Something that comes in may be dropped. */
const filters = ({ inputs, chains }: Ruleset): boolean =>
  inputs.some(input => input.policy === 'drop') ||
  (inputs.length > 0 && [...chains.values()].flat().some(rule => rule.verdict.kind === 'drop'))
