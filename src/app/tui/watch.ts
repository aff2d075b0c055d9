// `status --watch` on a terminal: the alternate screen, drawn again only where a line has changed; q or Ctrl-C quits.
// Plain ANSI, so that it works in tmux, over ssh and on a serial console.
import { setTimeout as delay } from 'node:timers/promises'
import type { Snapshot } from '../../core/live/snapshot.ts'
import type { Cluster } from '../../core/model/types.ts'
import { type PageMemory, remember } from '../../core/view/page.ts'
import { renderLine } from '../cli/lines.ts'
import { frame } from './frame.ts'

/** What of process.stdout is needed here. */
export interface Output {
  columns?: number
  rows?: number
  write(text: string): unknown
  on(event: 'resize', listener: () => void): unknown
  off(event: 'resize', listener: () => void): unknown
}

/** What of process.stdin is needed here; without `setRawMode` it is no terminal, and keys are not read. */
export interface Input {
  setRawMode?(on: boolean): unknown
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
  off(event: 'data', listener: (chunk: Buffer) => void): unknown
  resume(): unknown
  pause(): unknown
}

export interface WatchOptions {
  readonly cluster: Cluster
  readonly source: (onSnapshot: (snapshot: Snapshot) => void, signal: AbortSignal) => Promise<void>
  readonly input: Input
  readonly output: Output
  readonly colour: boolean
  readonly signal: AbortSignal
}

const enter = '\u001b[?1049h\u001b[?25l\u001b[2J\u001b[H'
const leave = '\u001b[?25h\u001b[?1049l'
const quitKeys = ['q', 'Q', '\u0003', '\u001b']

/** Answers the last snapshot, when the watcher quits or the signal aborts. */
export async function watchOnTerminal(options: WatchOptions): Promise<Snapshot | undefined> {
  const { cluster, input, output, colour } = options
  const quit = new AbortController()
  const signal = AbortSignal.any([options.signal, quit.signal])
  let memory: PageMemory | undefined
  let drawn: readonly string[] = []

  const draw = (): void => {
    const size = { columns: output.columns ?? 80, rows: output.rows ?? 24 }
    const lines = memory
      ? frame(cluster, memory, size).map(line => renderLine(line, colour))
      : [`looking at ${cluster.nodes.map(n => n.name).join(' and ')} …`]
    const text = difference(drawn, lines)
    if (text !== '') output.write(text)
    drawn = lines
  }
  const resize = (): void => {
    drawn = []
    output.write('\u001b[2J')
    draw()
  }
  const key = (chunk: Buffer): void => {
    if (quitKeys.includes(chunk.toString())) quit.abort()
  }

  output.write(enter)
  input.setRawMode?.(true)
  input.on('data', key)
  input.resume()
  output.on('resize', resize)
  try {
    draw()
    await options.source(snapshot => {
      memory = remember(cluster, memory, snapshot)
      draw()
    }, signal)
    // A source that ends by itself leaves its last picture standing.
    while (!signal.aborted) await delay(1_000, undefined, { signal }).catch(() => undefined)
  } finally {
    output.off('resize', resize)
    input.off('data', key)
    input.setRawMode?.(false)
    input.pause()
    output.write(leave)
  }
  return memory?.latest
}

/** Only the lines that changed, each at its place. */
function difference(before: readonly string[], now: readonly string[]): string {
  const changed = now.flatMap((line, i) => (line === before[i] ? [] : [`\u001b[${i + 1};1H${line}\u001b[K`]))
  const surplus = before.length > now.length ? `\u001b[${now.length + 1};1H\u001b[J` : ''
  return changed.join('') + surplus
}
