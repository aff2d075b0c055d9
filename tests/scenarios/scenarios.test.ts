// Every scenario folder, in the simulator: README.md says the expected outcome first, cluster.yaml is what it is played
// on, scenario.txt is the text that runs in the lab as well, expect.log is what the simulator tells. REWRITE=1 writes
// expect.log anew: only commit that if you understand what changed, and why.
// Not compared: times to the millisecond; they follow the dice.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { found } from '../../src/core/base/assert.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { type PlatformName, platforms } from '../../src/core/compile/platforms.ts'
import type { DrillReport } from '../../src/core/drill/report.ts'
import { planFrom } from '../../src/core/sim/from-artifacts.ts'
import type { Entry } from '../../src/core/sim/journal.ts'
import { readPlan, type SimPlan } from '../../src/core/sim/plan.ts'
import { runScenario } from '../../src/core/sim/scenario.ts'
import { readCluster } from '../../src/core/spec/read.ts'

const here = import.meta.dirname
const seed = 1

const isPlatform = (name: string | undefined): name is PlatformName => name !== undefined && name in platforms

/** From the cluster file, or, where history has to be shown as it was, from artifacts that nobody would compile. */
function planOf(folder: string): SimPlan {
  const file = join(folder, 'cluster.yaml')
  if (!existsSync(file)) return planOfArtifacts(join(folder, 'artifacts'))
  const text = readFileSync(file, 'utf8')
  const platform = /^# For (\S+)\.$/m.exec(text)?.[1]
  assert.ok(isPlatform(platform), `${file}: begins with "# For PLATFORM."`)
  const cluster = found(readCluster(text, file).value, file)
  const sizes = cluster.volumes.map(v => [v.name, v.parts.reduce((sum, part) => sum + part.size, 0)] as const)
  return found(planFrom(compile(cluster, platforms[platform]), Object.fromEntries(sizes)).value, file)
}

function planOfArtifacts(folder: string): SimPlan {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  const drbd = globSync('*.res', { cwd: folder }).map(path => ({ path, content: read(path) }))
  const plan = readPlan({ cib: read('cib.xml'), corosync: read('corosync.conf'), drbd })
  return found(plan.value, `${folder}: ${JSON.stringify(plan.problems)}`)
}

function tell(report: DrillReport, journal: readonly Entry[]): string {
  const steps = report.steps.map(
    s =>
      `${s.verdict.padEnd(6)} ${s.text.replace(/\s+/g, ' ')}${s.why ? `: ${s.why.replace(/\d+ (acknowledged rows)/, 'n $1').replace(/first row \d+/, 'first row n')}` : ''}`,
  )
  const services = report.services.map(s => {
    const longest = Math.max(0, ...s.outages.map(o => o.to - o.from))
    return `${s.service}: longest outage ${Math.round(longest / 1_000)} s, ${s.lost === undefined ? 'not read back' : s.lost === 0 ? 'nothing lost' : 'rows lost'}`
  })
  const story = journal.filter(e => e.level !== 'detail').map(e => `${e.who.padEnd(11)} ${e.text}`)
  return [`${report.verdict}`, '', ...steps, '', ...services, '', ...story, ''].join('\n')
}

for (const readme of globSync('*/README.md', { cwd: here }).sort()) {
  const folder = join(here, dirname(readme))
  test(`scenario ${basename(folder)}`, async () => {
    const readmeText = readFileSync(join(here, readme), 'utf8')
    assert.match(readmeText, /^# .+\n\nExpected: /, 'the README says the expected outcome first')
    const text = readFileSync(join(folder, 'scenario.txt'), 'utf8')
    const { value, problems } = await runScenario(planOf(folder), text, 'scenario.txt', { seed })
    const run = found(value, JSON.stringify(problems))
    const first = run.report.started - 1_767_225_600_000
    const log = tell(
      run.report,
      run.sim.state.journal.filter(e => e.at >= first - 1),
    )
    const golden = join(folder, 'expect.log')
    if (process.env['REWRITE'] === '1') writeFileSync(golden, log)
    const failed = run.report.steps.filter(s => s.verdict === 'failed').map(s => `${s.text}: ${s.why}`)
    const meant = readmeText.includes('\nVerdict: failed.') ? 'failed' : 'passed'
    assert.equal(run.report.verdict, meant, failed.join('\n'))
    assert.equal(log, readFileSync(golden, 'utf8'))
  })
}
