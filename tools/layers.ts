// Who may import whom. Reads every import below src/ and refuses one that the table does not allow; with `--picture`
// it prints the table as the Mermaid drawing that docs/ARCHITECTURE.md carries. Also refuses import cycles between
// files. It looks at import statements only: what is passed as an argument at run time it does not see.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { topologicalSort } from '../src/core/base/graph.ts'

/** A room of core → the rooms it may know. `base` is open to all. */
const core: Readonly<Record<string, readonly string[]>> = {
  base: [],
  spec: ['model', 'blueprints'],
  model: [],
  blueprints: ['model'],
  xml: [],
  cib: ['xml'],
  corosync: [],
  drbd: [],
  compile: ['model', 'cib', 'corosync', 'drbd', 'xml', 'blueprints'],
  scheduler: ['cib', 'xml'],
  live: ['xml', 'cib', 'corosync', 'drbd'],
  plan: ['model', 'compile', 'live', 'scheduler', 'cib', 'xml'],
  drill: ['live', 'drbd'],
  sim: ['xml', 'cib', 'corosync', 'drbd', 'scheduler', 'live', 'drill'],
  import: ['spec', 'model', 'xml', 'cib', 'corosync', 'drbd'],
  view: ['model', 'live', 'plan', 'scheduler', 'drill', 'sim'],
}
/** A ring → the rings it may know, besides itself. */
const rings: Readonly<Record<string, readonly string[]>> = {
  core: [],
  io: ['core'],
  app: ['io', 'core'],
  web: ['core'],
}
const pureLibraries = new Set(['yaml', 'zod'])

const room = (file: string): string => file.split(sep)[1] ?? ''
const ring = (file: string): string => file.split(sep)[0] ?? ''

export function complaint(from: string, to: string): string | undefined {
  const [a, b] = [ring(from), ring(to)]
  if (a !== b) return rings[a]?.includes(b) ? undefined : `${a} may not import ${b}`
  if (a !== 'core' || room(from) === room(to) || room(to) === 'base') return undefined
  const allowed = core[room(from)]
  if (!allowed) return `core/${room(from)} is not in the table of tools/layers.ts`
  return allowed.includes(room(to)) ? undefined : `core/${room(from)} may not import core/${room(to)}`
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const forms = [/^import\s+'([^']+)'$/gm, /\sfrom\s+'([^']+)'$/gm, /\bimport\(\s*'([^']+)'\s*\)/gm]
  return forms
    .flatMap(form => [...text.matchAll(form)].map(match => match[1] ?? ''))
    .filter(specifier => specifier !== '')
}

function check(): string[] {
  const found: string[] = []
  const graph = new Map<string, string[]>()
  for (const path of globSync('src/**/*.{ts,tsx}').sort()) {
    const file = relative('src', path)
    const isTest = /\.test\.tsx?$/.test(file)
    const targets: string[] = []
    for (const specifier of importsOf(path)) {
      if (specifier.startsWith('.')) {
        const target = relative('src', join(dirname(path), specifier))
        if (target.startsWith('..')) continue
        targets.push(target)
        const why = isTest ? undefined : complaint(file, target)
        if (why) found.push(`${path}: imports ${specifier}: ${why}`)
      } else if (ring(file) === 'core' && !isTest && !pureLibraries.has(specifier)) {
        found.push(`${path}: core imports ${specifier}, which is not one of its pure libraries`)
      }
    }
    graph.set(file, targets)
  }
  const sorted = topologicalSort(graph)
  if (sorted.kind === 'cycle') found.push(`import cycle: ${sorted.path.join(' → ')}`)
  return found
}

function picture(): string {
  const arrows = Object.entries(core).flatMap(([from, to]) => to.map(t => `  ${from} --> ${t}`))
  const outer = Object.entries(rings).flatMap(([from, to]) => to.map(t => `  ${from} ==> ${t}`))
  return ['```mermaid', 'graph TD', ...outer, '  subgraph core', ...arrows, '  end', '```'].join('\n')
}

if (import.meta.main) {
  if (process.argv.includes('--picture')) console.log(picture())
  else {
    const complaints = check()
    for (const line of complaints) console.error(line)
    process.exitCode = complaints.length > 0 ? 1 : 0
  }
}
