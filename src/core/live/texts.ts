// Several small files in one answer, as `head --verbose` writes them: `==> PATH <==` and the file's lines. For files whose
// content is lines of text that the kernel, the distribution or Holdfast itself has written.

/** By path; a file that is not there is absent. */
export function readTexts(answer: string): ReadonlyMap<string, string> {
  const parts = answer.split(/^==> (\/.*) <==\n/m).slice(1)
  const texts = new Map<string, string>()
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const text = parts[i + 1] ?? ''
    // Before the next file head writes an empty line.
    texts.set(parts[i] ?? '', i + 2 < parts.length ? text.replace(/\n$/, '') : text)
  }
  return texts
}
