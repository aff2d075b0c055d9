// A DRBD configuration as text, in the form of the release that will read it: one path and per-host addresses as 8.4
// reads them, or node ids and a connection for each pair with its paths as 9 does.
import type { DrbdAddress, DrbdHost, DrbdResource, Option, Options, Section, Statement } from './types.ts'

export const printStatements = (statements: readonly Statement[]): string =>
  `${statements.flatMap(statement => linesOf(statement, '')).join('\n')}\n`

function linesOf(statement: Statement, indent: string): readonly string[] {
  const words = statement.words.map(quoted).join(' ')
  if (statement.kind === 'option') return [`${indent}${words};`]
  return [`${indent}${words} {`, ...statement.body.flatMap(inner => linesOf(inner, `${indent}  `)), `${indent}}`]
}

const quoted = (word: string): string =>
  /^[A-Za-z0-9._:/[\]@+-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`

export const print = (resource: DrbdResource): string => printStatements([statementOf(resource)])

const option = (...words: readonly (string | number)[]): Option => ({ kind: 'option', words: words.map(String) })
const section = (words: readonly string[], body: readonly Statement[]): Section => ({ kind: 'section', words, body })

function statementOf(resource: DrbdResource): Section {
  const isNine = resource.hosts.some(host => host.id !== undefined)
  return section(
    ['resource', resource.name],
    [
      ...settings('options', resource.options),
      ...settings('net', resource.net),
      ...settings('disk', resource.disk),
      ...settings('handlers', resource.handlers),
      ...resource.hosts.map(host => hostSection(host, isNine ? undefined : addressOf(resource, host))),
      ...(isNine ? connections(resource) : []),
    ],
  )
}

const addressOf = (resource: DrbdResource, host: DrbdHost): DrbdAddress | undefined =>
  resource.paths[0]?.find(address => address.host === host.name)

const settings = (name: string, options: Options): readonly Section[] => {
  const body = Object.entries(options).map(([key, value]) => (value === '' ? option(key) : option(key, value)))
  return body.length === 0 ? [] : [section([name], body)]
}

const hostSection = (host: DrbdHost, address: DrbdAddress | undefined): Section =>
  section(
    ['on', host.name],
    [
      ...(host.id === undefined ? [] : [option('node-id', host.id)]),
      ...host.volumes.map(volume =>
        section(
          ['volume', String(volume.number)],
          [
            option('device', `/dev/drbd${volume.minor}`, 'minor', volume.minor),
            option('disk', volume.disk ?? 'none'),
            ...(volume.disk === undefined ? [] : [option('meta-disk', 'internal')]),
          ],
        ),
      ),
      ...(address === undefined ? [] : [option('address', ...endpoint(address))]),
    ],
  )

const endpoint = ({ address, port }: DrbdAddress): readonly string[] =>
  address.includes(':') ? ['ipv6', `[${address}]:${port}`] : ['ipv4', `${address}:${port}`]

/** Every pair of hosts, with all the paths that both are on. */
const connections = ({ hosts, paths }: DrbdResource): readonly Section[] =>
  hosts.flatMap((host, index) =>
    hosts.slice(index + 1).map(peer => {
      const ends = paths.map(path => path.filter(end => end.host === host.name || end.host === peer.name))
      const both = ends.filter(pair => pair.length === 2)
      const lines = (pair: readonly DrbdAddress[]) =>
        pair.map(end => option('host', end.host, 'address', ...endpoint(end)))
      return section(
        ['connection'],
        both.length === 1 ? both.flatMap(lines) : both.map(pair => section(['path'], lines(pair))),
      )
    }),
  )
