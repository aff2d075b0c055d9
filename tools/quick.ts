// Makes the quick start of `holdfast schedule`: all its source in one file, the compiled code of a first run beside it,
// and a note of what it was made from. `src/app/quick/start.cjs` asks for it when one of the sources changed: one second,
// then not again.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { stateOf } from '../bench/policy-states.ts'

const root = join(import.meta.dirname, '..')
const quick = join(root, 'src', 'app', 'quick')
const folder = join(root, 'dist', 'quick')
/** Made under a name of its own, so that two who make it at once do not meet. */
const draft = `${folder}-${process.pid}`

/** What stays outside: explanations, rarely asked for and large; and how to start programs, of which the command line never does. */
const apart = {
  name: 'apart',
  enforce: 'pre',
  resolveId(id: string): { id: string; external?: true } | null {
    if (id === './schedule/why.ts') return { id, external: true }
    return id === 'node:child_process' ? { id: '\0no-programs' } : null
  },
  load: (id: string): string | null => (id === '\0no-programs' ? 'export default {}' : null),
} as const

const made = await build({
  configFile: false,
  logLevel: 'silent',
  root,
  plugins: [apart],
  ssr: { noExternal: true },
  build: {
    ssr: join(quick, 'schedule.ts'),
    write: false,
    target: 'node24',
    rollupOptions: { output: { format: 'cjs' } },
  },
})
const chunk = 'output' in made ? made.output[0] : undefined
if (!chunk) throw new Error('the build made nothing')

const sources = [...chunk.moduleIds, join(quick, 'start.cjs'), import.meta.filename].filter(existsSync)
mkdirSync(draft, { recursive: true })
writeFileSync(join(draft, 'schedule.js'), `(function (exports, require) {${chunk.code}\n})`)
// The compiled code is what a first run leaves, of a state that has something of nearly everything.
const state = join(draft, 'state.xml')
writeFileSync(state, stateOf({ nodes: 2, resources: 10 }, 'node failed'))
const run = spawnSync(process.execPath, [join(quick, 'start.cjs'), state], {
  env: { ...process.env, HOLDFAST_QUICK_DRAFT: draft },
  stdio: 'ignore',
})
if (run.status !== 0) throw new Error('the first run failed')
writeFileSync(
  join(draft, 'made-from.json'),
  JSON.stringify({ node: process.version, sources: sources.map(path => [path, statSync(path).mtimeMs]) }),
)
rmSync(folder, { recursive: true, force: true })
renameSync(draft, folder)
