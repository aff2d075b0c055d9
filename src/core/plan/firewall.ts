// What a machine's firewall lacks. firewalld and ufw get a file of ours; rules that somebody wrote by hand are read, never
// changed: what they keep out is told with the exact lines that let it in.
import type { HostFile, Opening } from '../compile/artifacts.ts'
import { firewalldFiles, ruleLine, ufwBlocks } from '../compile/firewall.ts'

import type { HostFacts } from '../live/host.ts'
import { type Answer, closedBy, type Packet } from './firewall-verdict.ts'
import type { Trouble } from './trouble.ts'

/** To be written besides what the artifacts name. */
export function firewallFilesFor(openings: readonly Opening[], facts: HostFacts): readonly HostFile[] {
  if (openings.length === 0) return []
  if (facts.firewall.kind === 'firewalld') return firewalldFiles(openings)
  if (facts.firewall.kind === 'ufw') return ufwBlocks(openings).filter(file => facts.files.has(file.path))
  return []
}

/** A closed firewall; `certain` where a rule that was not understood cannot be what lets it in after all. */
export function closedFirewall(openings: readonly Opening[], facts: HostFacts): readonly Trouble[] {
  const { firewall } = facts
  if (!('rules' in firewall)) return []
  const shut = openings.flatMap(opening => {
    const seen = sourcesOf(opening).map(source => closedBy(firewall.rules, packetOf(opening, source, facts)))
    const answer = worst(seen.map(one => one.answer))
    // From where clients come in the end is for the administrator to say.
    if (answer === 'open' || (opening.who === 'clients' && answer === 'unknown')) return []
    return [{ opening, answer, at: [...new Set(seen.flatMap(one => one.at))] }]
  })
  if (shut.length === 0) return []
  return [
    {
      kind: 'firewall-closed',
      node: facts.node,
      firewall: firewall.kind,
      openings: shut.map(({ opening }) => openingText(opening)),
      lines: shut.flatMap(({ opening, at }) => at.flatMap(input => ruleLine(opening, input).split('\n'))),
      certain: shut.some(({ opening, answer }) => opening.who === 'nodes' && answer === 'closed'),
    },
  ]
}

const worst = (answers: readonly Answer[]): Answer =>
  (['closed', 'unknown'] as const).find(answer => answers.includes(answer)) ?? 'open'

const sourcesOf = ({ from }: Opening): readonly (string | undefined)[] => (from.length > 0 ? from : [undefined])

/** Of a network its first address stands for all. Anybody is asked for as he comes over IPv4. */
function packetOf({ protocol, port, at }: Opening, from: string | undefined, facts: HostFacts): Packet {
  const source = from?.split('/')[0]
  const name = facts.interfaces.find(one => one.addresses.some(own => own.split('/')[0] === at))?.name
  return {
    protocol,
    port,
    family: source?.includes(':') ? 'ip6' : 'ip',
    ...(source === undefined ? {} : { source }),
    ...(name === undefined ? {} : { interface: name }),
  }
}

export function openingText({ protocol, port, from, why }: Opening): string {
  const source = from.length > 0 ? ` from ${from.join(' and ')}` : ''
  return `${protocol} ${port}${source} (${why})`
}
