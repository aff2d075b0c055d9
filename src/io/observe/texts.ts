// Small files that are read with every look, all by one process.
import type { Words } from '../transport/batch.ts'

/** To be read by core/live/texts.ts. */
export const textsOf = (paths: readonly string[]): Words => ['head', '--verbose', '--lines=9999', '--', ...paths]
