// The terminal's colours for problems: red is wrong, yellow is a risk, cyan is the way out.
import type { Paint } from '../../core/spec/render.ts'
import { bold, dim, red, yellow } from './terminal.ts'

const always =
  (paint: (text: string, on: boolean) => string) =>
  (text: string): string =>
    paint(text, true)

export const colours: Paint = {
  error: text => bold(red(text, true), true),
  warning: text => bold(yellow(text, true), true),
  strong: always(bold),
  faint: always(dim),
  hint: text => `\u001b[36m${text}\u001b[0m`,
}
