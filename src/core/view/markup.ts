// HTML and SVG as text that cannot forget to escape: only `text` makes markup of foreign words, only `tag` makes
// elements, and a plain string does not compile as a child. No scripts, no event handlers, no addresses are ever made.

declare const brand: unique symbol
export type Markup = string & { readonly [brand]: 'Markup' }

const made = (markup: string): Markup => markup as Markup

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** What XML does not allow at all is shown as the replacement character. */
const escaped = (words: string): string =>
  words
    .toWellFormed()
    .replace(/[&<>"']/g, c => entities[c] ?? c)
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '\ufffd')

export const text = (words: string): Markup => made(escaped(words))
export const nothing: Markup = made('')
export const join = (parts: readonly Markup[]): Markup => made(parts.join(''))

/** Our own style sheet; never with foreign words in it. */
export const style = (css: string): Markup => made(`<style>${css}</style>`)

export type Attributes = Readonly<Record<string, string | number | undefined>>

export function tag(name: string, attributes: Attributes = {}, ...children: readonly Markup[]): Markup {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(typeof value === 'number' ? round(value) : value)}"`],
  )
  const inside = children.join('')
  return made(
    inside === '' && selfClosing.has(name)
      ? `<${name}${written.join('')}/>`
      : `<${name}${written.join('')}>${inside}</${name}>`,
  )
}

const selfClosing = new Set(['meta', 'br', 'rect', 'line', 'path', 'circle', 'polygon', 'ellipse', 'polyline'])
const round = (n: number): string => String(Math.round(n * 100) / 100)

export const page = (title: string, css: string, ...body: readonly Markup[]): string =>
  `<!doctype html>\n${tag(
    'html',
    { lang: 'en' },
    tag(
      'head',
      {},
      tag('meta', { charset: 'utf-8' }),
      tag('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      // Self-contained: even if something slipped through the escaping, nothing runs and nothing is fetched.
      tag('meta', {
        'http-equiv': 'Content-Security-Policy',
        content: "default-src 'none'; style-src 'unsafe-inline'",
      }),
      tag('title', {}, text(title)),
      style(css),
    ),
    tag('body', {}, ...body),
  )}\n`
