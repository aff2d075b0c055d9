// corosync.conf as text: one entry or section per line, two spaces of indent.
import type { CorosyncConfig, Entry, QuorumConfig, Section } from './types.ts'

export const printSections = (sections: readonly (Section | Entry)[]): string =>
  `${sections.flatMap(item => linesOf(item, '')).join('\n')}\n`

const linesOf = (item: Section | Entry, indent: string): readonly string[] =>
  item.kind === 'entry'
    ? [`${indent}${item.key}: ${item.value}`]
    : [`${indent}${item.name} {`, ...item.children.flatMap(child => linesOf(child, `${indent}  `)), `${indent}}`]

export const print = (config: CorosyncConfig): string => printSections(sectionsOf(config))

const entry = (key: string, value: string | number): Entry => ({ kind: 'entry', key, value: String(value) })
const section = (name: string, children: readonly (Entry | Section)[]): Section => ({ kind: 'section', name, children })

const sectionsOf = (config: CorosyncConfig): readonly Section[] => [
  section('totem', [
    entry('version', 2),
    entry('cluster_name', config.clusterName),
    entry('transport', config.transport),
    entry('crypto_cipher', config.cryptoCipher),
    entry('crypto_hash', config.cryptoHash),
    entry('token', config.token),
    entry('consensus', config.consensus),
  ]),
  section(
    'nodelist',
    config.nodes.map(node =>
      section('node', [
        entry('name', node.name),
        entry('nodeid', node.id),
        ...node.links.map((address, link) => entry(`ring${link}_addr`, address)),
        ...(node.votes === 1 ? [] : [entry('quorum_votes', node.votes)]),
      ]),
    ),
  ),
  section('quorum', quorumOf(config.quorum)),
  section('logging', [entry('to_syslog', 'yes'), entry('to_stderr', 'no'), entry('timestamp', 'hires')]),
]

const quorumOf = (quorum: QuorumConfig): readonly (Entry | Section)[] => [
  entry('provider', 'corosync_votequorum'),
  ...(quorum.twoNode ? [entry('two_node', 1)] : []),
  ...(quorum.waitForAll ? [entry('wait_for_all', 1)] : []),
  ...(quorum.autoTieBreaker ? [entry('auto_tie_breaker', 1)] : []),
  ...(quorum.lastManStanding ? [entry('last_man_standing', 1)] : []),
  ...(quorum.device === undefined
    ? []
    : [
        section('device', [
          entry('model', 'net'),
          entry('votes', quorum.device.votes),
          section('net', [
            entry('host', quorum.device.host),
            entry('algorithm', quorum.device.algorithm),
            entry('tls', 'on'),
          ]),
        ]),
      ]),
]
