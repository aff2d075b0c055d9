// corosync.conf's text → sections → what Holdfast understands of it. Comments and blank lines go; everything else is
// kept in the tree, in order. Source: corosync.conf(5): `key: value`, `name {` … `}`, `#` begins a comment line.
import { type Checked, hasErrors, type Problem } from '../base/result.ts'
import { milliseconds } from '../base/units.ts'
import type { CorosyncConfig, CorosyncNode, Entry, QuorumConfig, QuorumDevice, Section } from './types.ts'

type Open = { readonly name: string; readonly line: number; readonly children: (Entry | Section)[] }

export function parseSections(text: string, file: string): Checked<readonly (Section | Entry)[]> {
  const problems: Problem[] = []
  const root: Open = { name: '', line: 0, children: [] }
  const stack: Open[] = [root]
  const wrong = (message: string, line: number) =>
    problems.push({ severity: 'error', code: 'not-corosync', message, at: { file, line, column: 1 } })
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    const top = stack.at(-1) ?? root
    if (line === '' || line.startsWith('#')) continue
    const open = /^([A-Za-z0-9_.]+)\s*\{$/.exec(line)
    const entry = /^([A-Za-z0-9_.]+)\s*:\s*(.*)$/.exec(line)
    if (open) stack.push({ name: open[1] ?? '', line: index + 1, children: [] })
    else if (entry) top.children.push({ kind: 'entry', key: entry[1] ?? '', value: entry[2] ?? '' })
    else if (line !== '}')
      wrong(`expected \`key: value\`, \`name {\` or \`}\`, found \`${line.slice(0, 40)}\``, index + 1)
    else if (stack.length === 1) wrong('this `}` closes nothing', index + 1)
    else {
      stack.pop()
      stack.at(-1)?.children.push({ kind: 'section', name: top.name, children: top.children })
    }
  }
  const left = stack.at(-1)
  if (left !== undefined && left !== root) wrong(`section \`${left.name}\` is not closed`, left.line)
  return hasErrors(problems) ? { problems } : { value: root.children, problems }
}

export function parse(text: string, file: string): Checked<CorosyncConfig> {
  const { value, problems } = parseSections(text, file)
  return value === undefined ? { problems } : read(value, file)
}

type Items = readonly (Entry | Section)[]
const sections = (items: Items, name: string): readonly Section[] =>
  items.filter((item): item is Section => item.kind === 'section' && item.name === name)
const inside = (items: Items, name: string): Items => sections(items, name).flatMap(section => section.children)
/** The last one wins, as in Corosync. */
const text = (items: Items, key: string): string | undefined =>
  items.findLast((item): item is Entry => item.kind === 'entry' && item.key === key)?.value
const isOn = (items: Items, key: string): boolean => ['1', 'yes', 'on'].includes(text(items, key) ?? '')

function read(root: Items, file: string): Checked<CorosyncConfig> {
  const problems: Problem[] = []
  const wrong = (message: string) =>
    problems.push({ severity: 'error', code: 'bad-corosync', message, at: { file, line: 1, column: 1 } })
  const number = (items: Items, key: string, fallback: number): number => {
    const value = text(items, key) ?? String(fallback)
    if (/^[0-9]+$/.test(value)) return Number(value)
    wrong(`\`${key}\` is not a number: ${value}`)
    return fallback
  }
  const totem = inside(root, 'totem')
  const transport = text(totem, 'transport') ?? 'knet'
  if (transport !== 'knet' && transport !== 'udpu' && transport !== 'udp') wrong(`unknown transport ${transport}`)
  const nodes = sections(inside(root, 'nodelist'), 'node').map(({ children }): CorosyncNode => {
    const links = Array.from({ length: 8 }, (_, link) => text(children, `ring${link}_addr`))
    const id = number(children, 'nodeid', 0)
    const name = text(children, 'name') ?? links[0] ?? ''
    if (id < 1) wrong(`node ${name} has no nodeid`)
    return { name, id, links: links.filter(link => link !== undefined), votes: number(children, 'quorum_votes', 1) }
  })
  const token = number(totem, 'token', 3_000)
  const config: CorosyncConfig = {
    clusterName: text(totem, 'cluster_name') ?? '',
    transport: transport === 'udpu' || transport === 'udp' ? transport : 'knet',
    cryptoCipher: text(totem, 'crypto_cipher') ?? 'none',
    cryptoHash: text(totem, 'crypto_hash') ?? 'none',
    token: milliseconds(token),
    consensus: milliseconds(number(totem, 'consensus', Math.round(token * 1.2))),
    nodes,
    quorum: quorumOf(inside(root, 'quorum'), number, wrong),
  }
  return hasErrors(problems) ? { problems } : { value: config, problems }
}

type ReadNumber = (items: Items, key: string, fallback: number) => number

function quorumOf(items: Items, number: ReadNumber, wrong: (message: string) => void): QuorumConfig {
  const device = inside(items, 'device')
  const twoNode = isOn(items, 'two_node')
  return {
    twoNode,
    // Implied by two_node unless it is switched off in so many words.
    waitForAll: text(items, 'wait_for_all') === undefined ? twoNode : isOn(items, 'wait_for_all'),
    autoTieBreaker: isOn(items, 'auto_tie_breaker'),
    lastManStanding: isOn(items, 'last_man_standing'),
    ...(device.length > 0 && { device: deviceOf(device, number, wrong) }),
  }
}

function deviceOf(items: Items, number: ReadNumber, wrong: (message: string) => void): QuorumDevice {
  const net = inside(items, 'net')
  const algorithm = text(net, 'algorithm') ?? 'ffsplit'
  if (algorithm !== 'ffsplit' && algorithm !== 'lms') wrong(`unknown algorithm ${algorithm} of the quorum device`)
  return {
    host: text(net, 'host') ?? '',
    algorithm: algorithm === 'lms' ? 'lms' : 'ffsplit',
    votes: number(items, 'votes', 1),
  }
}
