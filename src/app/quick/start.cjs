// Starts `holdfast schedule` from one file with its compiled code beside it, which takes a tenth of a second less than
// from its hundred sources. It is made when a source changed; where it cannot be made, the source runs.
// JavaScript, because for TypeScript Node would first load its compiler.
'use strict'
const { accessSync, constants, readFileSync, statSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const v8 = require('node:v8')
const vm = require('node:vm')

// A run of a second does not earn back what V8's best compiler costs, and little of what the second best does: without
// the one and with less of the other, all threads together use a third less of the processors. As early as this, because
// compiled code is taken only under the flags that it was made under.
for (const flag of ['--no-turbofan', '--invocation-count-for-maglev=2000']) v8.setFlagsFromString(flag)

const draft = process.env.HOLDFAST_QUICK_DRAFT
const root = join(__dirname, '..', '..', '..')
const folder = draft ?? join(root, 'dist', 'quick')
const program = join(folder, 'schedule.js')
const compiled = join(folder, 'schedule.compiled')

/** The program and its compiled code; undefined where they are not there, or made from something else. */
function current() {
  try {
    const { node, sources } = JSON.parse(readFileSync(join(folder, 'made-from.json'), 'utf8'))
    if (node !== process.version || sources.some(([path, changed]) => statSync(path).mtimeMs !== changed)) return undefined
    return { source: readFileSync(program, 'utf8'), compiled: readFileSync(compiled) }
  } catch {
    return undefined
  }
}

function make() {
  try {
    accessSync(root, constants.W_OK)
  } catch {
    return false
  }
  const { spawnSync } = require('node:child_process')
  return spawnSync(process.execPath, [join(root, 'tools', 'quick.ts')], { stdio: 'ignore' }).status === 0
}

function run({ source, compiled: cachedData }) {
  const script = new vm.Script(source, { filename: program, cachedData })
  if (draft) process.on('exit', () => writeFileSync(compiled, script.createCachedData()))
  const exported = {}
  script.runInThisContext()(exported, require)
  return exported.run(process.argv.slice(2))
}

function find() {
  if (draft) return { source: readFileSync(program, 'utf8') }
  // Explanations need much more of the source.
  if (process.argv.some(argument => argument.startsWith('--why'))) return undefined
  return current() ?? (make() ? current() : undefined)
}

const found = find()
if (found) run(found)
else {
  process.argv.splice(2, 0, 'schedule')
  import('../main.ts')
}
