// `holdfast check FILE…`: everything that is wrong with a cluster file, and what is legal but loses data or uptime.
// Exit status 1 where there is an error; 0 with warnings, unless `--strict`.
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { type Checked, hasErrors, type Problem } from '../../core/base/result.ts'
import type { Cluster } from '../../core/model/types.ts'
import { readCluster } from '../../core/spec/read.ts'
import { plain, renderProblems } from '../../core/spec/render.ts'
import { colours } from '../cli/paint.ts'
import { green, wantsColour } from '../cli/terminal.ts'

interface Options {
  readonly json?: boolean
  readonly strict?: boolean
}

export interface FileRead extends Checked<Cluster> {
  readonly file: string
  readonly source: string
}

export function checkCommand(): Command {
  return new Command('check')
    .description('Say everything that is wrong with a cluster file, and what in it would lose data or uptime.')
    .argument('<file...>', 'cluster files; - reads the standard input')
    .option('--json', 'the problems as JSON: [{file, problems: [{severity, code, message, at, hint}]}]')
    .option('--strict', 'warnings count as errors')
    .addHelpText(
      'after',
      `
Exit status: 0 nothing wrong (warnings may be shown), 1 an error, or a warning with --strict.

Examples:
  holdfast check cluster.yaml
  holdfast check --strict --json cluster.yaml     for a pipeline
  holdfast schema > cluster.schema.json           for the editor: errors while typing`,
    )
    .action((files: readonly string[], options: Options) => {
      const all = files.map(readClusterFile)
      if (options.json)
        console.log(
          JSON.stringify(
            all.map(({ file, problems }) => ({ file, problems })),
            null,
            2,
          ),
        )
      else for (const read of all) show(read)
      const isBad = ({ problems }: FileRead): boolean =>
        hasErrors(problems) || (options.strict === true && problems.length > 0)
      if (all.some(isBad)) process.exitCode = 1
    })
}

/** A file that cannot be read is a problem like any other. */
export function readClusterFile(name: string): FileRead {
  const file = name === '-' ? '(standard input)' : name
  try {
    const source = readFileSync(name === '-' ? 0 : name, 'utf8')
    return { ...readCluster(source, file), file, source }
  } catch (cause) {
    return { file, source: '', problems: [unreadable(file, cause)] }
  }
}

function unreadable(file: string, cause: unknown): Problem {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  if (reason === undefined) throw cause
  const why = new Map([
    ['ENOENT', 'there is no such file'],
    ['EACCES', 'it may not be read by this user'],
    ['EISDIR', 'it is a directory'],
  ])
  const hint = 'examples/postgresql-pair.yaml is one to begin with'
  return {
    severity: 'error',
    code: 'unreadable',
    message: `${file}: ${why.get(reason) ?? reason}`,
    ...(reason === 'ENOENT' && { hint }),
  }
}

function show({ file, source, problems, value }: FileRead): void {
  const colour = wantsColour(process.stderr)
  if (problems.length > 0) console.error(renderProblems(problems, source, colour ? colours : plain))
  const errors = problems.filter(problem => problem.severity === 'error').length
  const warnings = problems.length - errors
  const tally = [count(errors, 'error'), count(warnings, 'warning')].filter(text => text !== '').join(', ')
  if (value === undefined) console.error(`${file}: ${tally}`)
  else
    console.log(
      `${green('ok', wantsColour(process.stdout))} ${file}: ${summary(value)}${tally === '' ? '' : `; ${tally}`}`,
    )
}

const count = (n: number, what: string): string => (n === 0 ? '' : `${n} ${what}${n === 1 ? '' : 's'}`)

const summary = ({ name, nodes, volumes, services, fencing }: Cluster): string =>
  [
    `cluster ${name}`,
    count(nodes.length, 'node'),
    count(volumes.length, 'volume'),
    count(services.length, 'service'),
    fencing.kind === 'none' ? 'NO FENCING' : '',
  ]
    .filter(text => text !== '')
    .join(', ')
