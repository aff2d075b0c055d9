// Lines with meaning → the terminal's colours. Without colour the words alone still say everything.
import { type Piece, plainText, type StyledLine, type Tone } from '../../core/view/styled.ts'
import { wantsColour } from './terminal.ts'

const codes: Readonly<Record<Tone, string>> = {
  plain: '',
  strong: '1',
  dim: '2',
  good: '32',
  warn: '33',
  bad: '1;31',
  busy: '36',
  heading: '1',
}

const paint = ({ text, tone }: Piece): string => (codes[tone] === '' ? text : `\u001b[${codes[tone]}m${text}\u001b[0m`)

export const renderLine = (line: StyledLine, colour: boolean): string =>
  colour ? line.map(paint).join('') : plainText(line)

export function printLines(lines: readonly StyledLine[]): void {
  const colour = wantsColour(process.stdout)
  for (const line of lines) console.log(renderLine(line, colour))
}
