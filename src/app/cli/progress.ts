// Progress on standard error for everything longer than a second: what is being waited for, and since when. On a
// terminal one line that moves; elsewhere a line when something begins and one when it is done, so that a log reads well.
import { performance } from 'node:perf_hooks'
import { milliseconds, showDuration } from '../../core/base/units.ts'
import { dim, green, isTerminal, red, wantsColour } from './terminal.ts'

export interface Progress {
  /** Ends the task before it, if one is open, as done. */
  begin(task: string): void
  /** What the open task waits for just now. */
  note(detail: string): void
  done(text?: string): void
  failed(text?: string): void
  /** A line of its own, above the moving one. */
  say(line: string): void
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** `clock` in milliseconds; a simulation has its own. */
export function progress(clock: () => number = () => performance.now()): Progress {
  const colour = wantsColour(process.stderr)
  let open: { task: string; detail: string; started: number } | undefined
  let timer: NodeJS.Timeout | undefined
  let frame = 0

  const since = (started: number): string => showDuration(milliseconds(clock() - started))
  const clear = (): void => {
    if (isTerminal) process.stderr.write('\r\u001b[2K')
  }
  const draw = (): void => {
    if (!isTerminal || !open) return
    frame = (frame + 1) % frames.length
    const detail = open.detail === '' ? '' : `: ${open.detail}`
    const line = `${frames[frame]} ${open.task}${detail} (${since(open.started)})`
    clear()
    process.stderr.write(line.slice(0, (process.stderr.columns || 100) - 1))
  }
  const line = (text: string): void => {
    clear()
    process.stderr.write(`${text}\n`)
    draw()
  }
  const finish = (mark: string, text: string | undefined): void => {
    if (!open) return
    const { task, started } = open
    open = undefined
    clearInterval(timer)
    line(`${mark} ${text ?? task} ${dim(`(${since(started)})`, colour)}`)
  }
  const self: Progress = {
    begin: task => {
      if (open) self.done()
      open = { task, detail: '', started: clock() }
      if (isTerminal) {
        timer = setInterval(draw, 120)
        timer.unref()
        draw()
      } else line(`· ${task} …`)
    },
    note: detail => {
      if (open) open.detail = detail
      draw()
    },
    done: text => finish(green('✔', colour), text),
    failed: text => finish(red('✘', colour), text),
    say: line,
  }
  return self
}
