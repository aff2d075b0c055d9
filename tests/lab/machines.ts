// What the tests on real virtual machines share: the program itself, run as a user would run it, and a cluster file with a
// name of its own, so that no test meets a lab that somebody is using.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missingTools } from '../../src/io/lab/prerequisites.ts'

const root = join(import.meta.dirname, '..', '..')

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `holdfast ARGS`. Bounded: after `minutes` it is ended, and the status is null. */
export function holdfast(
  args: readonly string[],
  minutes: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [join(root, 'src', 'app', 'main.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      timeout: minutes * 60_000,
      killSignal: 'SIGTERM',
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', chunk => (stdout += chunk))
    child.stderr.on('data', chunk => (stderr += chunk))
    child.on('close', status => resolve({ status, stdout, stderr }))
  })
}

export const shown = ({ status, stdout, stderr }: Ran): string => `status ${status}\n${stdout}\n${stderr}`

export interface TestCluster extends Disposable {
  readonly folder: string
  readonly file: string
}

/** A copy of an example under another cluster name, in a folder of its own. */
export function testCluster(example: string, name: string): TestCluster {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  const file = join(folder, 'cluster.yaml')
  const text = readFileSync(join(root, 'examples', `${example}.yaml`), 'utf8')
  writeFileSync(file, text.replace(/^cluster: .*$/m, `cluster: ${name}`))
  return { folder, file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

const missing = missingTools('build').map(tool => tool.package)
/** The reason to skip, or false. */
export const noLab: string | false = missing.length > 0 ? `needs the packages ${missing.join(', ')}` : false
