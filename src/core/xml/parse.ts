// A small strict XML parser with positions: text in, an element tree or a problem with line and column out.
// Own code because CIBs of tens of megabytes must be read fast and every complaint must name its place.
// Source: Extensible Markup Language (XML) 1.0, fifth edition. Not supported, and refused: DTDs with an internal
// subset, and with them entities other than the five predefined ones and character references.
import type { Checked, Problem, Span } from '../base/result.ts'
import { Attributes } from './attributes.ts'
import type { Element, Node } from './types.ts'

const deepest = 200
const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 9 || code === 13
const isNameStart = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 58 || c > 127
const isName = (c: number): boolean => isNameStart(c) || (c >= 48 && c <= 57) || c === 45 || c === 46

class Stop extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

/** A name, and the value that it had last as an attribute. */
interface Known {
  readonly name: string
  last: string
}

interface Open {
  readonly name: string
  readonly attributes: Attributes
  readonly at: Span
  readonly children: Node[]
}

export function parseXml(text: string, file: string): Checked<Element> {
  const reader = new Reader(text, file)
  try {
    return { value: reader.document(), problems: [] }
  } catch (stop) {
    if (stop instanceof Stop) return { problems: [stop.problem] }
    throw stop
  }
}

/** A cursor over the text. Private to this file: its life is one call of `parseXml`. */
class Reader {
  readonly #text: string
  readonly #file: string
  readonly #names: Known[][] = []
  #at = 0
  #line = 1
  #lineStart = 0
  /** How far line ends have been counted. */
  #counted = 0

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1
  }

  document(): Element {
    this.#misc()
    if (this.#at >= this.#text.length) throw this.#wrong('there is no XML element here')
    const root = this.#tree()
    this.#misc()
    if (this.#at < this.#text.length) throw this.#wrong('text after the end of the document')
    return root
  }

  /** Spaces, comments, processing instructions and a document type, outside of the root element. */
  #misc(): void {
    for (;;) {
      this.#spaces()
      if (this.#text.startsWith('<?', this.#at)) this.#upTo('?>', 'the processing instruction')
      else if (this.#text.startsWith('<!--', this.#at)) this.#comment()
      else if (this.#text.startsWith('<!DOCTYPE', this.#at)) this.#doctype()
      else return
    }
  }

  #doctype(): void {
    const start = this.#at
    const inside = this.#upTo('>', 'the document type')
    if (inside.includes('[')) {
      this.#at = start
      throw this.#wrong('a document type with declarations of its own is not accepted')
    }
  }

  #tree(): Element {
    const stack: Open[] = []
    const text = this.#text
    for (;;) {
      const top = stack.at(-1)
      if (this.#at >= text.length) throw this.#wrong(`<${top?.name ?? '?'}> is not closed before the end of the file`)
      if (text.charCodeAt(this.#at) !== 60) {
        if (!top) throw this.#wrong('expected an element')
        this.#characters(top.children)
        continue
      }
      const next = text.charCodeAt(this.#at + 1)
      if (next === 47) {
        const done = this.#close(stack)
        if (done) return done
      } else if (next === 33) this.#declaration(top)
      else if (next === 63) this.#upTo('?>', 'the processing instruction')
      else {
        const done = this.#open(stack)
        if (done) return done
      }
    }
  }

  #declaration(top: Open | undefined): void {
    if (this.#text.startsWith('<!--', this.#at)) {
      const comment = this.#comment()
      top?.children.push({ kind: 'comment', text: comment })
    } else if (top && this.#text.startsWith('<![CDATA[', this.#at)) {
      this.#at += 9
      top.children.push({ kind: 'text', text: this.#upTo(']]>', 'the CDATA section') })
    } else throw this.#wrong('a declaration is not accepted here')
  }

  #open(stack: Open[]): Element | undefined {
    const at = this.#span(this.#at)
    this.#at += 1
    const name = this.#name('an element name')
    const attributes = new Attributes(this.#attributes(name))
    if (this.#text.charCodeAt(this.#at) === 47) {
      if (this.#text.charCodeAt(this.#at + 1) !== 62) throw this.#wrong(`expected /> at the end of <${name}`)
      this.#at += 2
      const element: Element = { kind: 'element', name, attributes, children: none, at }
      const top = stack.at(-1)
      if (!top) return element
      top.children.push(element)
      return undefined
    }
    this.#at += 1
    if (stack.length >= deepest) throw this.#wrong(`elements are nested more than ${deepest} deep`)
    stack.push({ name, attributes, at, children: [] })
    return undefined
  }

  #close(stack: Open[]): Element | undefined {
    const start = this.#at
    this.#at += 2
    const name = this.#name('an element name')
    this.#spaces()
    const top = stack.pop()
    if (top?.name !== name) {
      this.#at = start
      const hint = top ? `<${top.name}> of line ${top.at.line} is open` : 'nothing is open'
      throw this.#wrong(`</${name}> closes nothing`, hint)
    }
    if (this.#text.charCodeAt(this.#at) !== 62) throw this.#wrong(`expected > at the end of </${name}`)
    this.#at += 1
    const { attributes, children, at } = top
    const element: Element = { kind: 'element', name, attributes, children, at }
    const parent = stack.at(-1)
    if (!parent) return element
    parent.children.push(element)
    return undefined
  }

  /** Up to the `>` or `/>` of the start tag, which is left unread. */
  #attributes(owner: string): readonly string[] {
    const flat: string[] = []
    const text = this.#text
    for (;;) {
      const before = this.#at
      this.#spaces()
      const code = text.charCodeAt(this.#at)
      if (code === 62 || code === 47) return flat.length === 0 ? noStrings : flat
      if (Number.isNaN(code)) throw this.#wrong(`<${owner}> is not finished before the end of the file`)
      if (before === this.#at) throw this.#wrong('expected a space before the attribute')
      const start = this.#at
      const attribute = this.#known('an attribute name')
      const { name } = attribute
      this.#spaces()
      if (text.charCodeAt(this.#at) !== 61) throw this.#wrong(`expected = after the attribute ${name}`)
      this.#at += 1
      this.#spaces()
      for (let i = 0; i < flat.length; i += 2) {
        if (flat[i] !== name) continue
        this.#at = start
        throw this.#wrong(`<${owner}> has the attribute ${name} twice`)
      }
      flat.push(name, this.#value(attribute))
    }
  }

  #value(attribute: Known): string {
    const text = this.#text
    const quote = text.charCodeAt(this.#at)
    if (quote !== 34 && quote !== 39) throw this.#wrong(`the value of ${attribute.name} is not in quotes`)
    const start = this.#at + 1
    // The same attribute very often has the same value as last time.
    const { last } = attribute
    if (text.charCodeAt(start + last.length) === quote && text.startsWith(last, start)) {
      this.#at = start + last.length + 1
      return last
    }
    const end = text.indexOf(quote === 34 ? '"' : "'", start)
    if (end < 0) throw this.#wrong(`the value of ${attribute.name} has no closing quote`)
    const raw = text.slice(start, end)
    const value = plain.test(raw) ? raw : this.#unusual(raw, start, attribute.name)
    if (value === raw) attribute.last = value
    this.#at = end + 1
    return value
  }

  /** A value with references or line ends in it. */
  #unusual(raw: string, start: number, name: string): string {
    if (raw.includes('<')) {
      this.#at = start + raw.indexOf('<')
      throw this.#wrong(`the value of ${name} contains <`, 'write &lt;')
    }
    return this.#decode(raw.replaceAll(/\r\n|\n|\t/g, ' '), start)
  }

  #characters(into: Node[]): void {
    const start = this.#at
    const end = this.#text.indexOf('<', start)
    const stop = end < 0 ? this.#text.length : end
    let blank = true
    for (let i = start; i < stop && blank; i += 1) blank = isSpace(this.#text.charCodeAt(i))
    if (!blank) {
      const raw = this.#text.slice(start, stop)
      into.push({ kind: 'text', text: raw.includes('&') ? this.#decode(raw, start) : raw })
    }
    this.#at = stop
  }

  #decode(raw: string, offset: number): string {
    return raw.replaceAll(/&([^;&]{0,12};)?/g, (whole: string, body: string | undefined, index: number) => {
      const value = body === undefined ? undefined : entity(body.slice(0, -1))
      if (value !== undefined) return value
      this.#at = offset + index
      throw this.#wrong(`${whole} is not a known entity`, 'write & as &amp;')
    })
  }

  #comment(): string {
    const start = this.#at
    this.#at += 4
    const inside = this.#upTo('-->', 'the comment')
    if (inside.includes('--')) {
      this.#at = start
      throw this.#wrong('a comment contains --')
    }
    return inside
  }

  #upTo(end: string, what: string): string {
    const found = this.#text.indexOf(end, this.#at)
    if (found < 0) throw this.#wrong(`${what} is not closed`)
    const inside = this.#text.slice(this.#at, found)
    this.#at = found + end.length
    return inside
  }

  #name(what: string): string {
    return this.#known(what).name
  }

  /** Names are few and come back all the time: they are recognized where they stand, without cutting them out. */
  #known(what: string): Known {
    const text = this.#text
    const start = this.#at
    const first = text.charCodeAt(start)
    if (!isNameStart(first)) throw this.#wrong(`expected ${what}`)
    let end = start + 1
    while (isName(text.charCodeAt(end))) end += 1
    this.#at = end
    const length = end - start
    const slot = ((first & 63) << 5) | (length & 31)
    const bucket = this.#names[slot]
    if (bucket) for (const one of bucket) if (one.name.length === length && text.startsWith(one.name, start)) return one
    const made: Known = { name: text.slice(start, end), last: '' }
    if (bucket) bucket.push(made)
    else this.#names[slot] = [made]
    return made
  }

  #spaces(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1
  }

  #span(offset: number): Span {
    if (offset < this.#counted) {
      this.#line = 1
      this.#lineStart = 0
      this.#counted = 0
    }
    for (let i = this.#text.indexOf('\n', this.#counted); i >= 0 && i < offset; i = this.#text.indexOf('\n', i + 1)) {
      this.#line += 1
      this.#lineStart = i + 1
      this.#counted = i + 1
    }
    return { file: this.#file, line: this.#line, column: offset - this.#lineStart + 1 }
  }

  #wrong(message: string, hint?: string): Stop {
    const at = this.#span(Math.min(this.#at, this.#text.length))
    return new Stop({ severity: 'error', code: 'not-xml', message, at, ...(hint === undefined ? {} : { hint }) })
  }
}

/** Values that mean what they say. */
const plain = /^[^&<\n\t]*$/

const none: readonly Node[] = []
const noStrings: readonly string[] = []

function entity(body: string): string | undefined {
  if (!body.startsWith('#')) return predefined[body]
  const code = body[1] === 'x' ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10)
  const right = /^#(x[0-9a-fA-F]+|[0-9]+)$/.test(body) && code > 0 && code <= 0x10ffff
  return right ? String.fromCodePoint(code) : undefined
}
