// Openings → the files of the firewalls that keep their rules in files which others may add to: a policy of our own for
// firewalld, a block of lines in the files that ufw leaves to its administrator.
// Source: firewalld.policy(5), firewalld.richlanguage(5); ufw-framework(8).
import type { HostFile, Opening } from './artifacts.ts'

export const policyFile = '/etc/firewalld/policies/holdfast.xml'
export const ufwFiles: readonly [string, string] = ['/etc/ufw/before.rules', '/etc/ufw/before6.rules']

/** `4` or `6` of an address or network; both where anybody may come. */
const families = ({ from }: Opening): readonly (4 | 6)[] =>
  from.length === 0 ? [4, 6] : ([4, 6] as const).filter(family => from.some(one => familyOf(one) === family))

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4)

export const firewalldFiles = (openings: readonly Opening[]): readonly HostFile[] => [
  {
    path: policyFile,
    content: policyText(openings),
    mode: 0o644,
    owner: 'root:root',
    then: ['firewalld-reload'],
  },
]

/** Asked before the zones are: a negative priority. What it does not accept goes on to them. */
const policyText = (openings: readonly Opening[]): string => `<?xml version="1.0" encoding="utf-8"?>
<!-- Written by Holdfast from the cluster file; changes here are drift and will be overwritten. -->
<policy priority="-1" target="CONTINUE">
  <short>Holdfast</short>
  <description>What the cluster needs.</description>
  <ingress-zone name="ANY"/>
  <egress-zone name="HOST"/>
${openings.flatMap(policyRules).join('')}</policy>
`

function policyRules(opening: Opening): readonly string[] {
  const port = `<port port="${opening.port}" protocol="${opening.protocol}"/>`
  if (opening.from.length === 0) return [`  ${port}\n`]
  return opening.from.map(source => {
    const family = `ipv${familyOf(source)}`
    return `  <rule family="${family}">\n    <source address="${source}"/>\n    ${port}\n    <accept/>\n  </rule>\n`
  })
}

export const ufwBlocks = (openings: readonly Opening[]): readonly HostFile[] =>
  ufwFiles.map((path, index) => ({
    path,
    content: ufwLines(openings, index === 0 ? 4 : 6),
    mode: 0o640,
    owner: 'root:root',
    merge: 'ufw',
    then: ['ufw-reload'],
  }))

function ufwLines(openings: readonly Opening[], family: 4 | 6): string {
  const chain = family === 4 ? 'ufw-before-input' : 'ufw6-before-input'
  const lines = openings.flatMap(opening => {
    if (!families(opening).includes(family)) return []
    const to = `-p ${opening.protocol} --dport ${opening.port}`
    const sources = opening.from.filter(one => familyOf(one) === family)
    const from = sources.length > 0 ? `-s ${sources.join(',')} ` : ''
    return [`# ${opening.why}`, `-A ${chain} ${from}${to} -j ACCEPT`]
  })
  return lines.map(line => `${line}\n`).join('')
}

const begin = '# Holdfast: what the cluster needs'
const end = '# Holdfast: end'

/** `existing` with exactly `ours` in our block, which stands before the end of the table `filter`. */
export function mergeUfw(existing: string, ours: string): string {
  const lines = existing.split('\n')
  const first = lines.indexOf(begin)
  const last = lines.indexOf(end, first)
  const rest = first < 0 || last < 0 ? lines : [...lines.slice(0, first), ...lines.slice(last + 1)]
  if (ours === '') return rest.join('\n')
  const commit = rest.indexOf('COMMIT', rest.indexOf('*filter'))
  const at = commit < 0 ? rest.length : commit
  return [...rest.slice(0, at), begin, ...ours.trimEnd().split('\n'), end, ...rest.slice(at)].join('\n')
}

/** One line for a person to type, for each packet filter whose rules were written by hand. */
export function ruleLine(
  opening: Opening,
  input: { readonly tool: string; readonly name: string; readonly family: string },
): string {
  const { protocol, port, why } = opening
  const sources = opening.from.filter(
    one => input.family === 'inet' || (input.family === 'ip6') === (familyOf(one) === 6),
  )
  if (input.tool !== 'nft') {
    const from = sources.length > 0 ? `-s ${sources.join(',')} ` : ''
    return `${input.tool} -I ${input.name} ${from}-p ${protocol} --dport ${port} -j ACCEPT`
  }
  const rule = (address: string): string =>
    `nft insert rule ${input.name} ${address}${protocol} dport ${port} accept comment '"${why}"'`
  if (sources.length === 0) return rule('')
  const from = (family: 4 | 6): string => sources.filter(one => familyOf(one) === family).join(', ')
  const [four, six] = [from(4), from(6)]
  return [...(four ? [rule(`ip saddr { ${four} } `)] : []), ...(six ? [rule(`ip6 saddr { ${six} } `)] : [])].join('\n')
}
