// An XML document as Holdfast sees one: elements in order, each with its place in the file.
// Text, comments and processing instructions are kept so that a file can be printed again.
import type { Span } from '../base/result.ts'

export interface Element {
  readonly kind: 'element'
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Node[]
  /** Where the start tag begins. */
  readonly at: Span
}

export interface Text {
  readonly kind: 'text'
  readonly text: string
}

export interface Comment {
  readonly kind: 'comment'
  readonly text: string
}

export type Node = Element | Text | Comment

export const elementsOf = (element: Element): readonly Element[] =>
  element.children.filter((child): child is Element => child.kind === 'element')

export const childrenNamed = (element: Element, name: string): readonly Element[] =>
  element.children.filter((child): child is Element => child.kind === 'element' && child.name === name)

export function firstChild(element: Element, name: string): Element | undefined {
  for (const child of element.children) if (child.kind === 'element' && child.name === name) return child
  return undefined
}
