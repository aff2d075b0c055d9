// A DRBD configuration's text → statements → resources. The tree keeps every statement; the resource keeps what Holdfast
// and its simulator understand. `include`, `common` and `global` stay in the tree.
// Source: drbd.conf-9.0(5), "File format": words; `{ }`; `;`; `#` begins a comment; strings in double quotes.
import { type Checked, hasErrors, type Problem } from '../base/result.ts'
import type { DrbdAddress, DrbdHost, DrbdResource, DrbdVolume, Option, Options, Section, Statement } from './types.ts'

interface Token {
  readonly text: string
  readonly kind: 'word' | '{' | '}' | ';'
  readonly line: number
}

function tokens(text: string): readonly Token[] {
  const found: Token[] = []
  let line = 1
  for (const match of text.matchAll(/\n|#[^\n]*|"((?:[^"\\\n]|\\.)*)"|([{};])|([^\s{};"#]+)|"/g)) {
    const [whole, quoted, mark, word] = match
    if (whole === '\n') line += 1
    else if (mark === '{' || mark === '}' || mark === ';') found.push({ text: mark, kind: mark, line })
    else if (quoted !== undefined) found.push({ text: quoted.replaceAll(/\\(.)/g, '$1'), kind: 'word', line })
    else if (word !== undefined) found.push({ text: word, kind: 'word', line })
    // A quote that is not closed on its line stands for itself, and the grammar will trip over it.
    else if (whole === '"') found.push({ text: '"', kind: 'word', line })
  }
  return found
}

type Open = { readonly words: readonly string[]; readonly line: number; readonly body: Statement[] }

export function parseStatements(text: string, file: string): Checked<readonly Statement[]> {
  const problems: Problem[] = []
  const wrong = (message: string, line: number) =>
    problems.push({ severity: 'error', code: 'not-drbd', message, at: { file, line, column: 1 } })
  const root: Open = { words: [], line: 1, body: [] }
  const stack: Open[] = [root]
  let words: string[] = []
  for (const token of tokens(text)) {
    const top = stack.at(-1) ?? root
    if (token.kind === 'word') words.push(token.text)
    else if (words.length === 0 && token.kind !== '}') wrong(`nothing stands before this \`${token.text}\``, token.line)
    else if (token.kind === ';') top.body.push({ kind: 'option', words })
    else if (token.kind === '{') stack.push({ words, line: token.line, body: [] })
    else {
      if (words.length > 0) wrong(`a \`;\` is missing after \`${words.join(' ')}\``, token.line)
      if (stack.length === 1) wrong('this `}` closes nothing', token.line)
      else {
        stack.pop()
        stack.at(-1)?.body.push({ kind: 'section', words: top.words, body: top.body })
      }
    }
    if (token.kind !== 'word') words = []
  }
  const open = stack.at(-1)
  if (open !== undefined && open !== root) wrong(`\`${open.words.join(' ')} {\` is not closed`, open.line)
  if (words.length > 0) wrong(`a \`;\` is missing after \`${words.join(' ')}\``, text.split('\n').length)
  return hasErrors(problems) ? { problems } : { value: root.body, problems }
}

export function parse(text: string, file: string): Checked<readonly DrbdResource[]> {
  const { value, problems } = parseStatements(text, file)
  if (value === undefined) return { problems }
  const found: Problem[] = []
  const wrong: Wrong = message =>
    found.push({ severity: 'error', code: 'bad-drbd', message, at: { file, line: 1, column: 1 } })
  const resources = value
    .filter(isSection)
    .filter(({ words }) => words[0] === 'resource')
    .map(section => resourceOf(section, wrong))
  return hasErrors(found) ? { problems: found } : { value: resources, problems: found }
}

type Wrong = (message: string) => void
const isSection = (statement: Statement): statement is Section => statement.kind === 'section'
const sections = (body: readonly Statement[], name: string): readonly Section[] =>
  body.filter(isSection).filter(({ words }) => words[0] === name)
const option = (body: readonly Statement[], name: string): readonly string[] | undefined =>
  body.findLast((item): item is Option => item.kind === 'option' && item.words[0] === name)?.words.slice(1)

function resourceOf({ words, body }: Section, wrong: Wrong): DrbdResource {
  const hosts = sections(body, 'on').map(host => hostOf(host, wrong))
  return {
    name: words[1] ?? '',
    hosts,
    paths: pathsOf(body, hosts, wrong),
    net: optionsOf(body, 'net'),
    disk: optionsOf(body, 'disk'),
    options: optionsOf(body, 'options'),
    handlers: optionsOf(body, 'handlers'),
  }
}

const optionsOf = (body: readonly Statement[], name: string): Options =>
  Object.fromEntries(
    sections(body, name)
      .flatMap(section => section.body)
      .flatMap(({ kind, words: [key, ...value] }) =>
        kind === 'option' && key !== undefined ? [[key, value.join(' ')]] : [],
      ),
  )

function hostOf({ words, body }: Section, wrong: Wrong): DrbdHost {
  const id = option(body, 'node-id')?.[0]
  return {
    name: words[1] ?? '',
    ...(id !== undefined && { id: whole(id, 'node-id', wrong) }),
    volumes: sections(body, 'volume').map(volume => volumeOf(volume, wrong)),
  }
}

function volumeOf({ words, body }: Section, wrong: Wrong): DrbdVolume {
  const device = option(body, 'device') ?? []
  const minor = device.includes('minor') ? device.at(-1) : /([0-9]+)$/.exec(device[0] ?? '')?.[1]
  const disk = option(body, 'disk')?.[0]
  return {
    number: whole(words[1] ?? '', 'volume', wrong),
    minor: whole(minor ?? '', 'device', wrong),
    ...(disk !== undefined && disk !== 'none' && { disk }),
  }
}

function whole(text: string, what: string, wrong: Wrong): number {
  if (!/^[0-9]+$/.test(text)) wrong(`\`${what}\` is not a number: \`${text}\``)
  return Number(text)
}

/** 8.4: the one address of each host. 9: the paths of the connections, each distinct set of endpoints once. */
function pathsOf(body: readonly Statement[], hosts: readonly DrbdHost[], wrong: Wrong): DrbdResource['paths'] {
  const own = sections(body, 'on').flatMap(host => {
    const words = option(host.body, 'address')
    return words === undefined ? [] : [addressOf(host.words[1] ?? '', words, wrong)]
  })
  if (own.length > 0) return [own]
  const paths: Map<string, DrbdAddress>[] = []
  for (const connection of sections(body, 'connection')) {
    const inner = sections(connection.body, 'path')
    for (const [index, { body: ends }] of (inner.length > 0 ? inner : [connection]).entries()) {
      const path = paths[index] ?? new Map<string, DrbdAddress>()
      paths[index] = path
      for (const end of ends.filter(({ words }) => words[0] === 'host')) {
        const [, host = '', , ...words] = end.words
        path.set(host, addressOf(host, words, wrong))
      }
    }
  }
  return paths.map(path => hosts.flatMap(host => path.get(host.name) ?? []))
}

function addressOf(host: string, words: readonly string[], wrong: Wrong): DrbdAddress {
  const [, address = '', port = ''] = /^\[?(.*?)\]?:([0-9]+)$/.exec(words.at(-1) ?? '') ?? []
  if (address === '') wrong(`\`${words.join(' ')}\` is not an address with a port`)
  return { host, address, port: Number(port) }
}
