// Where everything stands in the picture: machines side by side (or under each other on a narrow screen), their copies
// on common rows so that replication runs straight, the cluster links as lines that every machine is tied to, and the
// services above the machine that they run on. Numbers are units of the SVG.
import type { NodeName } from '../core/base/units.ts'
import type {
  CopyPicture,
  LinkPicture,
  Mark,
  NodePicture,
  Picture,
  ReplicationPicture,
  ServicePicture,
} from '../core/view/picture.ts'
import type { Answer } from '../core/view/protection.ts'
import type { Tone } from '../core/view/styled.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** What moves between machines: a service, or each address of a service that has several. */
export interface Unit {
  readonly key: string
  readonly service: string
  readonly detail: string
  readonly answer: Answer
  readonly text: string
  /** Absent: it runs nowhere. */
  readonly on?: NodeName
  readonly box: Box
  /** From the unit down to its machine. */
  readonly stem: number
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly narrow: boolean
  readonly nodes: readonly { readonly node: NodePicture; readonly box: Box; readonly copies: readonly PlacedCopy[] }[]
  readonly units: readonly Unit[]
  readonly links: readonly PlacedLink[]
  readonly replication: readonly PlacedReplication[]
}

export interface PlacedCopy {
  readonly copy: CopyPicture
  readonly box: Box
}

/** A line from one machine to the next, with room for words at its middle. */
export interface Line {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
  readonly labelX: number
  readonly labelY: number
}

/** One cluster link: a line that every machine is tied to. */
export interface PlacedLink {
  readonly link: number
  readonly state: Mark
  readonly line: Line
  /** Where it meets each machine; `tone` is bad where that machine reaches nobody on it. */
  readonly ties: readonly { readonly node: NodeName; readonly x: number; readonly tone: Tone }[]
}

export interface PlacedReplication {
  readonly replication: ReplicationPicture
  readonly line: Line
  /** The resync runs from the line's end to its start. */
  readonly reversed: boolean
}

const unitHeight = 46
const unitStep = unitHeight + 8
const copyHeight = 48
const headHeight = 62
const linkStep = 30

type Loose = Omit<Unit, 'box' | 'stem'>
type Placed = Layout['nodes'][number]

export function layout(p: Picture, narrow: boolean): Layout {
  const units = movable(p.services)
  const copies = Math.max(0, ...p.nodes.map(n => n.copies.length))
  const height = headHeight + copies * (copyHeight + 8)
  return narrow ? stacked(p, units, height + 34) : sideBySide(p, units, height + (p.nodes.length > 2 ? 52 : 34))
}

function movable(services: readonly ServicePicture[]): Loose[] {
  return services.flatMap(s => {
    const base = { service: s.name, answer: s.answer, text: s.state.text }
    if (s.addresses.length < 2) {
      const detail = s.addresses[0]?.address ?? s.blueprint
      return [{ ...base, key: s.name, detail, ...where(s.answer === 'down' ? [] : s.on) }]
    }
    return s.addresses.map(a => ({ ...base, key: `${s.name} ${a.address}`, detail: a.address, ...where(a.on) }))
  })
}

const where = (on: readonly NodeName[]): { on?: NodeName } => (on[0] === undefined ? {} : { on: on[0] })

/** Units of one machine stand on each other from below; what runs nowhere hangs from above. So nothing can overlap. */
function rowOf(loose: readonly Loose[], unit: Loose): number {
  const same = loose.filter(u => u.on === unit.on).indexOf(unit)
  return unit.on === undefined ? same : loose.length - 1 - same
}

function sideBySide(p: Picture, loose: readonly Loose[], nodeHeight: number): Layout {
  const count = Math.max(1, p.nodes.length)
  const width = 1000
  const gap = count === 2 ? 250 : 90
  const nodeWidth = (width - gap * (count - 1) - 2) / count
  const top = loose.length * unitStep + 14
  const foot = top + nodeHeight
  const nodes = p.nodes.map((node, i) =>
    place(node, { x: 1 + i * (nodeWidth + gap), y: top, width: nodeWidth, height: nodeHeight }),
  )
  const unitWidth = Math.min(nodeWidth - 16, 300)
  const buses = busesOf(p.links)
  return {
    width,
    height: foot + 22 + buses.length * linkStep,
    narrow: false,
    nodes,
    units: loose.map(u => {
      const home = nodes.find(n => n.node.name === u.on)?.box
      const centre = home ? home.x + home.width / 2 : width / 2
      const y = rowOf(loose, u) * unitStep + 2
      const box = { x: centre - unitWidth / 2, y, width: unitWidth, height: unitHeight }
      return { ...u, box, stem: home ? top - y - unitHeight : 0 }
    }),
    links: buses.map(bus => {
      const y = foot + 22 + bus.link * linkStep
      const ties = nodes.map((n, i) => {
        const inset = 24 + bus.link * 22
        const x = i === count - 1 ? n.box.x + n.box.width - inset : n.box.x + inset
        return { node: n.node.name, x, tone: tieTone(bus.pairs, n.node.name) }
      })
      const [x1, x2] = [ties[0]?.x ?? 0, ties.at(-1)?.x ?? width]
      return { ...bus, ties, line: { x1, y1: y, x2, y2: y, labelX: width / 2, labelY: y } }
    }),
    replication: p.replication.flatMap(r => {
      const [a, b] = ends(nodes, r)
      const row = a?.copies.find(c => c.copy.volume === r.volume)
      if (!a || !b || !row) return []
      const y = row.box.y + row.box.height / 2
      const [x1, x2] = [a.box.x + a.box.width, b.box.x]
      const line = { x1, y1: y, x2, y2: y, labelX: (x1 + x2) / 2, labelY: y - 10 }
      return [{ replication: r, reversed: r.to === r.a, line }]
    }),
  }
}

function stacked(p: Picture, loose: readonly Loose[], nodeHeight: number): Layout {
  const width = 380
  const buses = busesOf(p.links)
  const volumes = Math.max(0, ...p.nodes.map(n => n.copies.length))
  const lines = buses.length + volumes
  const top = loose.length * unitStep + 6
  const nodes = p.nodes.map((node, i) =>
    place(node, { x: 1, y: top + i * (nodeHeight + top + 14 + lines * 26), width: width - 2, height: nodeHeight }),
  )
  const line = (a: Placed, b: Placed, row: number): Line => {
    const [y1, y2, x] = [a.box.y + a.box.height, b.box.y, width - 24 - row * 20]
    return { x1: x, y1, x2: x, y2, labelX: 12, labelY: y1 + 20 + row * 26 }
  }
  const [first, last] = [nodes[0], nodes.at(-1)]
  return {
    width,
    height: (last ? last.box.y + last.box.height : top) + 4,
    narrow: true,
    nodes,
    units: loose.map(u => {
      const home = nodes.find(n => n.node.name === u.on)?.box
      const y = (home ? home.y - top : 0) + rowOf(loose, u) * unitStep + 2
      const box = { x: home ? 8 : 40, y, width: 270, height: unitHeight }
      return { ...u, box, stem: home ? home.y - y - unitHeight : 0 }
    }),
    links: buses.flatMap(bus => {
      if (!first || !last || first === last) return []
      return [{ ...bus, ties: [], line: line(first, last, volumes + bus.link) }]
    }),
    replication: p.replication.flatMap(r => {
      const [a, b] = ends(nodes, r)
      const row = a?.copies.findIndex(c => c.copy.volume === r.volume) ?? 0
      return a && b ? [{ replication: r, line: line(a, b, Math.max(0, row)), reversed: r.to === r.a }] : []
    }),
  }
}

/** All pairs of one link number as one; where they differ, the one that is not well is named. */
function busesOf(links: readonly LinkPicture[]): { link: number; state: Mark; pairs: readonly LinkPicture[] }[] {
  return [...new Set(links.map(l => l.link))].map(link => {
    const pairs = links.filter(l => l.link === link)
    const odd = pairs.filter(l => l.state.tone !== 'good')
    const [one] = odd
    const state = one ?? pairs[0]
    const text = one && odd.length < pairs.length ? `${one.a}–${one.b} ${one.state.text}` : (state?.state.text ?? '')
    return { link, pairs, state: { text, tone: state?.state.tone ?? 'dim' } }
  })
}

function tieTone(pairs: readonly LinkPicture[], node: NodeName): Tone {
  const mine = pairs.filter(l => l.a === node || l.b === node)
  return mine.find(l => l.state.tone === 'good')?.state.tone ?? mine[0]?.state.tone ?? 'dim'
}

function place(node: NodePicture, box: Box): Placed {
  const copies = node.copies.map((copy, i) => ({
    copy,
    box: { x: box.x + 14, y: box.y + headHeight + i * (copyHeight + 8), width: box.width - 28, height: copyHeight },
  }))
  return { node, box, copies }
}

const ends = (
  nodes: readonly Placed[],
  pair: { a: NodeName; b: NodeName },
): [Placed | undefined, Placed | undefined] => [
  nodes.find(n => n.node.name === pair.a),
  nodes.find(n => n.node.name === pair.b),
]
