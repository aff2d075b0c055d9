// Small helpers for drawings with a time axis: the root with its own styles (so that the file also stands alone), words,
// boxes with words in them, and round steps for an axis.
import { type Attributes, type Markup, nothing, style, tag, text } from './markup.ts'

/** Colours by meaning, in the page's palette, for light, dark and paper. */
export const palette = `
.hf{--text:#1a1f27;--dim:#596271;--line:#d5d9e0;--card:#fff;--good:#14703c;--good-soft:#cfe9d9;--warn:#8a5300;--warn-soft:#f8dfae;--bad:#b3211e;--bad-soft:#f5c1bd;--busy:#1d5fa8;--busy-soft:#cfe2f7;--off:#596271;--off-soft:#dfe2e8;--a:#1d5fa8;--a-soft:#cfe2f7;--b:#6b3fa0;--b-soft:#e4d8f3;--c:#0b6e69;--c-soft:#c9e9e6}
@media screen and (prefers-color-scheme:dark){.hf{--text:#e4e8ee;--dim:#98a3b3;--line:#313946;--card:#171c24;--good:#5fcf8e;--good-soft:#1a3d2a;--warn:#f0b350;--warn-soft:#473614;--bad:#ff8a80;--bad-soft:#5a2522;--busy:#7db8f5;--busy-soft:#1d3a5a;--off:#98a3b3;--off-soft:#2a313c;--a:#7db8f5;--a-soft:#1d3a5a;--b:#c3a3ee;--b-soft:#3a2a55;--c:#6fd0c8;--c-soft:#143f3b}}
`
const drawing = `
.hf text{font:13px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--text)}
.hf .dim{fill:var(--dim)}.hf .small{font-size:11px}.hf .strong{font-weight:650}
.hf .grid{stroke:var(--line);stroke-width:1}
${['good', 'warn', 'bad', 'busy', 'off', 'a', 'b', 'c']
  .map(
    t =>
      `.hf .${t}{fill:var(--${t}-soft);stroke:var(--${t})}.hf text.${t}{fill:var(--${t});stroke:none}.hf .line.${t}{fill:none}`,
  )
  .join('\n')}
.hf .solid{fill:var(--bad);stroke:none;fill-opacity:.88}.hf text.onsolid{fill:var(--card);font-weight:650}
`

export const svg = (width: number, height: number, label: string, ...children: readonly Markup[]): Markup =>
  tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'hf',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': label,
    },
    style(palette + drawing),
    ...children,
  )

export const rect = (
  x: number,
  y: number,
  width: number,
  height: number,
  attributes: Attributes = {},
  title?: string,
): Markup =>
  tag(
    'rect',
    { x, y, width: Math.max(0, width), height, ...attributes },
    ...(title === undefined ? [] : [tag('title', {}, text(title))]),
  )

export const line = (x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): Markup =>
  tag('line', { x1, y1, x2, y2, ...attributes })

export const words = (x: number, y: number, what: string, attributes: Attributes = {}): Markup =>
  tag('text', { x, y, ...attributes }, text(what))

/** About as wide as the words are at 11 to 13 pixels. */
export const widthOf = (what: string, pixels = 13): number => [...what].length * pixels * 0.56

/** A box with words in its middle where they fit; its title says them in any case. */
export function wordedBox(x: number, y: number, width: number, height: number, what: string, tone: string): Markup {
  const box = rect(x, y, width, height, { class: tone, rx: 3 }, what)
  const fits = widthOf(what, 11) + 8 < width
  const said = fits
    ? words(x + width / 2, y + height / 2 + 4, what, { class: `${tone} small`, 'text-anchor': 'middle' })
    : nothing
  return tag('g', {}, box, said)
}

/** Round distances: 1, 2 or 5 times a power of ten, or of minutes, so that about `count` of them cover the span. */
export function roundStep(span: number, count: number): number {
  const wanted = span / count
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map(s => s * 1_000)
  return steps.find(step => step >= wanted) ?? Math.ceil(wanted / 3_600_000) * 3_600_000
}
