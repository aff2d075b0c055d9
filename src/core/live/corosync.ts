// What Corosync's own tools say about quorum, links and names, each as one node sees it.
// Sources: corosync-quorumtool(8), corosync-cfgtool(8), corosync-cmapctl(8), votequorum(5), corosync-qdevice(8).
import { type NodeName, nodeName } from '../base/units.ts'
import type { LinkState, QuorumView } from './snapshot.ts'

/** From `corosync-cmapctl nodelist.`: ids, names and addresses. */
export interface CorosyncNode {
  readonly id: number
  readonly name: NodeName
  readonly addresses: readonly string[]
}

export function parseNodeList(text: string): readonly CorosyncNode[] {
  const nodes = new Map<string, { id: number; name: string; addresses: string[] }>()
  for (const [, position = '', key = '', value = ''] of text.matchAll(
    /^nodelist\.node\.(\d+)\.(\w+) \(\w+\) = (.*)$/gm,
  )) {
    const node = nodes.get(position) ?? { id: 0, name: '', addresses: [] }
    nodes.set(position, node)
    if (key === 'nodeid') node.id = Number(value)
    if (key === 'name') node.name = value
    if (/^ring\d+_addr$/.test(key)) node.addresses.push(value)
  }
  return [...nodes.values()].map(({ id, name, addresses }) => ({ id, name: nodeName(name), addresses }))
}

/** Undefined where `corosync-quorumtool -s` shows no votequorum, which is so when Corosync does not run. */
export function parseQuorum(text: string, node: NodeName): QuorumView | undefined {
  const field = (name: string): string | undefined => new RegExp(`^${name}:\\s+(.*?)\\s*$`, 'm').exec(text)?.[1]
  const quorate = field('Quorate')
  const expected = field('Expected votes')
  const votes = field('Total votes')
  if (quorate === undefined || expected === undefined || votes === undefined) return undefined
  const flags = field('Flags')?.split(' ') ?? []
  const witness = flags.includes('Qdevice') ? witnessOf(text) : undefined
  return {
    node,
    quorate: quorate === 'Yes',
    votes: Number.parseInt(votes, 10),
    expected: Number.parseInt(expected, 10),
    members: membersOf(text),
    waitForAll: flags.includes('WaitForAll'),
    ...(witness ? { witness } : {}),
  }
}

/** Rows of "Membership information": `1  1  A,V,NMW alpha (local)`; the witness is node 0, by the name of Qdevice. */
function membersOf(text: string): readonly NodeName[] {
  const table = text.split('Membership information')[1] ?? ''
  return [...table.matchAll(/^\s+(\d+)\s+\d+\s+(?:[AN],[A-Z,]+\s+|NR\s+)?([A-Za-z0-9][A-Za-z0-9._-]*)/gm)]
    .filter(([, id]) => id !== '0')
    .map(([, , name = '']) => nodeName(name))
}

/** Alive and voting, as the row of the local node says with `A,V`. */
const witnessOf = (text: string): 'voting' | 'not-voting' =>
  /^\s+\d+\s+\d+\s+A,V,\S+\s+.*\(local\)/m.test(text) ? 'voting' : 'not-voting'

/** From `corosync-cfgtool -s`: how this node sees each of the others on each link. */
export function parseLinks(text: string, from: NodeName, nodes: readonly CorosyncNode[]): readonly LinkState[] {
  const links: LinkState[] = []
  let link = 0
  for (const line of text.split('\n')) {
    const head = /^LINK ID (\d+)/.exec(line)
    if (head) link = Number(head[1])
    const row = /^\s+node ?id:?\s+(\d+):\s+(.*)$/.exec(line)
    const to = nodes.find(node => node.id === Number(row?.[1]))?.name
    if (!row || !to || to === from) continue
    links.push({ from, to, link, up: /^connected|link connected:1/.test(row[2] ?? '') })
  }
  return links
}
