// The lab's door: start one in this process, or open the one that runs in another. docs/lab.md tells how to use it.
export type * from './contract.ts'
export { startDetachedLab } from './detach.ts'
export { openLab } from './open.ts'
export { startLab } from './start.ts'
