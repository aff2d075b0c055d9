// Two texts as a unified diff: by the longest common subsequence of lines, with three lines of context.
// Meant for configuration files of some hundred lines; time and memory grow with the product of the lengths.

const context = 3

type Edit = { readonly mark: ' ' | '-' | '+'; readonly line: string }

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

export function textDiff(before: string, after: string): readonly string[] {
  const edits = align(linesOf(before), linesOf(after))
  const near = edits.map((_, i) => edits.slice(Math.max(0, i - context), i + context + 1).some(e => e.mark !== ' '))
  const lines: string[] = []
  let [oldLine, newLine] = [1, 1]
  edits.forEach((edit, i) => {
    if (near[i]) {
      if (!near[i - 1]) lines.push(`@@ -${oldLine} +${newLine} @@`)
      lines.push(edit.mark + edit.line)
    }
    if (edit.mark !== '+') oldLine += 1
    if (edit.mark !== '-') newLine += 1
  })
  return lines
}

function align(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const width = after.length + 1
  const common = new Uint32Array((before.length + 1) * width)
  const at = (i: number, j: number): number => common[i * width + j] ?? 0
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      common[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const edits: Edit[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const [old, young] = [before[i], after[j]]
    if (old !== undefined && old === young) {
      edits.push({ mark: ' ', line: old })
      i += 1
      j += 1
    } else if (old !== undefined && (young === undefined || at(i + 1, j) >= at(i, j + 1))) {
      edits.push({ mark: '-', line: old })
      i += 1
    } else if (young !== undefined) {
      edits.push({ mark: '+', line: young })
      j += 1
    }
  }
  return edits
}
