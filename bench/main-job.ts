// The main job in figures, on real machines: `node bench/main-job.ts [--image debian12] [--profiles balanced,lan-fast]`.
// Every command runs as a user runs it, with the start of Node included. The failover is split as the drill's report
// splits it. For comparison stands what a pair made by hand, with default timeouts and without fencing, took in the same
// kind of machine: 26.4 s (measured once, before this project; not repeated here).
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { holdfast, shown, testCluster } from '../tests/lab/machines.ts'

const { values } = parseArgs({
  options: {
    image: { type: 'string', default: 'debian13' },
    profiles: { type: 'string', default: 'balanced,lan-fast' },
  },
})

interface Row {
  readonly what: string
  readonly seconds: number
  readonly goal?: number
}

const rows: Row[] = []

async function timed(
  what: string,
  args: readonly string[],
  goal?: number,
  statuses: readonly number[] = [0],
): Promise<void> {
  const started = performance.now()
  const ran = await holdfast(args, 20)
  if (ran.status === null || !statuses.includes(ran.status)) throw new Error(`${what}: ${shown(ran)}`)
  rows.push({ what, seconds: (performance.now() - started) / 1_000, ...(goal === undefined ? {} : { goal }) })
}

async function profile(name: string): Promise<void> {
  using cluster = testCluster('postgresql-pair', `bench-${name}`)
  writeFileSync(cluster.file, `${readFileSync(cluster.file, 'utf8')}\ntiming: ${name}\n`)
  const { file } = cluster
  try {
    await timed(`check (${name})`, ['check', file], 0.3)
    await timed(`lab up, cached snapshot (${name})`, ['lab', 'up', file, '--image', values.image], 10)
    await timed(`apply, bare nodes → proven (${name})`, ['apply', file, '--in', 'lab', '--yes', '--no-diff'], 60)
    await timed(`plan, nothing to do (${name})`, ['plan', file, '--in', 'lab', '--exit-code'], 3)
    await timed(`status (${name})`, ['status', file, '--in', 'lab'], 2)
    const folder = join(cluster.folder, 'report')
    await timed(`drill power-loss, all of it (${name})`, ['drill', file, 'power-loss', '--report', folder])
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
    const outage = report.services[0].outages[0]
    rows.push({
      what: `  failover as the client saw it (${name})`,
      seconds: (outage.to - outage.from) / 1_000,
      goal: 26.4,
    })
    for (const { phase, took } of outage.split) rows.push({ what: `    ${phase}`, seconds: took / 1_000 })
    rows.push({ what: `    rows lost`, seconds: report.services[0].lost })
  } finally {
    await holdfast(['lab', 'down', file], 5)
  }
}

// Once before: the image and its snapshot may have to be made, which is not what is measured.
{
  using warm = testCluster('postgresql-pair', 'bench-warm')
  await holdfast(['lab', 'up', warm.file, '--image', values.image], 20)
  await holdfast(['lab', 'down', warm.file], 5)
}
for (const name of values.profiles.split(',')) await profile(name)
console.log(`${'what'.padEnd(52)}   seconds    goal   ratio`)
for (const { what, seconds, goal } of rows) {
  const ratio = goal === undefined ? '' : `${goal.toFixed(1).padStart(7)} ${(seconds / goal).toFixed(2).padStart(7)}`
  console.log(`${what.padEnd(52)} ${seconds.toFixed(2).padStart(9)} ${ratio}`)
}
