// `holdfast demo`: the main job, from nothing to a report. It makes the lab, applies the example, opens the live page,
// starts a client that writes, pulls the plug of the active node and tells what the client saw. Everything that it starts
// ends with it.
import { relative } from 'node:path'
import { found } from '../../../core/base/assert.ts'
import { milliseconds, showDuration } from '../../../core/base/units.ts'
import type { Cluster, Service } from '../../../core/model/types.ts'
import { showLabFailure } from '../../../io/lab/failure.ts'
import { startLab } from '../../../io/lab/lab.ts'
import { labTopology } from '../../../io/lab/topology.ts'
import { applySession } from '../../apply/apply.ts'
import { applyView } from '../../apply/view.ts'
import { progress } from '../../cli/progress.ts'
import { bold, wantsColour } from '../../cli/terminal.ts'
import { drillInLab } from '../../drill/lab-drill.ts'
import { scenarioSource } from '../../drill/scenarios.ts'
import { drillHooks, showDrillTrouble, showReport } from '../../drill/show.ts'
import { loadAssets } from '../../server/assets.ts'
import { buildPage, pageFolder } from '../../server/build.ts'
import { type PageServer, startPageServer } from '../../server/server.ts'
import { labSession, type Session } from '../../session.ts'
import { type Follow, sharedWatch } from '../../watching.ts'
import { tell } from '../apply.ts'
import { showProgress } from '../lab/progress.ts'
import type { DemoOptions } from './options.ts'

export async function demoInLab(file: string, cluster: Cluster, service: Service, options: DemoOptions): Promise<void> {
  const started = performance.now()

  const ending = new AbortController()
  const onSignal = (): void => ending.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const screen = progress()
  const lab = await startLab({ ...labTopology(cluster, options.image), onProgress: showProgress(screen) })
  if (!lab.ok) {
    screen.failed()
    console.error(`holdfast: ${showLabFailure(lab.failure)}\n  without machines: holdfast demo --in sim`)
    return
  }
  await using machines = lab.value
  await using session = await labSession(file, cluster, machines)
  const follow = sharedWatch(session)
  await using page = await openPage(session, follow)
  if (page) screen.say(`watch it:  ${bold(page.url, wantsColour(process.stderr))}`)

  if (!(await build(session, ending.signal))) {
    process.exitCode = 2
    return
  }
  const seconds = showDuration(milliseconds(performance.now() - started))
  screen.say(`the cluster stands and is proven after ${seconds}; now the plug`)
  const scenario = found(scenarioSource('power-loss'), 'power-loss')
  const hooks = drillHooks()
  const drill = drillInLab(session, service, scenario, hooks, follow)
  const result = await Promise.race([drill, whenAborted(ending.signal)])
  if (result === 'aborted') return
  if (!result.ok) {
    hooks.stopped()
    showDrillTrouble(result.failure)
    return
  }
  showReport(result.value, options)
  process.exitCode = result.value.verdict === 'passed' ? 0 : 1
  if (options.keep) await lookAround(file, session, page, ending.signal)
  else console.error(`\nto look around while the machines run:  ./holdfast demo --keep`)
}

async function build(session: Session, stop: AbortSignal): Promise<boolean> {
  const view = applyView({ yes: true, diffs: false, redact: text => text })
  const applied = await applySession(session, { ...view, planned: () => undefined }, { stop, abort: stop })
  if (applied.kind === 'done') view.end()
  else tell(session, applied, text => text)
  return applied.kind === 'done'
}

/** The page is a guest: where it cannot be built or served, the demonstration goes on without it, and says so. */
async function openPage(session: Session, follow: Follow): Promise<PageServer | undefined> {
  const trouble = await buildPage()
  const assets = trouble === undefined ? await loadAssets(pageFolder) : undefined
  if (!assets) {
    console.error(`the live page is not shown: ${trouble ?? 'it could not be read'}`)
    return undefined
  }
  const server = await startPageServer({ cluster: session.cluster, source: follow, assets, port: 0 })
  if (server.ok) return server.value
  console.error(`the live page is not shown: ${server.failure.why}`)
  return undefined
}

const whenAborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise(resolve => {
    if (signal.aborted) resolve('aborted')
    signal.addEventListener('abort', () => resolve('aborted'), { once: true })
  })

async function lookAround(
  file: string,
  session: Session,
  page: PageServer | undefined,
  end: AbortSignal,
): Promise<void> {
  const name = relative(process.cwd(), file) || file
  const [first] = session.cluster.nodes
  console.error(`
The machines run until you press Ctrl-C. In another terminal:
  ./holdfast status ${name} --in lab --watch
  ./holdfast drill ${name} pause-node
  ./holdfast lab fault cut ${session.cluster.nodes.map(node => node.name).join(' ')}
  ./holdfast lab ssh ${first?.name ?? ''}
${page ? `  ${page.url}\n` : ''}`)
  await whenAborted(end)
}
