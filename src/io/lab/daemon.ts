// A lab in a process of its own: what `lab up` leaves behind. Options come as JSON on standard input, which stays open
// until the lab stands: if the one who asked goes away before, the lab ends too. Progress and the outcome go to standard
// output as JSON lines. SIGTERM or the control socket's `down` ends it.
import { createInterface } from 'node:readline'
import type { LabFailure, LabOptions, LabProgress } from './contract.ts'
import { labDirectory } from './paths.ts'
import { startLab } from './start.ts'
import { cleanUp } from './state.ts'

/** A line on the daemon's standard output. */
export type DaemonLine =
  | { readonly kind: 'progress'; readonly progress: LabProgress }
  | { readonly kind: 'up'; readonly directory: string }
  | { readonly kind: 'failed'; readonly failure: LabFailure }

const say = (line: DaemonLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

async function main(): Promise<void> {
  // Whoever started it is free to go once it stands.
  process.stdout.on('error', () => undefined)
  const input = createInterface({ input: process.stdin })
  const { value } = await input[Symbol.asyncIterator]().next()
  const options: Omit<LabOptions, 'onProgress'> = JSON.parse(String(value))
  let isUp = false
  const abandon = async (): Promise<void> => {
    if (isUp) return
    await cleanUp(labDirectory(options.clusterName))
    process.exit(1)
  }
  process.stdin.once('end', () => void abandon())
  process.stdin.resume()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => void abandon())

  const lab = await startLab({ ...options, onProgress: progress => say({ kind: 'progress', progress }) })
  if (!lab.ok) {
    say({ kind: 'failed', failure: lab.failure })
    process.exit(1)
  }
  isUp = true
  say({ kind: 'up', directory: lab.value.directory })
  process.stdin.destroy()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.removeAllListeners(signal).once(signal, () => void lab.value.down())
  }
}

await main()
