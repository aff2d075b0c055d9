// Rules that can be broken on purpose, to see that an oracle notices. Test-only: no command offers them.
// Each names the rule in product terms; docs/simulator.md keeps the table of bug → oracle → seeds.

export const plantedBugs = [
  'promote-while-peer-is-primary',
  'promote-outdated-data',
  'promote-without-fencing-the-peer',
  'no-suspend-while-fencing',
  'acknowledge-before-the-peer-has-it',
  'forget-the-bitmap',
  'sync-from-the-older-generation',
  'split-brain-not-noticed',
  'split-brain-discards-silently',
  'no-new-generation',
  'ignore-activity-log',
  'resync-ends-early',
  'drbd-quorum-ignored',
  'wait-for-all-ignored',
  'quorum-counts-the-absent',
  'tie-breaker-on-both-sides',
  'resources-without-quorum',
  'fencing-believed-before-it-is-done',
  'fencing-never-retried',
  'fence-constraint-not-placed',
  'address-before-promotion',
  'stop-failure-taken-for-success',
  'monitor-never-runs',
  'old-configuration-wins',
  'lost-node-taken-for-stopped',
  'fence-constraint-never-removed',
] as const

export type Bug = (typeof plantedBugs)[number]
export type Bugs = ReadonlySet<Bug>
export const noBugs: Bugs = new Set()
