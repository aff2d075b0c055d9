// The program: finds the verb, loads that one command and runs it. Only this file knows which commands there are; each is
// loaded when it is asked for, so that `check` does not pay for the laboratory.
import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { closest } from '../core/base/suggest.ts'
import { endQuietlyOnClosedPipe } from './cli/pipe.ts'
import { verbs } from './cli/verbs.ts'

// What has been compiled once is not compiled again: half of the time of a short command. Kept with the packages, which
// nobody but their owner can write, and not in a public directory.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)))

const version = (): string => {
  const about: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return typeof about === 'object' && about !== null && 'version' in about ? String(about.version) : 'unknown'
}

function overview(): Command {
  const program = new Command('holdfast')
    .description(
      'High availability for ordinary Linux servers: one cluster file, planned, built, watched and rehearsed.',
    )
    .version(version())
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Examples:
  holdfast demo                                   the whole story on virtual machines: build, pull the plug, report
  holdfast check examples/postgresql-pair.yaml    what is wrong with a cluster file, and what would lose data
  holdfast plan cluster.yaml                      what would change on which machine, and how dangerous it is
  holdfast apply cluster.yaml                     do it; safe to repeat, safe to interrupt
  holdfast status cluster.yaml --watch            would the service survive the next failure?

The tests:  ./holdfast test`,
    )
  for (const verb of verbs) program.command(verb.name).description(verb.summary)
  return program
}

async function main(argv: readonly string[]): Promise<void> {
  const name = argv[0]
  const verb = verbs.find(v => v.name === name)
  if (verb) {
    const command = await verb.load()
    command.name(`holdfast ${verb.name}`)
    await command.parseAsync(argv.slice(1), { from: 'user' })
    return
  }
  const program = overview()
  if (name === undefined) {
    program.outputHelp()
    return
  }
  if (!name.startsWith('-') && name !== 'help') {
    const near = closest(
      name,
      verbs.map(v => v.name),
    )
    console.error(
      `holdfast: there is no command "${name}".${near ? ` Did you mean "${near}"?` : ''}\nAll commands: holdfast --help`,
    )
    process.exitCode = 64
    return
  }
  if (name === 'help' && argv[1] !== undefined) return main([argv[1], '--help'])
  await program.parseAsync(name === 'help' ? ['--help'] : [...argv], { from: 'user' })
}

endQuietlyOnClosedPipe()
await main(process.argv.slice(2))
