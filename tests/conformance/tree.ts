// An XML tree as plain data, for making, changing and shrinking CIBs, and for reading crm_simulate's reports.

import { parseXml } from '../../src/core/xml/parse.ts'
import { escapeAttribute } from '../../src/core/xml/print.ts'
import type { Element } from '../../src/core/xml/types.ts'

export interface Tree {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Tree[]
}

/** An attribute that is undefined is left out. */
export const el = (
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...children: Tree[]
): Tree => ({
  name,
  attributes: Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ),
  children,
})

export function print(tree: Tree, indent = ''): string {
  const attributes = Object.entries(tree.attributes).map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
  const head = `${indent}<${tree.name}${attributes.join('')}`
  if (tree.children.length === 0) return `${head}/>\n`
  return `${head}>\n${tree.children.map(child => print(child, `${indent}  `)).join('')}${indent}</${tree.name}>\n`
}

export function parse(text: string): Tree | undefined {
  const { value } = parseXml(text, 'text')
  return value && treeOf(value)
}

const treeOf = (element: Element): Tree => ({
  name: element.name,
  attributes: Object.fromEntries(element.attributes),
  children: element.children.flatMap(child => (child.kind === 'element' ? [treeOf(child)] : [])),
})

/** The tree itself and everything below it, document order. */
export function* all(tree: Tree): Generator<Tree> {
  yield tree
  for (const child of tree.children) yield* all(child)
}

export const named = (tree: Tree, name: string): Tree[] => [...all(tree)].filter(t => t.name === name)
export const child = (tree: Tree | undefined, name: string): Tree | undefined =>
  tree?.children.find(t => t.name === name)

/** Rebuilds the tree from its leaves up: what `change` returns takes the place of each element; undefined drops it. */
export function mapTree(tree: Tree, change: (tree: Tree) => Tree | undefined): Tree {
  return rewrite(tree, change) ?? tree
}

function rewrite(tree: Tree, change: (tree: Tree) => Tree | undefined): Tree | undefined {
  const children = tree.children.flatMap(below => rewrite(below, change) ?? [])
  const same = children.length === tree.children.length && children.every((c, i) => c === tree.children[i])
  return change(same ? tree : { ...tree, children })
}

export const withAttributes = (tree: Tree, attributes: Readonly<Record<string, string | undefined>>): Tree =>
  el(tree.name, { ...tree.attributes, ...attributes }, ...tree.children)

export const withChildren = (tree: Tree, children: readonly Tree[]): Tree => ({ ...tree, children })
