// Progress of the lab's long steps: `report(text)` ends the step before and begins the next.
import { milliseconds } from '../../core/base/units.ts'
import type { LabProgress } from './contract.ts'

export type Report = (waitingFor: string) => void

export interface Reporter {
  readonly report: Report
  end(): void
}

export function reporter(onProgress: ((progress: LabProgress) => void) | undefined): Reporter {
  let current: { readonly waitingFor: string; readonly since: number } | undefined
  const end = (): void => {
    if (!current) return
    const elapsed = milliseconds(performance.now() - current.since)
    onProgress?.({ waitingFor: current.waitingFor, state: 'done', elapsed })
    current = undefined
  }
  return {
    report: waitingFor => {
      end()
      current = { waitingFor, since: performance.now() }
      onProgress?.({ waitingFor, state: 'begun' })
    },
    end,
  }
}
