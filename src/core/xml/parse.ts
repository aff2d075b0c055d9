// A small strict XML parser with positions: text in, an element tree or a problem with line and column out.
// Own code because CIBs of tens of megabytes must be read fast and every complaint must name its place.
// Source: Extensible Markup Language (XML) 1.0, fifth edition. Not supported, and refused: DTDs with an internal
// subset, and with them entities other than the five predefined ones and character references.
import type { Checked, Problem, Span } from '../base/result.ts'
import { Attributes, Names } from './attributes.ts'
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

/** An element's name, and how its attributes are written. */
interface Kind {
  readonly name: string
  readonly names: Names
  readonly manners: Manner[]
}

/**
 * A way of writing an element that came several times: the same attributes, plainly. All of them are read by one regular
 * expression, which is several times as fast as one after the other.
 */
interface Manner {
  readonly attributes: RegExp
  readonly places: ReadonlyMap<string, number>
}

const [timesToLearn, mostManners] = [6, 6]

/** Plain values mean what they say. */
function mannerOf(names: readonly string[]): Manner {
  const parts = names.map(name => ` ${name.replaceAll('.', '\\.')}="([^"<&\n\t\r]*)"`)
  return {
    attributes: new RegExp(`${parts.join('')}(?=/?>)`, 'y'),
    // The first of a match is the whole.
    places: new Map(names.map((name, index) => [name, index + 1])),
  }
}

/** Where a character comes next. Asked for positions that only grow, it reads the text once in all. */
class Next {
  readonly #text: string
  readonly #character: string
  #at = -1

  constructor(text: string, character: string) {
    this.#text = text
    this.#character = character
  }

  /** At or after that position; beyond the text where it does not come any more. */
  from(position: number): number {
    if (this.#at < position) {
      const found = this.#text.indexOf(this.#character, position)
      this.#at = found < 0 ? Number.MAX_SAFE_INTEGER : found
    }
    return this.#at
  }
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
  readonly #kinds: Kind[][] = []
  readonly #lineEnd: Next
  #at = 0
  #line = 1
  #lineStart = 0

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
    this.#lineEnd = new Next(text, '\n')
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1
  }

  document(): Element {
    const strange = this.#text.search(notXml)
    if (strange >= 0) {
      this.#at = strange
      throw this.#wrong(`a character that XML does not allow (code ${this.#text.charCodeAt(strange)})`)
    }
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
    const kind = this.#kind('an element name')
    const { name } = kind
    const attributes = this.#alike(kind) ?? this.#attributes(kind)
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
    const top = stack.pop()
    this.#endTag(top)
    if (!top) return undefined
    const { name, attributes, children, at } = top
    const element: Element = { kind: 'element', name, attributes, children, at }
    const parent = stack.at(-1)
    if (!parent) return element
    parent.children.push(element)
    return undefined
  }

  #endTag(top: Open | undefined): void {
    const text = this.#text
    const start = this.#at
    this.#at += 2
    // Nearly always it is the one that is expected, without a space.
    if (top && text.startsWith(top.name, this.#at) && text.charCodeAt(this.#at + top.name.length) === 62) {
      this.#at += top.name.length + 1
      return
    }
    const name = this.#name('an element name')
    this.#spaces()
    if (top?.name !== name) {
      this.#at = start
      const hint = top ? `<${top.name}> of line ${top.at.line} is open` : 'nothing is open'
      throw this.#wrong(`</${name}> closes nothing`, hint)
    }
    if (text.charCodeAt(this.#at) !== 62) throw this.#wrong(`expected > at the end of </${name}`)
    this.#at += 1
  }

  /** The attributes, where they are written in a manner that is known. */
  #alike({ manners }: Kind): Attributes | undefined {
    // By number, as below: an iterator for each of a million elements is felt.
    for (let i = 0; i < manners.length; i += 1) {
      const manner = manners[i]
      if (!manner) continue
      manner.attributes.lastIndex = this.#at
      const values = manner.attributes.exec(this.#text)
      if (!values) continue
      this.#at = manner.attributes.lastIndex
      return new Attributes(manner.places, values)
    }
    return undefined
  }

  /** Up to the `>` or `/>` of the start tag, which is left unread. */
  #attributes({ name, names: none, manners }: Kind): Attributes {
    const text = this.#text
    const values: string[] = []
    let names = none
    for (;;) {
      const before = this.#at
      this.#spaces()
      const code = text.charCodeAt(this.#at)
      if (code === 62 || code === 47) break
      if (Number.isNaN(code)) throw this.#wrong(`<${name}> is not finished before the end of the file`)
      if (before === this.#at) throw this.#wrong('expected a space before the attribute')
      names = this.#nextName(name, names)
      values.push(this.#value(names.last))
    }
    if (values.length === 0) return noAttributes
    names.times += 1
    if (names.times === timesToLearn && manners.length < mostManners) manners.push(mannerOf([...names.places.keys()]))
    return new Attributes(names.places, values)
  }

  /** The name of an attribute, up to the opening quote of its value. */
  #nextName(owner: string, names: Names): Names {
    const start = this.#at
    const name = this.#name('an attribute name')
    this.#spaces()
    if (this.#text.charCodeAt(this.#at) !== 61) throw this.#wrong(`expected = after the attribute ${name}`)
    this.#at += 1
    this.#spaces()
    if (names.has(name)) {
      this.#at = start
      throw this.#wrong(`<${owner}> has the attribute ${name} twice`)
    }
    const quote = this.#text.charCodeAt(this.#at)
    if (quote !== 34 && quote !== 39) throw this.#wrong(`the value of ${name} is not in quotes`)
    this.#at += 1
    return names.with(name)
  }

  /** From behind the opening quote to behind the closing one. */
  #value(name: string): string {
    const text = this.#text
    const start = this.#at
    const quote = text.charCodeAt(start - 1)
    const end = text.indexOf(quote === 34 ? '"' : "'", start)
    if (end < 0) {
      this.#at = start - 1
      throw this.#wrong(`the value of ${name} has no closing quote`)
    }
    const raw = text.slice(start, end)
    this.#at = end + 1
    return /[&<\n\t\r]/.test(raw) ? this.#unusual(raw, start, name) : raw
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
    const start = this.#at
    this.#skipName(what)
    return this.#text.slice(start, this.#at)
  }

  #skipName(what: string): void {
    const text = this.#text
    if (!isNameStart(text.charCodeAt(this.#at))) throw this.#wrong(`expected ${what}`)
    this.#at += 1
    while (isName(text.charCodeAt(this.#at))) this.#at += 1
  }

  /** Names of elements are few and come back all the time: they are recognized where they stand, without cutting them out. */
  #kind(what: string): Kind {
    const text = this.#text
    const start = this.#at
    this.#skipName(what)
    const length = this.#at - start
    const slot = ((text.charCodeAt(start) & 63) << 5) | (length & 31)
    const bucket = this.#kinds[slot]
    for (let i = 0; bucket && i < bucket.length; i += 1) {
      const one = bucket[i]
      if (one?.name.length === length && text.startsWith(one.name, start)) return one
    }
    const made: Kind = { name: text.slice(start, this.#at), names: new Names(), manners: [] }
    if (bucket) bucket.push(made)
    else this.#kinds[slot] = [made]
    return made
  }

  #spaces(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1
  }

  #span(offset: number): Span {
    for (let end = this.#lineEnd.from(this.#lineStart); end < offset; end = this.#lineEnd.from(this.#lineStart)) {
      this.#line += 1
      this.#lineStart = end + 1
    }
    return { file: this.#file, line: this.#line, column: offset - this.#lineStart + 1 }
  }

  #wrong(message: string, hint?: string): Stop {
    const at = this.#span(Math.min(this.#at, this.#text.length))
    return new Stop({ severity: 'error', code: 'not-xml', message, at, ...(hint === undefined ? {} : { hint }) })
  }
}

/** Source: XML 1.0, [2] Char. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

const none: readonly Node[] = []
const noAttributes = new Attributes(new Map(), [])

function entity(body: string): string | undefined {
  if (!body.startsWith('#')) return predefined[body]
  const code = body[1] === 'x' ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10)
  if (!/^#(x[0-9a-fA-F]+|[0-9]+)$/.test(body) || !(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff))
    return undefined
  const text = String.fromCodePoint(code)
  return notXml.test(text) ? undefined : text
}
