// What the terminal can do, asked once: colours only on a terminal that wants them.
import process from 'node:process'

export const isTerminal: boolean = process.stderr.isTTY === true
export const wantsColour = (stream: NodeJS.WriteStream): boolean =>
  process.env['NO_COLOR'] === undefined &&
  process.env['TERM'] !== 'dumb' &&
  (stream.isTTY === true || process.env['FORCE_COLOR'] !== undefined)

const paint =
  (code: string) =>
  (text: string, on: boolean): string =>
    on ? `\u001b[${code}m${text}\u001b[0m` : text
export const green: (text: string, on: boolean) => string = paint('32')
export const yellow: (text: string, on: boolean) => string = paint('33')
export const red: (text: string, on: boolean) => string = paint('31')
export const bold: (text: string, on: boolean) => string = paint('1')
export const dim: (text: string, on: boolean) => string = paint('2')
