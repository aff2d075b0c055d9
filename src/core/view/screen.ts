// `holdfast status` as lines: the answer, the reasons, then tables of services, volumes, nodes, links, quorum and
// fencing, then what is worth knowing. `fencing: none` stands on every screen, with the reason that was given for it.
import { elapsed, type NodeName } from '../base/units.ts'
import type { Snapshot } from '../live/snapshot.ts'
import type { Cluster } from '../model/types.ts'
import { factsOf } from './facts.ts'
import { type CopyPicture, type Mark, type Picture, picture } from './picture.ts'
import { type Protection, protection } from './protection.ts'
import { type Piece, piece, type StyledLine, table } from './styled.ts'
import { answerSentence, answerSign, answerTone, answerWords, capital, reasons, showAge } from './wording.ts'

export interface ScreenExtras {
  readonly before?: Snapshot
  /** What `plan` would change, one line each; empty: nothing. Absent: nobody has looked. */
  readonly drift?: readonly string[]
  /** Why nobody could look for drift. */
  readonly driftUnchecked?: string
}

export function statusScreen(cluster: Cluster, snapshot: Snapshot, extras: ScreenExtras = {}): StyledLine[] {
  const p = protection(cluster, snapshot, extras.before)
  const drawn = picture(factsOf(cluster, snapshot, extras.before), p)
  return [
    ...answer(drawn, p),
    ...section('Services', services(drawn)),
    ...section('Volumes', volumes(drawn)),
    ...section('Nodes', nodes(drawn)),
    ...section('', [
      ...table(
        [
          [piece('Quorum', 'heading'), toned(drawn.quorum)],
          [piece('Fencing', 'heading'), toned(drawn.fencing)],
          ...driftRow(extras),
        ],
        0,
      ),
    ]),
    ...section(
      'Worth knowing',
      p.warnings.flatMap(w => [
        [piece('  · ', 'warn'), piece(w.text)],
        ...(w.hint ? [[piece(`    ${w.hint}`, 'dim')]] : []),
      ]),
    ),
    ...section('Fenced before', history(snapshot)),
  ]
}

const toned = (m: Mark): Piece => piece(m.text, m.tone)

function section(title: string, lines: readonly StyledLine[]): StyledLine[] {
  if (lines.length === 0) return []
  return [[], ...(title === '' ? [] : [[piece(title, 'heading')]]), ...lines]
}

function answer(drawn: Picture, p: Protection): StyledLine[] {
  const tone = answerTone[p.answer]
  const lines: StyledLine[] = [
    [
      piece(`${answerSign[p.answer]} ${answerWords[p.answer].toUpperCase()}`, tone),
      piece(`   ${drawn.cluster}`, 'strong'),
      piece(`   ${new Date(drawn.at).toISOString().slice(0, 19).replace('T', ' ')} UTC`, 'dim'),
    ],
  ]
  // Where there are reasons, each group of them begins with a sentence of its own.
  const found = reasons(p)
  if (found.every(why => why.code === 'unseen')) lines.push([piece(`  ${answerSentence(p)}`)])
  let said = ''
  for (const why of found) {
    const some = why.services.length < p.services.length && why.code !== 'unseen'
    const about = some && p.answer === 'unprotected' ? `${why.services.join(', ')}: ${why.about}` : why.about
    if (about !== said && why.code !== 'unseen') lines.push([piece(`  ${capital(about)}:`)])
    said = about
    lines.push([piece('    · ', tone), piece(why.text, 'strong')])
    if (why.hint) lines.push([piece(`      ${why.hint}`, 'dim')])
  }
  return lines
}

const services = (drawn: Picture): StyledLine[] =>
  table(
    drawn.services.map(s => [
      piece(answerSign[s.answer], answerTone[s.answer]),
      piece(s.name, 'strong'),
      piece(s.blueprint, 'dim'),
      toned(s.state),
      ...s.addresses.map(a =>
        piece(
          `${a.address}${a.on.length > 0 ? ` on ${a.on.join(', ')}` : a.tone === 'dim' ? ' not seen' : ' nowhere'}`,
          a.tone,
        ),
      ),
    ]),
  )

/** One row per volume, one column per node, and what goes on between them. */
function volumes(drawn: Picture): StyledLine[] {
  const names = [...new Set(drawn.nodes.flatMap(n => n.copies.map(c => c.volume)))]
  if (names.length === 0) return []
  const head = [piece('', 'dim'), ...drawn.nodes.map(n => piece(n.name, 'dim')), piece('replication', 'dim')]
  const rows = names.map(name => [
    piece(name, 'strong'),
    ...drawn.nodes.map(n => copyPiece(n.copies.find(c => c.volume === name))),
    ...between(drawn, name),
  ])
  return table([head, ...rows])
}

function copyPiece(copy: CopyPicture | undefined): Piece {
  if (!copy) return piece('–', 'dim')
  if (copy.disk === 'unknown') return piece('not seen', 'dim')
  const percent = copy.percent === undefined ? '' : ` ${Math.floor(copy.percent)} %`
  return piece(`${copy.role} ${copy.disk}${percent}`, copy.tone)
}

function between(drawn: Picture, volume: string): Piece[] {
  const all = drawn.replication.filter(r => r.volume === volume)
  return all.map(r => piece(all.length > 1 ? `${r.a}–${r.b} ${r.state.text}` : r.state.text, r.state.tone))
}

const nodes = (drawn: Picture): StyledLine[] =>
  table(
    drawn.nodes.map(n => [
      piece(n.name, 'strong'),
      toned(n.state),
      piece(n.coordinator ? 'coordinator' : '', 'dim'),
      ...linksOf(drawn, n.name),
      piece(`fencing ${n.fence.text}`, n.fence.tone),
    ]),
  )

function linksOf(drawn: Picture, name: NodeName): Piece[] {
  const mine = drawn.links.filter(l => l.a === name || l.b === name)
  const numbers = [...new Set(mine.map(l => l.link))]
  return numbers.map(link => {
    const worst = mine.filter(l => l.link === link).toSorted((a, b) => rank(a.state) - rank(b.state))[0]
    return piece(`link ${link} ${worst?.state.text ?? ''}`, worst?.state.tone ?? 'dim')
  })
}

const rank = (m: Mark): number => ['bad', 'warn', 'busy', 'dim', 'good'].indexOf(m.tone)

function driftRow({ drift, driftUnchecked }: ScreenExtras): Piece[][] {
  if (driftUnchecked !== undefined) {
    return [[piece('Drift', 'heading'), piece(`could not be checked: ${driftUnchecked}`, 'warn')]]
  }
  if (drift === undefined) return []
  if (drift.length === 0)
    return [[piece('Drift', 'heading'), piece('none: the machines are as the cluster file says', 'good')]]
  return [
    [
      piece('Drift', 'heading'),
      piece(`${drift.length} ${drift.length === 1 ? 'change' : 'changes'} pending (holdfast plan shows them)`, 'warn'),
    ],
    ...drift.slice(0, 5).map(line => [piece(''), piece(line)]),
    ...(drift.length > 5 ? [[piece(''), piece(`and ${drift.length - 5} more`, 'dim')]] : []),
  ]
}

function history(snapshot: Snapshot): StyledLine[] {
  const rows = snapshot.fencing.history
    .slice(0, 3)
    .map(x => [
      piece(showAge(elapsed(x.at, snapshot.at)), 'dim'),
      piece(`${x.target}: ${x.action}`),
      piece(x.state, x.state === 'success' ? 'good' : x.state === 'failed' ? 'bad' : 'busy'),
      piece(x.by ? `by ${x.by}` : '', 'dim'),
    ])
  return table(rows)
}
