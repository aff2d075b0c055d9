// One frame of `status --watch`: the status screen and what happened since, folded to the terminal's width and cut to
// its height. No terminal is touched here.
import type { Cluster } from '../../core/model/types.ts'
import type { PageMemory } from '../../core/view/page.ts'
import { statusScreen } from '../../core/view/screen.ts'
import { piece, type StyledLine, table, wrap } from '../../core/view/styled.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** At most `rows` lines, none wider than `columns`. */
export function frame(cluster: Cluster, memory: PageMemory, { columns, rows }: Size): StyledLine[] {
  const before = memory.recent.find(s => s.at < memory.latest.at)
  const screen = statusScreen(cluster, memory.latest, before ? { before } : {})
  const happened = table(
    memory.events.map(e => [
      piece(new Date(e.at).toISOString().slice(11, 19), 'dim'),
      piece(e.source, 'dim'),
      piece(e.text),
    ]),
  )
  const all = [...screen, ...(happened.length > 0 ? [[], [piece('What happened', 'heading')], ...happened] : [])]
  const folded = all.flatMap(line => wrap(line, columns, 6))
  const foot: StyledLine = [piece(`q quits · ${memory.good ? 'live' : 'nobody answers'}`, 'dim')]
  const room = rows - 1
  if (folded.length <= room) return [...folded, ...Array.from({ length: room - folded.length }, () => []), foot]
  const hidden = folded.length - room + 1
  return [...folded.slice(0, room - 1), [piece(`… ${hidden} more lines in a taller window`, 'dim')], foot]
}
