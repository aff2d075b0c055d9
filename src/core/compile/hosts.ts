// /etc/hosts belongs to the machine; ours are the lines of the cluster's nodes in it. A node's own name must lead to its
// cluster address, so a name of ours is taken out of every other line: Debian's installer writes `127.0.1.1 hostname`,
// and a Corosync that finds itself there waits for a peer that will never come.
// Source: best practice, "127.0.1.1 hostname in /etc/hosts".

const begin = '# Holdfast: the nodes of this cluster'
const end = '# Holdfast: end'

/** `existing` with exactly `ours` (lines of "address name") in its block, and none of ours' names anywhere else. */
export function mergeHosts(existing: string, ours: string): string {
  const lines = ours.split('\n').filter(line => line !== '')
  const names = new Set(lines.flatMap(line => line.split(/\s+/).slice(1)))
  const kept = withoutBlock(existing.split('\n')).flatMap(line => withoutNames(line, names))
  while (kept.at(-1) === '') kept.pop()
  return `${[...kept, ...(lines.length > 0 ? [begin, ...lines, end] : [])].join('\n')}\n`
}

function withoutBlock(lines: readonly string[]): readonly string[] {
  const first = lines.indexOf(begin)
  const last = lines.indexOf(end, first)
  return first < 0 || last < 0 ? lines : [...lines.slice(0, first), ...lines.slice(last + 1)]
}

/** The line without those names; no line at all where none is left. */
function withoutNames(line: string, names: ReadonlySet<string>): readonly string[] {
  const [content = '', ...comment] = line.split('#')
  const [address, ...hosts] = content.trim().split(/\s+/)
  // `alpha.example.net` beside `alpha` goes too: its first label is the name.
  const isOurs = (host: string): boolean => names.has(host) || names.has(host.split('.')[0] ?? '')
  const left = hosts.filter(host => !isOurs(host))
  if (address === undefined || left.length === hosts.length) return [line]
  if (left.length === 0) return []
  return [[`${address}\t${left.join(' ')}`, ...comment].join(' #')]
}
