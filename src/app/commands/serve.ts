// `holdfast serve FILE`: the status as a live web page on loopback, read-only. It ends with Ctrl-C.
import { once } from 'node:events'
import process from 'node:process'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Snapshot } from '../../core/live/snapshot.ts'
import { watch } from '../../io/observe/watch.ts'
import { progress } from '../cli/progress.ts'
import { bold, wantsColour } from '../cli/terminal.ts'
import { loadAssets } from '../server/assets.ts'
import { buildPage, pageFolder } from '../server/build.ts'
import { startPageServer } from '../server/server.ts'
import { openSession, type Where } from '../session.ts'

interface Options {
  readonly in: Where
  readonly port: number
}

const usualPort = 8642

export function serveCommand(): Command {
  return new Command('serve')
    .description('Show the status as a live web page: read-only, on this machine only.')
    .argument('<file>', 'the cluster file')
    .addOption(new Option('--in <world>', 'whose machines').choices(['live', 'lab']).default('live'))
    .option('--port <number>', 'on 127.0.0.1; 0 takes any free one', portNumber, usualPort)
    .addHelpText(
      'after',
      `
The page makes no request to anywhere else, and nothing can be changed through it. From another machine:
  ssh -L ${usualPort}:127.0.0.1:${usualPort} THIS-MACHINE     then open http://127.0.0.1:${usualPort}/

Examples:
  holdfast serve cluster.yaml
  holdfast serve cluster.yaml --in lab --port 0`,
    )
    .action(serve)
}

function portNumber(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}

async function serve(file: string, options: Options): Promise<void> {
  await using session = await openSession(file, options.in)
  if (!session) return
  const screen = progress()
  screen.begin('building the page')
  const trouble = await buildPage()
  const assets = trouble === undefined ? await loadAssets(pageFolder) : undefined
  if (!assets) {
    screen.failed()
    console.error(`holdfast: the page could not be built: ${trouble ?? 'nothing was written'}\n  try: npm run web`)
    process.exitCode = 1
    return
  }
  screen.done('the page is ready')
  const { cluster, transports } = session
  const source = (onSnapshot: (snapshot: Snapshot) => void, signal: AbortSignal): Promise<void> =>
    watch(cluster.name, [...transports.values()], onSnapshot, signal)
  const started = await startPageServer({ cluster, source, assets, port: options.port })
  if (!started.ok) {
    console.error(`holdfast: port ${options.port} cannot be used: ${started.failure.why}\n  try: --port 0`)
    process.exitCode = 1
    return
  }
  await using server = started.value
  console.log(`${bold(server.url, wantsColour(process.stdout))}   (Ctrl-C ends it)`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}
