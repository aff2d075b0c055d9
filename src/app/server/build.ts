// The page is built from source when it is missing or older than what it is made of: about two seconds, then never again.
import { spawn } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..', '..')
export const pageFolder: string = join(root, 'src', 'web', 'dist')

/** Undefined where the page is there and current, or has just been built; otherwise what the builder said. */
export async function buildPage(): Promise<string | undefined> {
  const built = modified(join(pageFolder, 'index.html'))
  const sources = globSync(['src/web/**/*', 'src/core/**/*.ts'], { cwd: root, exclude: path => path.includes('dist') })
  const newest = Math.max(...sources.map(path => modified(join(root, path))))
  if (built >= newest) return undefined
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--logLevel', 'error', join(root, 'src', 'web')]
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: root })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    child.stderr.on('data', chunk => (output += chunk))
    child.on('error', error => resolve(error.message))
    child.on('close', code => resolve(code === 0 ? undefined : output.trim() || `vite ended with ${code}`))
  })
}

/** 0 where there is no such file. */
const modified = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
