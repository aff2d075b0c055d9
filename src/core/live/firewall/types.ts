// A machine's packet filter as far as it decides who gets in: the chains that incoming packets pass, with conditions that
// are understood or told to be not. nft and iptables are read into the same form.

export type Condition =
  | { readonly on: 'family'; readonly values: readonly string[]; readonly not: boolean }
  | { readonly on: 'protocol'; readonly values: readonly string[]; readonly not: boolean }
  | { readonly on: 'port'; readonly ranges: readonly (readonly [number, number])[]; readonly not: boolean }
  /** Networks as `10.0.0.0/8`, or single addresses. */
  | { readonly on: 'source'; readonly values: readonly string[]; readonly not: boolean }
  /** `eth*` stands for all that begin so. */
  | { readonly on: 'interface'; readonly values: readonly string[]; readonly not: boolean }
  | { readonly on: 'state'; readonly values: readonly string[]; readonly not: boolean }
  | { readonly on: 'unknown' }

export type FilterVerdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'none' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }

export interface FilterRule {
  readonly conditions: readonly Condition[]
  readonly verdict: FilterVerdict
}

/** Where incoming packets enter: what none of its rules decides falls to the policy. */
export interface InputChain {
  readonly tool: 'nft' | 'iptables' | 'ip6tables'
  /** As it is spelt for that tool: `inet filter input`, `INPUT`. */
  readonly name: string
  readonly family: 'ip' | 'ip6' | 'inet'
  /** The key among `chains`. */
  readonly chain: string
  readonly policy: 'accept' | 'drop'
}

export interface Ruleset {
  readonly inputs: readonly InputChain[]
  readonly chains: ReadonlyMap<string, readonly FilterRule[]>
}

export type FirewallFact =
  /** `firewalld` and `ufw` are told apart by what manages the rules, which then are not looked at one by one. */
  { readonly kind: 'none' | 'firewalld' | 'ufw' } | { readonly kind: 'nftables' | 'iptables'; readonly rules: Ruleset }
