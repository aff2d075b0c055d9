// Everything that was compiled as one text: for reading (`holdfast compile`) and for the golden files.
import type { Artifacts, HostArtifacts, HostFile } from './artifacts.ts'

export function showArtifacts(artifacts: Artifacts, strong: (words: string) => string = words => words): string {
  const heading = (words: string): string => strong(`=== ${words}`)
  const hosts = [...artifacts.hosts.values()].flatMap(host => [
    `${heading(host.node)}\n${facts(host)}`,
    ...host.files.map(file => `${heading(`${host.node}:${file.path} ${about(file)}`)}\n${file.content}`),
  ])
  return [...hosts, `${heading('data')}\n${preparations(artifacts)}`, `${heading('CIB')}\n${artifacts.cib}`].join('\n')
}

const list = (items: readonly string[]): string => items.join(' ') || 'none'

const facts = (host: HostArtifacts): string =>
  lines([
    `packages: ${list(host.packages)}`,
    `units enabled: ${list(host.enabledUnits)}`,
    `units disabled: ${list(host.disabledUnits)}`,
    `units masked: ${list(host.maskedUnits)}`,
    ...host.openings.map(opening => {
      const from = opening.from.length === 0 ? 'anywhere' : opening.from.join(' ')
      return `opening: ${opening.protocol} ${opening.port} from ${from} (${opening.why})`
    }),
  ])

const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

function about(file: HostFile): string {
  const parts = [
    `${octal(file.mode)} ${file.owner}`,
    ...(file.secret === undefined ? [] : [`secret ${file.secret}, not shown`]),
    ...(file.merge === undefined ? [] : ['these lines in it']),
    ...(file.then.length === 0 ? [] : [`then ${file.then.join(' ')}`]),
  ]
  return `(${parts.join('; ')})`
}

const preparations = (artifacts: Artifacts): string =>
  lines([
    `users with one uid everywhere: ${list(artifacts.users)}`,
    ...artifacts.preparations.flatMap(({ service, volume, directories, commands, files }) => [
      `${service} on ${volume}:`,
      ...directories.map(({ path, owner, group, mode }) => `  directory ${path} ${octal(mode)} ${owner}:${group}`),
      ...commands.map(({ creates, user, argv }) => `  unless ${creates}, as ${user}: ${argv.join(' ')}`),
      ...files.map(
        file => `  file ${file.path} ${about(file)}\n${file.content.replaceAll(/^(?=.)/gm, '    ').trimEnd()}`,
      ),
    ]),
    ...artifacts.proofs.map(
      ({ service, user, argv, expect }) => `${service} answers if, as ${user}: ${argv.join(' ')} → ${expect}`,
    ),
  ])

const lines = (texts: readonly string[]): string => `${texts.join('\n')}\n`
