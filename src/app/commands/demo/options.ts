// What `holdfast demo` can be told.
import type { LabImage } from '../../../io/lab/contract.ts'

export interface DemoOptions {
  readonly in: 'lab' | 'sim'
  readonly image: LabImage
  readonly seed: number
  readonly yes?: boolean
  readonly keep?: boolean
  readonly report?: string
  readonly json?: boolean
}
