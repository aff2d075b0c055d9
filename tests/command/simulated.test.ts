// The simulated world on the command line, as a user meets it: the demonstration without machines, drills with the lab's
// report, and what is said of a scenario that is wrong.
// Not covered: Windows and macOS themselves; that nothing of the lab is even loaded, and that their names are understood.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { catalog } from '../../src/core/drill/catalog.ts'

const root = join(import.meta.dirname, '../..')
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-simulated-'))
after(() => rmSync(scratch, { recursive: true }))
const pair = join(root, 'examples/postgresql-pair.yaml')
const balancers = join(root, 'examples/haproxy-active-passive.yaml')
const sharing = join(root, 'examples/haproxy-active-active.yaml')

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function holdfast(args: readonly string[], preload: readonly string[] = []): Ran {
  const imports = preload.flatMap(code => ['--import', `data:text/javascript,${encodeURIComponent(code)}`])
  return spawnSync(process.execPath, [...imports, join(root, 'src/app/main.ts'), ...args], {
    encoding: 'utf8',
    input: '',
    env: { ...process.env, NO_COLOR: '1', XDG_STATE_HOME: scratch },
  })
}
const platform = (name: string): string => `Object.defineProperty(process, 'platform', { value: '${name}' })`

function scenario(name: string, text: string): string {
  const path = join(scratch, name)
  writeFileSync(path, text)
  return path
}

describe('demo --in sim', () => {
  test('the plug is pulled, nothing is lost, and it says that it is a simulation', () => {
    const folder = join(scratch, 'demo')
    const { status, stdout, stderr } = holdfast(['demo', '--in', 'sim', '--report', folder])
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^PASSED {2}power-loss on shop, simulated/)
    assert.match(stdout, /A simulation, seed 1: no machine took part/)
    assert.match(stderr, /^This is a simulation: no machine is made/)
    assert.match(stderr, /✔ power off alpha/)
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
    assert.deepEqual([report.world, report.verdict, report.services[0].lost], ['sim', 'passed', 0])
    const phases = report.services[0].outages[0].split.map((part: { phase: string }) => part.phase)
    assert.deepEqual(phases, ['detection', 'fencing', 'promotion', 'mount', 'recovery', 'address', 'client'])
    for (const file of ['report.html', 'timeline.svg']) assert.match(readFileSync(join(folder, file), 'utf8'), /simul/)
  })
  test('the same seed gives the same bytes, another seed others', () => {
    const told = ['1', '1', '2'].map(seed => holdfast(['demo', '--in', 'sim', '--json', '--seed', seed]).stdout)
    assert.equal(told[0], told[1])
    assert.notEqual(told[0], told[2])
  })
  test('nothing of the lab or of any machine is loaded, and Windows is no reason to fail', () => {
    const record = `import { registerHooks } from 'node:module'; const seen = [];
      registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context) } });
      process.on('exit', () => process.stderr.write(seen.join('\\n')))`
    const { status, stderr } = holdfast(['demo', '--in', 'sim'], [platform('win32'), record])
    assert.equal(status, 0, stderr)
    const loaded = [...stderr.matchAll(/^file:.*\/src\/(\S+)$/gm)].map(match => match[1] ?? '')
    assert.ok(loaded.includes('core/sim/sim.ts'), 'the recording works')
    // The names of the images, which the help text shows.
    assert.deepEqual(
      loaded.filter(path => path.startsWith('io/')),
      ['io/lab/contract.ts'],
    )
  })
  test('where there is no Linux, demo says so and offers the simulation', () => {
    const refused = holdfast(['demo'], [platform('darwin')])
    assert.equal(refused.status, 2)
    assert.match(refused.stderr, /The lab needs Linux; this is macOS\.\n.*holdfast demo --in sim/)
    const agreed = holdfast(['demo', '--yes'], [platform('darwin')])
    assert.equal(agreed.status, 0, agreed.stderr)
    assert.match(agreed.stderr, /this is macOS\.\nThis is a simulation/)
  })
  test('there is nothing to keep', () => {
    const { status, stderr } = holdfast(['demo', '--in', 'sim', '--keep'])
    assert.equal(status, 2)
    assert.match(stderr, /nothing to --keep in a simulation/)
  })
})

describe('drill --in sim', () => {
  for (const { name } of catalog)
    test(`${name} passes, and its report is kept`, () => {
      const { status, stdout, stderr } = holdfast(['drill', pair, name, '--in', 'sim'])
      assert.equal(status, 0, stderr)
      assert.match(stdout, new RegExp(`^PASSED {2}${name} on shop, simulated`))
      assert.ok(existsSync(join(scratch, 'holdfast', 'reports', `shop-${name}-simulated-1`, 'report.html')))
    })
  for (const { name } of catalog.filter(({ text }) => text('web', undefined) !== undefined))
    test(`${name} passes for a load balancer, whose client asks for answers`, () => {
      const { status, stdout, stderr } = holdfast(['drill', balancers, name, '--in', 'sim'])
      assert.equal(status, 0, stdout + stderr)
      assert.match(stdout, new RegExp(`^PASSED {2}${name} on edge, simulated`))
    })
  test('addresses that share the load: one moves when its machine is lost, and goes home', () => {
    const { status, stdout } = holdfast(['drill', sharing, 'power-loss', '--in', 'sim'])
    assert.equal(status, 0, stdout)
    assert.match(stdout, /✔ {2}expect for 5s web running/)
  })
  test('what a load balancer cannot be asked is refused, with the reason', () => {
    const replication = holdfast(['drill', balancers, 'cut-replication-link', '--in', 'sim'])
    assert.equal(replication.status, 2)
    assert.match(replication.stderr, /cut-replication-link is about replication, and web keeps no data/)
    const moved = holdfast(['drill', sharing, 'switchover', '--in', 'sim'])
    assert.equal(moved.status, 1)
    assert.match(moved.stdout, /✘ {2}switchover web to beta +web: its addresses return to their nodes by themselves/)
  })
  test('an expectation that does not hold: exit 1, and why', () => {
    const file = scenario('wrong', 'wait 1s\nexpect within 5s db running on beta\nexpect lost 0 of db\n')
    const { status, stdout } = holdfast(['drill', pair, file, '--in', 'sim'])
    assert.equal(status, 1)
    assert.match(stdout, /^FAILED/)
    assert.match(stdout, /✘ {2}expect within 5s db running on beta +after 5 s: /)
  })
  test('what comes after a fault that could not be done has failed, whatever it was', () => {
    const file = scenario(
      'off-twice',
      'expect never alpha fenced\npower off beta\npower off beta\nexpect within 5s db running on alpha\nexpect lost 0 of db\nexpect outage of db below 1h\n',
    )
    const { status, stdout } = holdfast(['drill', pair, file, '--in', 'sim'])
    assert.equal(status, 1)
    assert.equal(stdout.match(/✘ .*line 3 could not be done/g)?.length, 4, stdout)
  })
  test('a scenario that names what is not there, or cannot happen, is refused: line, column, hint', () => {
    const wrong = {
      'powr off alpha': [/wrong:2:1/, /Did you mean "power"/],
      'power off alhpa': [/wrong:2:11/, /Did you mean "alpha"/],
      'expect within 5s bd running': [/wrong:2:18/, /There are: alpha, beta, db, pgdata/],
      'expect within 5s db runing': [/wrong:2:21/, /Did you mean "running"/],
      'expect withn 5s db running': [/wrong:2:8/, /Did you mean "within"/],
      'expect db running': [/wrong:2:8/, /There are: within, for, never, outage, lost/],
      'cut link 2 alpha beta': [/wrong:2:1\b/, /links 0 to 1/],
      'cut link alpha alpha': [/wrong:2:1\b/, /two different nodes/],
      'witness down': [/wrong:2:1/, /no witness/],
    }
    for (const [line, patterns] of Object.entries(wrong)) {
      const { status, stdout, stderr } = holdfast([
        'drill',
        pair,
        scenario('wrong', `wait 1s\n${line}\n`),
        '--in',
        'sim',
      ])
      assert.deepEqual([status, stdout], [2, ''], line)
      for (const pattern of patterns) assert.match(stderr, pattern, line)
    }
  })
  test('a scenario or service that does not exist: the nearest name', () => {
    const misspelt = holdfast(['drill', pair, 'power-lost', '--in', 'sim'])
    assert.equal(misspelt.status, 2)
    assert.match(misspelt.stderr, /no scenario "power-lost"\. Did you mean "power-loss"\?/)
    const service = holdfast(['drill', pair, 'power-loss', '--in', 'sim', '--service', 'bd'])
    assert.equal(service.status, 2)
    assert.match(service.stderr, /no service "bd"\. There are: db\./)
  })
})

describe('drill --compare', () => {
  const lab = join(root, 'src/core/drill/testdata/power-loss-lab.json')
  const compared = (file: string, name = 'power-loss', ...more: readonly string[]): Ran =>
    holdfast(['drill', pair, name, '--compare', '--measured', file, ...more])

  test('a saved report of the lab beside its prediction: it agrees, on the screen and in files', () => {
    const folder = join(scratch, 'compared')
    const { status, stdout, stderr } = compared(lab, 'power-loss', '--report', folder)
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^AGREES {2}power-loss on shop: all 10 verdicts are the same, it ends in the same state/)
    assert.match(stdout, /fencing +[\d.]+ s +10\.2 s +× /)
    assert.match(stdout, /db runs on +beta +beta +✔/)
    const kept = JSON.parse(readFileSync(join(folder, 'comparison.json'), 'utf8'))
    assert.equal(kept.agrees, true)
    assert.match(readFileSync(join(folder, 'comparison.html'), 'utf8'), /power-loss: as predicted/)
    const predicted = JSON.parse(readFileSync(join(folder, 'predicted.json'), 'utf8'))
    assert.deepEqual([predicted.world, predicted.simulation.calibration], ['sim', 'calibrations/lab.json'])
  })
  test('the simulated service begins where the real one was', () => {
    const swapped = readFileSync(lab, 'utf8').replaceAll(/alpha|beta/g, node => (node === 'alpha' ? 'beta' : 'alpha'))
    const { status, stdout, stderr } = compared(scenario('swapped.json', swapped))
    assert.equal(status, 0, stderr)
    assert.match(stdout, /db runs on +alpha +alpha +✔/)
  })
  test('what does not agree: exit 1', () => {
    const other = readFileSync(lab, 'utf8').replace(
      '"line":5,"text":"expect within 120s   alpha fenced","verdict":"met"',
      '"line":5,"text":"expect within 120s   alpha fenced","verdict":"failed","why":"it was not"',
    )
    const { status, stdout } = compared(scenario('differs.json', other))
    assert.equal(status, 1)
    assert.match(stdout, /^DIFFERS .*1 of 10 verdicts differ/)
  })
  test('a report of another scenario, of a simulation, or none at all is refused', () => {
    const simulated = join(scratch, 'holdfast', 'reports', 'shop-power-loss-simulated-1', 'report.json')
    for (const [ran, why] of [
      [compared(lab, 'switchover'), /is a report of power-loss, not of switchover/],
      [compared(simulated), /it is of a simulation; a measured one is wanted/],
      [compared(pair), /it is not JSON/],
      [compared(join(scratch, 'nothing')), /there is no such file/],
    ] as const) {
      assert.equal(ran.status, 2, ran.stderr)
      assert.match(ran.stderr, why)
    }
  })
  test('a calibration is printed from reports, and taken by the simulator', () => {
    const printed = holdfast(['simulate', pair, '--calibrate', lab])
    assert.equal(printed.status, 0, printed.stderr)
    const file = scenario('mine.json', printed.stdout)
    const slow = holdfast(['drill', pair, 'power-loss', '--in', 'sim', '--calibration', file])
    assert.equal(slow.status, 0, slow.stderr)
    assert.match(slow.stdout, /outage +(1 min|2 min)/)
    const wrong = holdfast(['simulate', pair, '--calibration', scenario('wrong.json', '{"durations":{"mout":[1,2]}}')])
    assert.equal(wrong.status, 2)
    assert.match(wrong.stderr, /no duration "mout"\. Did you mean "mount"\?/)
  })
})
