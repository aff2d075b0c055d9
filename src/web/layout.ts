// Where everything stands in the picture: machines side by side (or under each other on a narrow screen), their copies
// on common rows so that replication runs straight, the cluster links as lines that every machine is tied to, and the
// services above the machine that they run on. Numbers are units of the SVG.
import type { NodeName } from '../core/base/units.ts'
import type {
  CopyPicture,
  LinkPicture,
  NodePicture,
  Picture,
  ReplicationPicture,
  ServicePicture,
} from '../core/view/picture.ts'
import type { Answer } from '../core/view/protection.ts'

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

export interface PlacedLink {
  readonly link: LinkPicture
  readonly line: Line
}

export interface PlacedReplication {
  readonly replication: ReplicationPicture
  readonly line: Line
  /** The resync runs from the line's end to its start. */
  readonly reversed: boolean
}

const unitHeight = 46
const copyHeight = 48
const headHeight = 62
const footHeight = 34
const linkStep = 30

export const layout = (p: Picture, narrow: boolean): Layout => {
  const units = movable(p.services)
  const copies = Math.max(0, ...p.nodes.map(n => n.copies.length))
  const nodeHeight = headHeight + copies * (copyHeight + 8) + footHeight
  return narrow ? stacked(p, units, nodeHeight) : sideBySide(p, units, nodeHeight)
}

type Loose = Omit<Unit, 'box'>

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

function sideBySide(p: Picture, loose: readonly Loose[], nodeHeight: number): Layout {
  const count = Math.max(1, p.nodes.length)
  const width = 1000
  const gap = count === 2 ? 250 : 120
  const nodeWidth = (width - gap * (count - 1) - 2) / count
  const rows = loose.length
  const top = rows * (unitHeight + 8) + 26
  const links = new Set(p.links.map(l => l.link)).size
  const nodes = p.nodes.map((node, i) =>
    place(node, { x: 1 + i * (nodeWidth + gap), y: top, width: nodeWidth, height: nodeHeight }),
  )
  const height = top + nodeHeight + 22 + links * linkStep + 4
  const centre = (name: NodeName | undefined): number => {
    const home = nodes.find(n => n.node.name === name)
    return home ? home.box.x + home.box.width / 2 : width / 2
  }
  const unitWidth = Math.min(nodeWidth - 16, 300)
  return {
    width,
    height,
    narrow: false,
    nodes,
    units: loose.map((u, i) => ({
      ...u,
      box: { x: centre(u.on) - unitWidth / 2, y: i * (unitHeight + 8) + 2, width: unitWidth, height: unitHeight },
    })),
    links: p.links.flatMap(link => {
      const [a, b] = ends(nodes, link)
      if (!a || !b) return []
      const y = top + nodeHeight + 22 + link.link * linkStep
      const [x1, x2] = [a.box.x + 24 + link.link * 22, b.box.x + b.box.width - 24 - link.link * 22]
      return [{ link, line: { x1, y1: y, x2, y2: y, labelX: (a.box.x + a.box.width + b.box.x) / 2, labelY: y } }]
    }),
    replication: p.replication.flatMap(r => {
      const [a, b] = ends(nodes, r)
      const row = a?.copies.find(c => c.copy.volume === r.volume)
      if (!a || !b || !row) return []
      const y = row.box.y + row.box.height / 2
      const [x1, x2] = [a.box.x + a.box.width, b.box.x]
      return [
        {
          replication: r,
          reversed: r.to === r.a,
          line: { x1, y1: y, x2, y2: y, labelX: (x1 + x2) / 2, labelY: y - 10 },
        },
      ]
    }),
  }
}

function stacked(p: Picture, loose: readonly Loose[], nodeHeight: number): Layout {
  const width = 380
  const links = new Set(p.links.map(l => l.link)).size
  const volumes = Math.max(0, ...p.nodes.map(n => n.copies.length))
  const rows = loose.length
  const gap = 24 + (links + volumes) * 26
  const top = rows * (unitHeight + 8) + 6
  const nodes = p.nodes.map((node, i) =>
    place(node, { x: 1, y: top + i * (nodeHeight + top + gap), width: width - 2, height: nodeHeight }),
  )
  const last = nodes.at(-1)
  const above = (name: NodeName | undefined): number => (nodes.find(n => n.node.name === name)?.box.y ?? top) - top
  const between = (pair: { a: NodeName; b: NodeName }, row: number): Line | undefined => {
    const [a, b] = ends(nodes, pair)
    if (!a || !b) return undefined
    const [y1, y2] = [a.box.y + a.box.height, b.box.y]
    const x = 30 + row * 24
    return { x1: x, y1, x2: x, y2, labelX: 30 + (links + volumes) * 24, labelY: y1 + 22 + row * 26 }
  }
  return {
    width,
    height: (last ? last.box.y + last.box.height : top) + 4,
    narrow: true,
    nodes,
    units: loose.map((u, i) => ({
      ...u,
      box: {
        x: u.on === undefined ? 30 : 8,
        y: above(u.on) + i * (unitHeight + 8) + 2,
        width: width - 60,
        height: unitHeight,
      },
    })),
    links: p.links.flatMap(link => {
      const line = between(link, volumes + link.link)
      return line ? [{ link, line }] : []
    }),
    replication: p.replication.flatMap(r => {
      const row = p.nodes[0]?.copies.findIndex(c => c.volume === r.volume) ?? 0
      const line = between(r, Math.max(0, row))
      return line ? [{ replication: r, line, reversed: r.to === r.a }] : []
    }),
  }
}

function place(node: NodePicture, box: Box): Layout['nodes'][number] {
  const copies = node.copies.map((copy, i) => ({
    copy,
    box: { x: box.x + 14, y: box.y + headHeight + i * (copyHeight + 8), width: box.width - 28, height: copyHeight },
  }))
  return { node, box, copies }
}

const ends = (
  nodes: Layout['nodes'],
  pair: { a: NodeName; b: NodeName },
): [Layout['nodes'][number] | undefined, Layout['nodes'][number] | undefined] => [
  nodes.find(n => n.node.name === pair.a),
  nodes.find(n => n.node.name === pair.b),
]
