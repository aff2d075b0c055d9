// `npm run check`: the one command before a commit. Types, lint and format, layers, unit tests; side by side,
// each one's output only where it fails. Exit status 1 if any failed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

const steps: readonly (readonly [name: string, command: readonly string[]])[] = [
  ['types of core', ['npx', 'tsc', '-p', 'src/core']],
  ['types', ['npx', 'tsc', '-p', 'tsconfig.json']],
  ...(existsSync('src/web/tsconfig.json') ? ([['types of web', ['npx', 'tsc', '-p', 'src/web']]] as const) : []),
  ['lint and format', ['npx', 'biome', 'ci', '--error-on-warnings', '--colors=off', '.']],
  ['layers', [process.execPath, 'tools/layers.ts']],
  ...(process.argv.includes('--no-tests')
    ? []
    : ([
        ['unit tests', [process.execPath, '--test', '--test-reporter=dot', 'src/**/*.test.ts', 'tools/**/*.test.ts']],
      ] as const)),
]

function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise(resolve => {
    const [program = '', ...args] = command
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    child.stderr.on('data', chunk => (output += chunk))
    child.on('close', code => resolve({ code: code ?? 1, output }))
  })
}

const results = await Promise.all(
  steps.map(async ([name, command]) => {
    const started = performance.now()
    const { code, output } = await run(command)
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
    if (code !== 0) console.log(output.trimEnd())
    return code
  }),
)
process.exitCode = results.some(code => code !== 0) ? 1 : 0
