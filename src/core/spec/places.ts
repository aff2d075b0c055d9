// Where in the YAML text a value stands. A path is a list of keys and indices, as zod and the checks name them.
// The deepest node that exists on the path answers, so a missing key is shown at what should hold it.
import { isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml'
import type { Span } from '../base/result.ts'

export type Path = readonly PropertyKey[]

interface Found {
  /** The key that leads to the value; a block collection is shown by it rather than by all its lines. */
  readonly key: Node | undefined
  readonly value: Node | undefined
}

export function spanOf(root: Node | null, path: Path, lines: LineCounter, file: string, what: 'key' | 'value'): Span {
  const { key, value } = find(root, path)
  const isBlock = (isMap(value) || isSeq(value)) && value.flow !== true
  const node = (what === 'key' || isBlock || isEmpty(value) ? key : value) ?? value
  const [start, end] = node?.range ?? [0, 0]
  return spanBetween(start, end, lines, file)
}

/** Of an empty text the library knows no lines: it is at its beginning. */
export function spanBetween(start: number, end: number, lines: LineCounter, file: string): Span {
  const [from, to] = [lines.linePos(start), lines.linePos(end)]
  const atLeastOne = (n: number): number => Math.max(1, n)
  return {
    file,
    line: atLeastOne(from.line),
    column: atLeastOne(from.col),
    endLine: atLeastOne(to.line),
    endColumn: atLeastOne(to.col),
  }
}

const isEmpty = (node: Node | undefined): boolean => isScalar(node) && node.value === null

function find(root: Node | null, path: Path): Found {
  let at: Found = { key: undefined, value: root ?? undefined }
  for (const step of path) {
    const next = child(at.value, step)
    if (next === undefined) return at
    at = { key: next.key ?? at.key, value: next.value }
  }
  return at
}

function child(node: Node | undefined, step: PropertyKey): Found | undefined {
  if (isMap<Node, Node>(node)) {
    const pair = node.items.find(
      (item: Pair<Node, Node | null>) => isScalar(item.key) && String(item.key.value) === String(step),
    )
    return pair && { key: pair.key, value: pair.value ?? undefined }
  }
  if (isSeq<Node>(node)) {
    const value = node.items[Number(step)]
    return value && { key: undefined, value }
  }
  return undefined
}
