// The lab's progress on the terminal's progress line.
import type { LabProgress } from '../../../io/lab/contract.ts'
import type { Progress } from '../../cli/progress.ts'

export function showProgress(screen: Progress): (progress: LabProgress) => void {
  return progress => {
    if (progress.state === 'begun') screen.begin(progress.waitingFor)
    else if (progress.state === 'done') screen.done()
  }
}
