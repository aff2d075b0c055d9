// The cluster as a drawing that moves when the cluster moves: machines, their copies, replication, links, fencing,
// quorum, and each service above the machine that it runs on. Movement is by CSS transitions (none where the reader
// prefers reduced motion). Every state is words and a mark besides its colour.
import type { ReactElement } from 'react'
import type { Mark, Picture } from '../core/view/picture.ts'
import type { Tone } from '../core/view/styled.ts'
import {
  type Box,
  type Layout,
  layout,
  type PlacedCopy,
  type PlacedLink,
  type PlacedReplication,
  type Unit,
} from './layout.ts'

export function ClusterPicture({
  picture,
  narrow,
  stale,
}: {
  picture: Picture
  narrow: boolean
  stale: boolean
}): ReactElement {
  const l = layout(picture, narrow)
  return (
    <svg
      className={stale ? 'picture stale' : 'picture'}
      viewBox={`0 0 ${l.width} ${l.height}`}
      role="img"
      aria-label={describe(picture)}
    >
      {l.links.map(link => (
        <Link key={link.link} placed={link} l={l} />
      ))}
      {l.replication.map(r => (
        <Replication key={`${r.replication.volume} ${r.replication.a} ${r.replication.b}`} placed={r} narrow={narrow} />
      ))}
      {l.nodes.map(n => (
        <Node key={n.node.name} placed={n} />
      ))}
      {l.units.map(u => (
        <Service key={u.key} unit={u} />
      ))}
    </svg>
  )
}

const describe = (p: Picture): string =>
  [
    ...p.services.map(s => `service ${s.name} ${s.state.text}`),
    ...p.nodes.map(n => `${n.name} ${n.state.text}`),
    ...p.replication.map(r => `${r.volume} between ${r.a} and ${r.b}: ${r.state.text}`),
    `quorum ${p.quorum.text}`,
    `fencing ${p.fencing.text}`,
  ].join('; ')

function Node({ placed: { node, box, copies } }: { placed: Layout['nodes'][number] }): ReactElement {
  const gone = node.state.tone === 'bad' || node.state.text === 'cannot be seen'
  return (
    <g className={`node tone-${node.state.tone}${gone ? ' gone' : ''}${node.fence.tone === 'busy' ? ' fencing' : ''}`}>
      <rect className="node-box" x={box.x} y={box.y} width={box.width} height={box.height} rx="14" />
      <text className="node-name" x={box.x + 18} y={box.y + 30}>
        {node.name}
      </text>
      <text className="node-state toned" x={box.x + 18} y={box.y + 50}>
        {mark(node.state.tone)} {node.state.text}
        {node.coordinator ? <tspan className="dim"> · coordinator</tspan> : null}
      </text>
      {copies.map(c => (
        <Copy key={c.copy.volume} placed={c} />
      ))}
      <Fence fence={node.fence} box={box} />
    </g>
  )
}

/** On one line, or on two where the machine is drawn narrow. */
function Fence({ fence, box }: { fence: Mark; box: Box }): ReactElement {
  const [first = '', ...rest] = box.width < 300 ? fence.text.split(', ') : [fence.text]
  const y = box.y + box.height - (rest.length > 0 ? 32 : 14)
  return (
    <g className={`tone-${fence.tone}`} transform={`translate(${box.x + 18} ${y})`}>
      <path className="bolt" d="M6 -13 0 -3h4l-2 8 8 -11H6z" />
      <text className="small toned" x="18" y="0">
        fencing {first}
      </text>
      <text className="small toned" x="18" y="18">
        {rest.join(', ')}
      </text>
    </g>
  )
}

/** A copy of a volume: a small disk, filled as far as it is up to date. */
function Copy({ placed: { copy, box } }: { placed: PlacedCopy }): ReactElement {
  const full = copy.disk === 'UpToDate' ? 100 : (copy.percent ?? 0)
  const [x, y] = [box.x + 12, box.y + 9]
  return (
    <g className={`copy tone-${copy.tone} role-${copy.role}`}>
      <rect className="copy-box" x={box.x} y={box.y} width={box.width} height={box.height} rx="9" />
      <g transform={`translate(${x} ${y})`}>
        <rect className="disk-level" x="0" y={4 + 22 * (1 - full / 100)} width="24" height={(22 * full) / 100} />
        <path className="disk" d="M0 4v22c0 2.200 5.400 4 12 4s12-1.800 12-4V4" />
        <ellipse className="disk" cx="12" cy="4" rx="12" ry="4" />
      </g>
      <text className="copy-name" x={box.x + 48} y={box.y + 20}>
        {copy.volume}{' '}
        <tspan className={copy.role === 'Primary' ? 'role primary' : 'role'}>
          {copy.role === 'Unknown' ? '' : copy.role}
        </tspan>
      </text>
      <text className="small toned" x={box.x + 48} y={box.y + 38}>
        {copy.disk === 'unknown' ? 'not seen' : `${mark(copy.tone)} ${copy.disk}`}
        {copy.percent === undefined ? '' : ` · ${Math.floor(copy.percent)} %`}
      </text>
    </g>
  )
}

function Link({ placed: { link, state, line, ties }, l }: { placed: PlacedLink; l: Layout }): ReactElement {
  const foot = Math.max(0, ...l.nodes.map(n => n.box.y + n.box.height))
  return (
    <g className={`link tone-${state.tone}`}>
      <path className="link-line" d={`M${line.x1} ${line.y1}L${line.x2} ${line.y2}`} />
      {ties.map(tie => (
        <g key={tie.node} className={`link tone-${tie.tone}`}>
          <path className="link-line" d={`M${tie.x} ${foot}V${line.y1}`} />
        </g>
      ))}
      <Label x={line.labelX} y={line.labelY} start={l.narrow} text={`link ${link} ${mark(state.tone)} ${state.text}`} />
    </g>
  )
}

function Replication({
  placed: { replication: r, line, reversed },
  narrow,
}: {
  placed: PlacedReplication
  narrow: boolean
}): ReactElement {
  const flowing = r.to !== undefined
  const path = reversed
    ? `M${line.x2} ${line.y2}L${line.x1} ${line.y1}`
    : `M${line.x1} ${line.y1}L${line.x2} ${line.y2}`
  const cut = r.state.tone === 'bad' || r.state.tone === 'warn'
  return (
    <g className={`replication tone-${r.state.tone}${flowing ? ' flowing' : ''}${cut ? ' cut' : ''}`}>
      <path className="replication-line" d={path} />
      {narrow ? (
        <Label x={line.labelX} y={line.labelY} start text={`${r.volume} ${mark(r.state.tone)} ${r.state.text}`} />
      ) : (
        <TwoLines x={line.labelX} y={line.labelY} text={`${mark(r.state.tone)} ${r.state.text}`} />
      )}
    </g>
  )
}

/** Words on a line; the card's colour behind them, as wide as they are likely to be. */
function Label({ x, y, text, start }: { x: number; y: number; text: string; start: boolean }): ReactElement {
  const width = text.length * 7.6 + 12
  return (
    <>
      {start ? null : <rect className="label-back" x={x - width / 2} y={y - 10} width={width} height="20" />}
      <text className="small toned" x={x} y={y + 5} textAnchor={start ? 'start' : 'middle'}>
        {text}
      </text>
    </>
  )
}

/** "resync 43 %, about 2 min left": the second half under the line. */
function TwoLines({ x, y, text }: { x: number; y: number; text: string }): ReactElement {
  const [first = '', ...rest] = text.split(', ')
  return (
    <>
      <text className="small toned" x={x} y={y} textAnchor="middle">
        {first}
      </text>
      <text className="small toned" x={x} y={y + 28} textAnchor="middle">
        {rest.join(', ')}
      </text>
    </>
  )
}

function Service({ unit }: { unit: Unit }): ReactElement {
  const { box } = unit
  const tone: Tone =
    unit.answer === 'protected'
      ? 'good'
      : unit.answer === 'unprotected'
        ? 'warn'
        : unit.text === 'on its way'
          ? 'busy'
          : 'bad'
  return (
    <g
      className={`unit tone-${tone}${unit.on === undefined ? ' nowhere' : ''}`}
      style={{ transform: `translate(${box.x}px, ${box.y}px)` }}
    >
      {unit.stem > 0 ? <path className="stem" d={`M${box.width / 2} ${box.height}v${unit.stem}`} /> : null}
      <rect className="unit-box" width={box.width} height={box.height} rx={box.height / 2} />
      <text className="unit-mark toned" x="22" y={box.height / 2 + 6}>
        {mark(tone)}
      </text>
      <text className="unit-name" x="46" y="20">
        {unit.service}
        <tspan className="small toned"> {unit.on === undefined ? unit.text : ''}</tspan>
      </text>
      <text className="small address" x="46" y="37">
        {unit.detail}
      </text>
    </g>
  )
}

/** The same meaning as the colour, in a sign. */
function mark(tone: Tone): string {
  switch (tone) {
    case 'good':
      return '✓'
    case 'warn':
      return '▲'
    case 'bad':
      return '✕'
    case 'busy':
      return '↻'
    default:
      return '·'
  }
}
