// `holdfast schedule` without the other commands: what the quick start is made from.
import { endQuietlyOnClosedPipe } from '../cli/pipe.ts'
import { scheduleCommand } from '../commands/schedule.ts'

export async function run(argv: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipe()
  await scheduleCommand().name('holdfast schedule').parseAsync(argv, { from: 'user' })
}
