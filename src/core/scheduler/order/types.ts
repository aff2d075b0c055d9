// The kinds of relation between two actions, as bits: a relation may be several at once.
// Source: "Pacemaker Explained" 2.1, "Specifying the Order in which Resources Should Start/Stop"; what each kind does to
// the two actions is written in `update.ts`.

export const Kind = {
  none: 0,
  /** Only if both happen, this one first. */
  optional: 1,
  /** Of a migrating first, only the part that does not migrate. */
  applyFirstNonMigratable: 2,
  /** If the second is required, so is the first. */
  impliesFirst: 0x10,
  /** If the first is required, so is the second. */
  impliesThen: 0x20,
  /** If the second is required and the resource is promoted, so is the first. */
  promotedImpliesFirst: 0x40,
  impliesFirstMigratable: 0x80,
  /** The second can run only if the first can. */
  runnableLeft: 0x100,
  pseudoLeft: 0x200,
  impliesThenOnNode: 0x400,
  probe: 0x800,
  /** The first is a stop, the second a start of the same resource. */
  restart: 0x1000,
  serialize: 0x4000,
  sameNode: 0x8000,
  impliesFirstPrinted: 0x10000,
  impliesThenPrinted: 0x20000,
  asymmetrical: 0x100000,
  load: 0x200000,
  oneOrMore: 0x400000,
  antiColocation: 0x800000,
  /** Made by the engine: not to be dropped. */
  preserve: 0x1000000,
  thenCancelsFirst: 0x2000000,
} as const
