// An element tree as text: two spaces of indent, attributes in their order, one element per line.
import type { Element, Node } from './types.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}

export const escapeAttribute = (value: string): string => value.replaceAll(/[&<>"\n\r\t]/g, c => escapes[c] ?? c)
export const escapeText = (value: string): string => value.replaceAll(/[&<>]/g, c => escapes[c] ?? c)

export function printXml(element: Element): string {
  const lines: string[] = []
  print(element, '', lines)
  return `${lines.join('\n')}\n`
}

export function startTag(element: Pick<Element, 'name' | 'attributes'>): string {
  let tag = `<${element.name}`
  for (const [name, value] of element.attributes) tag += ` ${name}="${escapeAttribute(value)}"`
  return tag
}

function print(node: Node, indent: string, lines: string[]): void {
  if (node.kind === 'comment') lines.push(`${indent}<!--${node.text}-->`)
  else if (node.kind === 'text') lines.push(indent + escapeText(node.text))
  else if (node.children.length === 0) lines.push(`${indent + startTag(node)}/>`)
  else if (node.children.every(child => child.kind === 'text')) {
    const text = node.children.map(child => (child.kind === 'text' ? escapeText(child.text) : '')).join('')
    lines.push(`${indent + startTag(node)}>${text}</${node.name}>`)
  } else {
    lines.push(`${indent + startTag(node)}>`)
    for (const child of node.children) print(child, `${indent}  `, lines)
    lines.push(`${indent}</${node.name}>`)
  }
}
