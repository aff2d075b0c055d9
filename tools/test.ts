// `./holdfast test [PHASE…]`: all tests, the quick ones first. Installs what they need after a question (CI and --yes: without).
// Every test is one of Node's own runner; a skip is printed with its reason, and counted as a skip.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { ensurePackages } from '../src/app/cli/packages.ts'
import { labTools, type Tool } from '../src/io/lab/prerequisites.ts'

interface Phase {
  readonly name: string
  /** Globs; what an earlier one finds runs first. */
  readonly files: readonly string[]
  /** Machines and browsers are heavy: these run one file at a time. */
  readonly concurrency: number
}

const phases: readonly Phase[] = [
  { name: 'unit', files: ['{src,tools}/**/*.test.ts'], concurrency: 2 },
  { name: 'engines', files: ['tests/engines/**/*.test.ts'], concurrency: 1 },
  { name: 'conformance', files: ['tests/conformance/**/*.test.ts'], concurrency: 1 },
  { name: 'scenarios', files: ['tests/scenarios/**/*.test.ts'], concurrency: 2 },
  { name: 'command', files: ['tests/command/**/*.test.ts'], concurrency: 1 },
  { name: 'web', files: ['tests/web/**/*.test.ts'], concurrency: 1 },
  { name: 'lab', files: ['tests/lab/demo.test.ts', 'tests/lab/lab.test.ts', 'tests/lab/**/*.test.ts'], concurrency: 1 },
]

const needs: readonly Tool[] = [
  ...labTools,
  { command: 'crm_simulate', package: 'pacemaker-cli-utils' },
  { command: 'crm_verify', package: 'pacemaker-cli-utils' },
  { command: 'drbdadm', package: 'drbd-utils' },
  { command: 'chromium', package: 'chromium' },
  { command: 'sshd', package: 'openssh-server' },
  // On a machine of somebody's own no daemon is installed for a test; the tests that want them say that they are skipped.
  ...(process.env['CI'] === 'true' ? ['corosync', 'corosync-qdevice', 'corosync-qnetd'] : []).map(daemon => ({
    command: daemon,
    package: daemon,
  })),
]

interface Count {
  passed: number
  failed: number
  skipped: number
}

async function runPhase(phase: Phase, files: readonly string[]): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 }
  const stream = run({
    files: [...files],
    concurrency: phase.concurrency,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  stream.on('test:pass', event => {
    if (event.details.type === 'suite') return
    if (event.skip !== undefined) {
      count.skipped += 1
      skips.push(`${event.name}: ${typeof event.skip === 'string' ? event.skip : 'no reason given'}`)
    } else count.passed += 1
  })
  stream.on('test:fail', event => {
    if (event.details.type !== 'suite') count.failed += 1
  })
  for await (const chunk of stream.compose(spec)) process.stdout.write(String(chunk))
  return count
}

const skips: string[] = []
const usage = `Usage: holdfast test [--yes] [PHASE…]

All tests, the quick ones first; or only these phases: check ${phases.map(phase => phase.name).join(' ')}.

  --yes   install missing packages without a question

Examples:
  holdfast test                            everything; the laboratory takes most of the time
  holdfast test unit scenarios             seconds, without machines`
const {
  values,
  positionals: chosen,
  tokens,
} = parseArgs({
  allowPositionals: true,
  strict: false,
  tokens: true,
  options: { yes: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
})
if (values['help'] === true) {
  console.log(usage)
  process.exit(0)
}
const known = ['check', ...phases.map(phase => phase.name)]
const strange = [
  ...tokens.flatMap(token => (token.kind === 'option' && token.name !== 'yes' ? [token.rawName] : [])),
  ...chosen.filter(name => !known.includes(name)),
]
if (strange.length > 0) {
  console.error(`holdfast test: there is no ${strange.join(', ')}.\n\n${usage}`)
  process.exit(64)
}
if (!(await ensurePackages(needs, 'The test suite', values['yes'] === true))) process.exit(1)

const total: Count = { passed: 0, failed: 0, skipped: 0 }
const figures: string[] = []
if (chosen.length === 0 || chosen.includes('check')) {
  const check = spawnSync(process.execPath, ['tools/check.ts', '--no-tests'], { stdio: 'inherit' })
  total[check.status === 0 ? 'passed' : 'failed'] += 1
}
for (const phase of phases) {
  const files = [...new Set(phase.files.flatMap(glob => globSync(glob).sort()))]
  if (files.length === 0 || (chosen.length > 0 && !chosen.includes(phase.name))) continue
  console.log(`\n── ${phase.name}: ${files.length} files`)
  const started = performance.now()
  const count = await runPhase(phase, files)
  total.passed += count.passed
  total.failed += count.failed
  total.skipped += count.skipped
  figures.push(
    `${phase.name.padEnd(12)} ${String(count.passed).padStart(5)} passed ${String(count.failed).padStart(3)} failed ${String(count.skipped).padStart(3)} skipped  ${((performance.now() - started) / 1000).toFixed(0)} s`,
  )
}
console.log(`\n${figures.join('\n')}`)
for (const skip of skips) console.log(`skipped: ${skip}`)
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
