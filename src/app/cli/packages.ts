// What Holdfast needs of the system beyond Node: named when it is missing, and installed after a question, or without one
// with --yes or CI=true. Only from the distribution.
import { spawn } from 'node:child_process'
import { isInstalled, type Tool } from '../../io/lab/prerequisites.ts'
import { ask } from './ask.ts'

export const missing = (tools: readonly Tool[]): Tool[] => tools.filter(tool => !isInstalled(tool.command))

/** True when everything is there in the end. Says on standard error what it does and, where it may not, what to do. */
export async function ensurePackages(needs: readonly Tool[], purpose: string, yes: boolean): Promise<boolean> {
  const wanted = [...new Set(missing(needs).map(tool => tool.package))]
  if (wanted.length === 0) return true
  const by = `apt-get install ${wanted.join(' ')}`
  if (!isInstalled('apt-get')) {
    console.error(
      `${purpose} needs ${wanted.join(', ')}, and this machine has no apt-get: install them by its own means.`,
    )
    return false
  }
  if (
    !(yes || process.env['CI'] === 'true' || (await ask(`${purpose} needs ${wanted.join(', ')}. Install them now?`)))
  ) {
    console.error(`${purpose} needs ${wanted.join(', ')}.\n  run: ${by}\n  or say --yes`)
    return false
  }
  console.error(`installing ${wanted.join(', ')} (a few minutes) …`)
  const root = process.getuid?.() === 0 ? [] : ['sudo']
  const apt = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y']
  const output = [await run([...apt, 'update']), await run([...apt, '--no-install-recommends', 'install', ...wanted])]
  const still = missing(needs)
  if (still.length === 0) return true
  console.error(output.join('\n').split('\n').slice(-15).join('\n'))
  console.error(`still missing: ${still.map(tool => tool.command).join(', ')}\n  run by hand: ${by}`)
  return false
}

function run(argv: readonly string[]): Promise<string> {
  return new Promise(resolve => {
    const [program = '', ...args] = argv
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    child.stderr.on('data', chunk => (output += chunk))
    child.on('error', error => resolve(`${output}${error.message}`))
    child.on('close', () => resolve(output))
  })
}
