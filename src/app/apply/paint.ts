// The tones of a plan's lines in the terminal's colours.
import type { Line, Tone } from '../../core/plan/show.ts'
import { bold, dim, green, red, yellow } from '../cli/terminal.ts'

const tones: Readonly<Record<Tone, (text: string, on: boolean) => string>> = {
  plain: text => text,
  good: green,
  warning: yellow,
  bad: red,
  faint: dim,
  strong: bold,
}

export const paintLines = (lines: readonly Line[], colour: boolean): string =>
  lines.map(line => tones[line.tone](line.text, colour)).join('\n')
