// One virtual machine's life: woken from the snapshot, booted, paused, its plug pulled. The process is bound to this one,
// so that it ends with it; what it was is recorded, so that it can be found again if even that should fail.
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fail, ok, type Result } from '../../core/base/result.ts'
import type { Bytes, NodeName } from '../../core/base/units.ts'
import type { LabFailure, PowerAction, PowerState } from './contract.ts'
import { type ProcessRecord, recordOf, spawnBound } from './processes.ts'
import { type Hardware, type MachineFiles, type MachineWiring, qemuCommand } from './qemu.ts'
import { connectUnix, openQmp, type Qmp } from './qmp.ts'

export interface MachineSetup {
  readonly name: NodeName | 'golden'
  readonly hardware: Hardware
  readonly files: MachineFiles
  readonly wiring: MachineWiring
  /** The snapshot's folder: QEMU's working directory, where `state` lies. */
  readonly snapshotDirectory: string
  /** QEMU's own complaints. */
  readonly logFile: string
  readonly onChange?: (power: PowerState, why: string) => void
}

export interface Machine {
  readonly name: NodeName | 'golden'
  power(): PowerState
  process(): ProcessRecord | undefined
  boot(): Promise<Result<void, LabFailure>>
  /** Wakes from the snapshot and runs; the clone has no identity of its own yet. */
  wake(): Promise<Result<void, LabFailure>>
  /** Sends one line over the identity port, made at that moment, and waits for the answer `done`. */
  identify(line: () => string): Promise<Result<void, LabFailure>>
  /** Resolves when the machine says that it waits for its identity. */
  ready(): Promise<Result<void, LabFailure>>
  resizeDisk(index: number, size: Bytes): Promise<Result<void, LabFailure>>
  /** Writes the machine's whole state to `state` in the snapshot's folder, and ends it. */
  freeze(): Promise<Result<void, LabFailure>>
  act(action: PowerAction): Promise<Result<void, LabFailure>>
}

/** Far beyond what the slowest host has needed. */
const identityLimitMs = 120_000
const bootLimitMs = 600_000

/** From power to the first instruction of the kernel. A server's firmware takes one to three minutes; without any, a
 *  fenced machine would be back, and in the way, before the other one has taken over. */
const firmwareMs = 60_000

const tailOf = (file: string): readonly string[] => {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).slice(-15)
  } catch {
    return []
  }
}

/** The status of a running machine. Source: QMP `query-status`. */
const statusIn = (answer: unknown): string | undefined =>
  typeof answer === 'object' && answer !== null && 'status' in answer ? String(answer.status) : undefined

export function createMachine(setup: MachineSetup): Machine {
  let child: ChildProcess | undefined
  let record: ProcessRecord | undefined
  let qmp: Qmp | undefined
  let paused = false
  let firmware: NodeJS.Timeout | undefined
  let ended: Promise<void> = Promise.resolve()
  const isAlive = (): boolean => child !== undefined
  const power = (): PowerState => (!isAlive() ? 'off' : paused ? 'paused' : 'on')
  const failure = (what: string): Result<never, LabFailure> =>
    fail({ kind: 'machine', node: setup.name, what, tail: [...tailOf(setup.logFile), ...tailOf(setup.files.console)] })
  const change = (why: string): void => setup.onChange?.(power(), why)

  const start = async (incoming: boolean): Promise<Result<void, LabFailure>> => {
    if (isAlive()) return ok(undefined)
    // Nothing is awaited between the question whether it is on and its new process: two may press the button at once.
    for (const socket of [setup.files.qmp, setup.files.identity]) rmSync(socket, { force: true })
    const log = openSync(setup.logFile, 'a', 0o600)
    const command = qemuCommand(setup.hardware, setup.files, setup.wiring, incoming)
    const started = spawnBound(command, { cwd: setup.snapshotDirectory, stderr: log })
    closeSync(log)
    child = started
    paused = false
    record = started.pid === undefined ? undefined : recordOf(started.pid)
    ended = new Promise(resolve => {
      const over = (): void => {
        if (child === started) {
          child = undefined
          record = undefined
          qmp?.close()
          qmp = undefined
          change('its process ended')
        }
        resolve()
      }
      started.once('exit', over)
      started.once('error', over)
    })
    qmp = await openQmp(setup.files.qmp, isAlive)
    change(incoming ? 'woken from the snapshot' : 'switched on')
    return qmp ? ok(undefined) : failure('QEMU did not start')
  }

  const execute = async (
    command: string,
    arguments_?: Readonly<Record<string, unknown>>,
  ): Promise<Result<unknown, LabFailure>> => {
    if (!qmp) return failure('it is off')
    try {
      return ok(await qmp.execute(command, arguments_))
    } catch (error) {
      return failure(`${command}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Asks again and again until the machine is in the wanted state; ends when its process does. */
  const until = async (
    command: string,
    wanted: string,
    unwanted: readonly string[],
  ): Promise<Result<void, LabFailure>> => {
    for (;;) {
      const answer = await execute(command)
      if (!answer.ok) return answer
      const status = statusIn(answer.value) ?? ''
      if (status === wanted) return ok(undefined)
      if (unwanted.includes(status)) return failure(`${command} says ${status}`)
      await sleep(20)
    }
  }

  /** Over the identity port: says a line, if there is one, and waits for a word. */
  const talk = async (
    line: (() => string) | undefined,
    wanted: string,
    limitMs: number,
  ): Promise<Result<void, LabFailure>> => {
    const socket = await connectUnix(setup.files.identity, isAlive)
    if (!socket) return failure('it ended before it answered')
    const limit = setTimeout(() => socket.destroy(), limitMs)
    if (line) socket.write(`${line()}\n`)
    try {
      let heard = ''
      for await (const chunk of socket) {
        heard += String(chunk)
        if (heard.includes(wanted)) return ok(undefined)
      }
    } catch (error) {
      // The machine died in the middle of it, or took too long: both are told below.
      if (!socket.destroyed) throw error
    } finally {
      clearTimeout(limit)
      socket.destroy()
    }
    return failure(
      isAlive() ? `it has not said "${wanted}" within ${limitMs / 1_000} s` : `it ended before it said "${wanted}"`,
    )
  }

  /** Switched on, and standing still for as long as its firmware would take. */
  const selfTest = async (): Promise<Result<void, LabFailure>> => {
    const tested = child
    clearTimeout(firmware)
    const held = await execute('stop')
    if (!held.ok) return held
    firmware = setTimeout(() => {
      if (child === tested && !paused) void execute('cont')
    }, firmwareMs)
    firmware.unref()
    return ok(undefined)
  }

  const kill = async (): Promise<void> => {
    clearTimeout(firmware)
    child?.kill('SIGKILL')
    await ended
  }

  const act = async (action: PowerAction): Promise<Result<void, LabFailure>> => {
    switch (action) {
      case 'off':
        await kill()
        return ok(undefined)
      case 'on': {
        if (isAlive()) return ok(undefined)
        const started = await start(false)
        return started.ok ? selfTest() : started
      }
      case 'reset': {
        const reset = await execute('system_reset')
        if (!reset.ok) return reset
        paused = false
        change('reset')
        return selfTest()
      }
      case 'pause':
      case 'resume': {
        const done = await execute(action === 'pause' ? 'stop' : 'cont')
        if (!done.ok) return done
        paused = action === 'pause'
        change(paused ? 'paused' : 'resumed')
        return ok(undefined)
      }
      default:
        return action satisfies never
    }
  }

  return {
    name: setup.name,
    power,
    process: () => record,
    boot: () => start(false),
    wake: async () => {
      const started = await start(true)
      // It wakes as it fell asleep: stopped.
      const loaded = started.ok ? await until('query-status', 'paused', ['internal-error', 'shutdown']) : started
      const running = loaded.ok ? await execute('cont') : loaded
      return running.ok ? ok(undefined) : running
    },
    identify: line => talk(line, 'done', identityLimitMs),
    ready: () => talk(undefined, 'ready', bootLimitMs),
    resizeDisk: async (index, size) => {
      const done = await execute('block_resize', { 'node-name': `disk${index}`, size })
      return done.ok ? ok(undefined) : done
    },
    freeze: async () => {
      for (const [command, arguments_] of [['stop'], ['migrate', { uri: 'exec:cat > state' }]] as const) {
        const done = await execute(command, arguments_)
        if (!done.ok) return done
      }
      const frozen = await until('query-migrate', 'completed', ['failed', 'cancelled'])
      await kill()
      return frozen
    },
    act,
  }
}
