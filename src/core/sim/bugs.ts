// Rules that can be broken on purpose, to see that an oracle notices. Test-only: no command offers them.
// Each names the rule in product terms; docs/simulator.md keeps the table of bug → oracle → seeds.

export const plantedBugs = [
  'promote-outdated-data',
  'no-suspend-while-fencing',
  'acknowledge-before-the-peer-has-it',
  'forget-the-bitmap',
  'sync-from-the-older-generation',
  'no-new-generation',
  'ignore-activity-log',
  'resync-ends-early',
  'wait-for-all-ignored',
  'quorum-counts-the-absent',
  'resources-without-quorum',
  'fencing-believed-before-it-is-done',
  'fence-constraint-not-placed',
  'address-before-promotion',
  'monitor-never-runs',
  'old-configuration-wins',
  'lost-node-taken-for-stopped',
  'fence-constraint-never-removed',
  'fences-the-wrong-node',
  'failed-disk-taken-for-good',
  'switchover-leaves-its-constraint',
  'writes-out-of-order',
  'address-stays-after-stop',
] as const

export type Bug = (typeof plantedBugs)[number]
export type Bugs = ReadonlySet<Bug>
export const noBugs: Bugs = new Set()
