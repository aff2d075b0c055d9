// The policy engine's speed beside crm_simulate's, in one run, as ratios:
//   node bench/policy.ts [--sizes 4x100,8x500] [--bound SECONDS] [--sweep] [--write]
// Both as whole processes as a user starts them, scheduling only, by turns: five times up to 1,000 primitives, three times
// beyond, once what takes more than ten seconds; crm_simulate is cut off at the bound. Shown is the median, by the clock and,
// for machines with other work, by processor time. `--sweep` asks "what if" at 8×500:
// every node lost once, every running resource failed once, in one process that parses once; crm_simulate's time for
// that is measured on a sample and multiplied. `--write` refreshes bench/README.md.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { instant } from '../src/core/base/units.ts'
import { parseCib } from '../src/core/cib/parse.ts'
import type { Cib } from '../src/core/cib/types.ts'
import { type Event, inject } from '../src/core/scheduler/inject.ts'
import { schedule } from '../src/core/scheduler/schedule.ts'
import { type Size, type State, showSize, sizes, stateOf, states } from './policy-states.ts'

interface Measured {
  readonly seconds: number
  /** What all its threads used of the processors: on a machine with other work, only this can be compared. */
  readonly processor: number
  /** The most memory it held, where the kernel said so in time. */
  readonly mebibytes: number
  readonly outcome: 'finished' | 'cut off' | 'failed'
}

const holdfast = join(import.meta.dirname, '../holdfast')
const now = instant(1_700_000_000_000)

/** By bash, which asks the kernel for the times of its child to the millisecond; its own start does not count. */
const timed = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1'

function measure(program: string, args: readonly string[], boundSeconds: number): Promise<Measured> {
  return new Promise(resolve => {
    const started = performance.now()
    const child = spawn('bash', ['-c', timed, 'bash', program, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    })
    let mebibytes = 0
    let cut = false
    let said = ''
    child.stderr.on('data', data => (said += data))
    const poll = setInterval(() => (mebibytes = Math.max(mebibytes, peakOf(child.pid))), 20)
    const timer = setTimeout(() => {
      cut = true
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, boundSeconds * 1_000)
    const end = (code: number | null): void => {
      clearInterval(poll)
      clearTimeout(timer)
      const outcome = cut ? 'cut off' : code === 0 ? 'finished' : 'failed'
      const [real, user, system] = said.trim().split(' ').map(Number)
      const seconds = real ?? (performance.now() - started) / 1_000
      resolve({ seconds: cut ? boundSeconds : seconds, processor: (user ?? 0) + (system ?? 0), mebibytes, outcome })
    }
    child.on('error', () => end(1))
    child.on('close', end)
  })
}

/** Of the processes that this one started. */
function peakOf(pid: number | undefined): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    const peaks = children.map(id => /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1])
    return Math.max(...peaks.map(peak => Number(peak ?? 0))) / 1_024
  } catch {
    return 0
  }
}

/** Each by turns, so that what else the machine does meets all of them; the median of each. */
async function byTurns(times: number, runs: readonly (() => Promise<Measured>)[]): Promise<readonly Measured[]> {
  const measured: Measured[][] = runs.map(() => [])
  for (let turn = 0; turn < times; turn += 1) {
    for (const [at, run] of runs.entries()) {
      if (turn > 0 && (measured[at]?.[0]?.seconds ?? 0) > 10) continue
      measured[at]?.push(await run())
    }
  }
  return measured.map(median)
}

const median = (all: readonly Measured[]): Measured =>
  all.toSorted((a, b) => a.seconds - b.seconds)[all.length >> 1] ?? {
    seconds: 0,
    processor: 0,
    mebibytes: 0,
    outcome: 'failed',
  }

interface Row {
  readonly size: Size
  readonly state: State
  readonly ours: Measured
  readonly theirs: Measured
}

async function compareAll(chosen: readonly Size[], bound: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const rows: Row[] = []
  try {
    for (const size of chosen) {
      for (const state of states) {
        const file = join(folder, 'state.xml')
        writeFileSync(file, stateOf(size, state))
        const [ours, theirs] = await byTurns(size.resources > 1_000 ? 3 : 5, [
          () => measure(holdfast, ['schedule', file], bound),
          () => measure('crm_simulate', ['-R', '-x', file], bound),
        ])
        if (!ours || !theirs) continue
        rows.push({ size, state, ours, theirs })
        console.log(showRow(rows.at(-1), rows).join('  '))
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return rows
}

const showTime = ({ seconds, outcome }: Measured): string =>
  outcome === 'failed' ? 'failed' : `${outcome === 'cut off' ? '> ' : ''}${seconds.toFixed(seconds < 10 ? 2 : 0)} s`

function ratio({ ours, theirs }: Row): string {
  if (ours.outcome !== 'finished' || theirs.outcome === 'failed') return '–'
  return `${theirs.outcome === 'cut off' ? '> ' : ''}${(theirs.seconds / ours.seconds).toFixed(1)}`
}

/** Time beyond the start of the process, per nodes × resources × log, against the size before it: 1 is the promise. */
function growth(row: Row, rows: readonly Row[]): string {
  const before = rows.filter(r => r.state === row.state && r.size.resources < row.size.resources).at(-1)
  if (!before) return ''
  const work = ({ nodes, resources }: Size): number => nodes * resources * Math.log2(nodes * resources)
  const grown = Math.max(0.001, row.ours.seconds - start) / Math.max(0.001, before.ours.seconds - start)
  return (grown / (work(row.size) / work(before.size))).toFixed(2)
}

/** The same of processor time. */
function processorRatio({ ours, theirs }: Row): string {
  if (ours.outcome !== 'finished' || theirs.outcome !== 'finished') return '–'
  return (theirs.processor / ours.processor).toFixed(1)
}

const headings = [
  'nodes × primitives',
  'state',
  'holdfast',
  'crm_simulate',
  'times faster',
  'by processor time',
  'MiB',
  'MiB',
  'growth',
]

function showRow(row: Row | undefined, rows: readonly Row[]): string[] {
  if (!row) return headings
  const memory = (m: Measured): string => m.mebibytes.toFixed(0)
  return [
    showSize(row.size),
    row.state,
    showTime(row.ours),
    showTime(row.theirs),
    ratio(row),
    processorRatio(row),
    memory(row.ours),
    memory(row.theirs),
    growth(row, rows),
  ]
}

/** The median of many decisions in a warm process, in milliseconds. */
function insideProcess(size: Size, state: State): number {
  const cib = parsed(stateOf(size, state))
  const times = Array.from({ length: 200 }, () => {
    const started = performance.now()
    schedule(cib, now)
    return performance.now() - started
  })
  return times.slice(100).sort((a, b) => a - b)[50] ?? Number.NaN
}

function parsed(text: string): Cib {
  const { value, problems } = parseCib(text, 'bench.xml')
  if (!value) throw new Error(problems.map(p => p.message).join('; '))
  return value
}

interface Sweep {
  readonly questions: number
  readonly seconds: number
  /** Processor time, all threads of ours included. */
  readonly processor: number
  /** What crm_simulate -R needs for all of them, from a sample. */
  readonly theirSeconds: number
  readonly theirProcessor: number
  readonly sample: number
}

async function sweep(size: Size): Promise<Sweep> {
  const text = stateOf(size, 'steady')
  const started = performance.now()
  const before = process.cpuUsage()
  const cib = parsed(text)
  const events = questions(cib)
  for (const event of events) {
    const { value } = inject(cib, [event])
    if (value) schedule(value, now, { scores: false })
  }
  const seconds = (performance.now() - started) / 1_000
  const used = process.cpuUsage(before)
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  try {
    const file = join(folder, 'state.xml')
    writeFileSync(file, text)
    const asked = events.filter((_, at) => at % Math.ceil(events.length / 12) === 0)
    const [total, each] = [{ seconds: 0, processor: 0 }, events.length / asked.length]
    for (const event of asked) {
      const { seconds: took, processor } = await measure('crm_simulate', ['-R', '-x', file, ...asOption(event)], 60)
      total.seconds += took
      total.processor += processor
    }
    return {
      questions: events.length,
      seconds,
      processor: (used.user + used.system) / 1e6,
      theirSeconds: total.seconds * each,
      theirProcessor: total.processor * each,
      sample: asked.length,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function questions(cib: Cib): Event[] {
  const losses = cib.configuration.nodes.map((node): Event => ({ kind: 'node-fail', node: node.uname }))
  const failures = schedule(cib, now)
    .current.filter(place => place.node !== null)
    .map((place): Event => ({ kind: 'op-inject', spec: `${place.rsc}_monitor_10000@${place.node}=7` }))
  return [...losses, ...failures]
}

const asOption = (event: Event): string[] =>
  event.kind === 'op-inject'
    ? ['--op-inject', event.spec]
    : event.kind === 'node-fail'
      ? ['--node-fail', event.node]
      : []

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const page = join(import.meta.dirname, 'README.md')
const [begin, end] = ['<!-- begin: written by bench/policy.ts -->', '<!-- end: policy -->']

function write(rows: readonly Row[], more: readonly string[]): void {
  const before = readFileSync(page, 'utf8')
  const table = [
    line(headings),
    line(headings.map((_, at) => (at < 2 ? '---' : '---:'))),
    ...rows.map(row => line(showRow(row, rows))),
  ]
  const text = [begin, '', ...table, '', ...more, '', end].join('\n')
  writeFileSync(page, before.slice(0, before.indexOf(begin)) + text + before.slice(before.indexOf(end) + end.length))
}

const { values } = parseArgs({
  options: {
    sizes: { type: 'string' },
    bound: { type: 'string', default: '60' },
    sweep: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const chosen = sizes.filter(size => values.sizes?.split(',').includes(showSize(size).replace('×', 'x')) ?? true)
const more: string[] = []
const say = (text: string): void => {
  more.push(text)
  console.log(text)
}
await measure(holdfast, ['schedule', '--help'], 60)
const [started] = await byTurns(9, [() => measure(holdfast, ['schedule', '--help'], 60)])
const start = started?.seconds ?? 0
console.log(headings.join('  '))
const rows = await compareAll(chosen, Number(values.bound))
const small = sizes[0]
if (small) {
  for (const state of states)
    say(`- one decision inside the process, ${showSize(small)}, ${state}: ${insideProcess(small, state).toFixed(2)} ms`)
}
if (values.sweep) {
  const size = { nodes: 8, resources: 500 }
  const { questions: asked, seconds, processor, theirSeconds, theirProcessor, sample } = await sweep(size)
  say(
    `- what-if sweep, ${showSize(size)}, ${asked} questions in one process: ${seconds.toFixed(1)} s; crm_simulate -R: about ` +
      `${theirSeconds.toFixed(0)} s (from ${sample} of them), ${(theirSeconds / seconds).toFixed(0)} times as long; ` +
      `by processor time ${processor.toFixed(1)} s and ${theirProcessor.toFixed(0)} s, ${(theirProcessor / processor).toFixed(0)} times`,
  )
}
if (values.write) write(rows, more)
