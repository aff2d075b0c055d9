// `holdfast compile FILE`: what the cluster file becomes, without touching any machine: every node's files, units and
// packages, and the CIB. For reading, for review, and for the curious.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { Command, Option } from 'commander'
import { hasErrors } from '../../core/base/result.ts'
import type { Artifacts, Platform } from '../../core/compile/artifacts.ts'
import { compile } from '../../core/compile/compile.ts'
import { checkPlatform, type PlatformName, platforms } from '../../core/compile/platforms.ts'
import { showArtifacts } from '../../core/compile/show.ts'
import { plain, renderProblems } from '../../core/spec/render.ts'
import { colours } from '../cli/paint.ts'
import { bold, wantsColour } from '../cli/terminal.ts'
import { readClusterFile } from './check.ts'

interface Options {
  readonly for: PlatformName
  readonly to?: string
  readonly json?: boolean
}

export function compileCommand(): Command {
  return new Command('compile')
    .description('Show what a cluster file becomes: every file on every node, and the CIB. Touches no machine.')
    .argument('<file>', 'the cluster file')
    .addOption(
      new Option('--for <platform>', 'what the machines run').choices(Object.keys(platforms)).default('debian13'),
    )
    .option('--to <directory>', 'write them there, a directory for each node, instead of showing them')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Secrets are never shown: their files are empty here, and are filled in by \`apply\`.

Examples:
  holdfast compile cluster.yaml
  holdfast compile cluster.yaml --for debian12 --to /tmp/out`,
    )
    .action((name: string, options: Options) => {
      const { file, source, problems, value } = readClusterFile(name)
      const platform: Platform = platforms[options.for]
      const all = value === undefined ? problems : [...problems, ...checkPlatform(value, platform)]
      if (all.length > 0) console.error(renderProblems(all, source, wantsColour(process.stderr) ? colours : plain))
      if (value === undefined || hasErrors(all)) {
        console.error(`${file}: nothing was compiled`)
        process.exitCode = 1
        return
      }
      const artifacts = compile(value, platform)
      if (options.to !== undefined) write(artifacts, options.to)
      else if (options.json)
        console.log(JSON.stringify({ ...artifacts, hosts: [...artifacts.hosts.values()] }, null, 2))
      else console.log(showArtifacts(artifacts, words => bold(words, wantsColour(process.stdout))))
    })
}

function write(artifacts: Artifacts, directory: string): void {
  const put = (path: string, content: string): void => {
    const target = resolve(directory, path)
    // Paths come from the compiler; one that would leave the directory is our own mistake.
    if (!target.startsWith(resolve(directory) + sep)) throw new Error(`${path} lies outside ${directory}`)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
  put('cib.xml', artifacts.cib)
  for (const host of artifacts.hosts.values())
    for (const file of host.files) put(join(host.node, file.path), file.content)
  console.log(`${directory}: cib.xml and the files of ${[...artifacts.hosts.keys()].join(', ')}`)
}
