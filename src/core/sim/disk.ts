// One backing device: blocks with versions. A block's content is the number of the write that it holds, so a write that
// was lost, or an old one that came back, is seen by looking. The filesystem is not modelled; `full` is what it reports.
// An error is one of the device: what it holds is still there, and old by then, if it ever works again.
// Every write is durable once it is done (barriers work); what is in flight at a power loss is not there.

export type DiskHealth = 'working' | 'error' | 'hang' | 'full'

export interface DiskStore {
  health: DiskHealth
  /** Block number → number of the write that it holds. */
  readonly blocks: Map<number, number>
}

export const diskStore = (): DiskStore => ({ health: 'working', blocks: new Map() })

/** A write of the application: its number, and the blocks that it changes. */
export interface Write {
  readonly id: number
  readonly blocks: readonly number[]
}

export function store(disk: DiskStore, write: Write): void {
  for (const block of write.blocks) disk.blocks.set(block, write.id)
}

/** Copies one block as a resync does: with what is not there, too. */
export function copyBlock(from: DiskStore, to: DiskStore, block: number): void {
  const content = from.blocks.get(block)
  if (content === undefined) to.blocks.delete(block)
  else to.blocks.set(block, content)
}

/** Blocks that differ, ascending. */
export function differences(a: DiskStore, b: DiskStore): number[] {
  const out: number[] = []
  for (const [block, content] of a.blocks) if (b.blocks.get(block) !== content) out.push(block)
  for (const block of b.blocks.keys()) if (!a.blocks.has(block)) out.push(block)
  return out.sort((x, y) => x - y)
}
