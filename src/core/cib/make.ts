// Elements made rather than read.
import type { Element, Node } from '../xml/types.ts'

const nowhere = { file: '', line: 1, column: 1 }

export type Attribute = readonly [name: string, value: string | undefined]

/** An element with those attributes that have a value. */
export function make(name: string, attributes: readonly Attribute[], children: readonly Node[] = []): Element {
  const present = attributes.filter((pair): pair is readonly [string, string] => pair[1] !== undefined)
  return { kind: 'element', name, attributes: new Map(present), children, at: nowhere }
}
